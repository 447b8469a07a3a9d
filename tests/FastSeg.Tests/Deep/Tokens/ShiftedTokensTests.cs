using FastSeg.Common;
using FastSeg.Deep.Tokens;
using FastSeg.Tests.Deep.Backbones;
using NUnit.Framework;

namespace FastSeg.Tests.Deep.Tokens;

[TestFixture]
internal sealed unsafe class ShiftedTokensTests
{
    private const int Channels = 3;

    private static readonly WindowPolicy Windows = new(5, 2, false);

    /// <summary>Each pass is an ordinary run over an image that was cut off in memory.</summary>
    [TestCase(8, 2, 61, 50), TestCase(8, 4, 40, 77), TestCase(6, 2, 33, 20), TestCase(8, 2, 3, 40), TestCase(8, 4, 8, 8)]
    public void CellsAreThoseOfShiftedImages(int patch, int shifts, int height, int width)
    {
        using var tiny = new TinyBackbone(patch);
        using Backbone backbone = Backbone.Open(tiny.Folder, 1);
        SharedPca projection = Projection(tiny.Dimension);
        byte[] pixels = new byte[height * width];
        new Random(3).NextBytes(pixels);
        int step = patch / shifts;
        using LowResolution all = Compute(backbone, projection, pixels, height, width, shifts);
        Assert.That((all.Patch, all.Overlap), Is.EqualTo((step, patch - step)));
        Assert.That((all.Rows, all.Columns), Is.EqualTo(((height + step - 1) / step, (width + step - 1) / step)));
        for (int top = 0; top < Math.Min(patch, height); top += step)
        {
            for (int left = 0; left < Math.Min(patch, width); left += step)
            {
                (int w, int h) = (width - left, height - top);
                byte[] cut = [.. Enumerable.Range(0, w * h).Select(i => pixels[((top + (i / w)) * width) + left + (i % w)])];
                using MemoryImage image = MemoryImage.FromMemory<byte>(cut, w, h);
                using LowResolution part = LowResolution.Compute(backbone, projection, image, InputRange.Bytes, Windows);
                for (int i = 0; i < Channels * part.Rows * part.Columns; i++)
                {
                    (long channel, long row, long column) =
                        (i / (part.Rows * part.Columns), i / part.Columns % part.Rows, i % part.Columns);
                    long y = (row * shifts) + (top / step), x = (column * shifts) + (left / step);
                    Assert.That(all.Plane((int)channel)[(y * all.Columns) + x], Is.EqualTo(part.Plane(0)[i]), $"{top}, {left}: {i}");
                }
            }
        }
    }

    [Test]
    public void AConstantPageHasOneToken()
    {
        using var tiny = new TinyBackbone();
        using Backbone backbone = Backbone.Open(tiny.Folder, 1);
        byte[] pixels = [.. Enumerable.Repeat((byte)77, 45 * 52)];
        using LowResolution map = Compute(backbone, Projection(tiny.Dimension), pixels, 45, 52, 4);
        for (int channel = 0; channel < Channels; channel++)
        {
            float[] plane = new ReadOnlySpan<float>(map.Plane(channel), (int)(map.Rows * map.Columns)).ToArray();
            Assert.That(plane, Is.All.EqualTo(plane[0]).Within(1e-5));
        }
    }

    [Test]
    public void ProgressRisesOverAllPasses()
    {
        using var tiny = new TinyBackbone();
        using Backbone backbone = Backbone.Open(tiny.Folder, 1);
        var reports = new List<double>();
        Compute(backbone, Projection(tiny.Dimension), new byte[80 * 30], 80, 30, 2, new Collect(reports)).Dispose();
        Assert.That(reports, Is.Ordered.And.Count.EqualTo(ShiftedTokens.WindowCount(backbone, Info(80, 30), Windows, 2)));
        Assert.That(reports[^1], Is.EqualTo(1).Within(1e-12));
    }

    private static ImageInfo Info(int height, int width)
    {
        using MemoryImage image = MemoryImage.FromMemory<byte>(new byte[height * width], width, height);
        return image.Info;
    }

    private static LowResolution Compute(
        Backbone backbone, SharedPca projection, byte[] pixels, int height, int width, int shifts, IProgress<double>? progress = null)
    {
        using MemoryImage image = MemoryImage.FromMemory<byte>(pixels, width, height);
        return ShiftedTokens.Compute(
            backbone, projection, image, InputRange.Bytes, Windows, shifts, new StageTimes(),
            new ComputeOptions { Progress = progress }, atOnce: 1);
    }

    private static SharedPca Projection(int dimension)
    {
        var random = new Random(8);
        float[] Numbers(int count) => [.. Enumerable.Range(0, count).Select(_ => random.NextSingle() - 0.5f)];
        return new SharedPca(Numbers(dimension), Numbers(Channels * dimension), new float[Channels]);
    }

    private sealed class Collect(List<double> reports) : IProgress<double>
    {
        public void Report(double value) => reports.Add(value);
    }
}
