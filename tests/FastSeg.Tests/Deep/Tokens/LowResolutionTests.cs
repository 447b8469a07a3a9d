using FastSeg.Checks;
using FastSeg.Common;
using FastSeg.Deep.Backbones;
using FastSeg.Deep.Tokens;
using FastSeg.Images;
using FastSeg.Images.Samples;
using FastSeg.Native;
using FastSeg.Tests.Deep.Backbones;
using NUnit.Framework;

namespace FastSeg.Tests.Deep.Tokens;

[TestFixture]
internal sealed unsafe class LowResolutionTests
{
    private const double Tolerance = 4e-5;

    /// <summary>Width, height, patch, window, overlap, fixed size, grey, scale.</summary>
    [TestCase(100, 75, 8, 5, 2, false, true, 1)]
    [TestCase(37, 190, 8, 6, 4, false, false, 1)]
    [TestCase(191, 30, 14, 4, 1, false, false, 1)]
    [TestCase(61, 59, 14, 37, 12, false, true, 1)]
    [TestCase(1, 1, 8, 5, 2, false, true, 1)]
    [TestCase(70, 120, 8, 5, 2, true, false, 1)]
    [TestCase(17, 9, 8, 5, 2, true, true, 1)]
    [TestCase(9, 85, 8, 5, 2, true, false, 1)]
    [TestCase(83, 96, 8, 4, 0, false, true, 1)]
    [TestCase(75, 70, 8, 4, 0, true, false, 1)]
    [TestCase(64, 41, 8, 3, 2, false, true, 1)]
    [TestCase(51, 38, 8, 5, 2, false, true, 2)]
    [TestCase(37, 75, 14, 4, 1, false, false, 2)]
    [TestCase(1, 1, 8, 5, 2, false, true, 2)]
    [TestCase(9, 43, 8, 5, 2, true, false, 2)]
    public void TokensEqualTheReference(
        int width, int height, int patch, int window, int overlap, bool fixedSize, bool grey, int scale)
    {
        using var tiny = new TinyBackbone(patch, 6, 2, false, fixedSize ? window : 0);
        using Backbone backbone = Backbone.Open(tiny.Folder, 1);
        using MemoryImage image = RandomImage(width, height, grey ? 1 : 3, out byte[] samples);
        float[] tokens = Run(backbone, image, new WindowPolicy(window, overlap, false), out int rows, out int columns, scale: scale);

        int channels = grey ? 1 : 3;
        double Unit(int colour, int y, int x) => samples[(((y * width) + x) * channels) + (grey ? 0 : colour)] / 255.0;
        double Scaled(int colour, int y, int x) => scale == 1
            ? Unit(colour, y, x)
            : EnlargementReference.At((row, column) => Unit(colour, row, column), height, width, y, x);
        double Pixel(int colour, int y, int x) =>
            (Scaled(colour, y, x) - backbone.Description.Mean[colour]) / backbone.Description.Std[colour];
        double[,,] expected = WindowsReference.Tokens(tiny, Pixel, scale * width, scale * height, window, overlap, fixedSize);
        Assert.That((rows, columns), Is.EqualTo((expected.GetLength(0), expected.GetLength(1))));
        for (int i = 0; i < tokens.Length; i++)
        {
            double value = expected[i / 6 / columns, i / 6 % columns, i % 6];
            Assert.That(tokens[i], Is.EqualTo(value).Within(Tolerance), $"row {i / 6 / columns}, column {i / 6 % columns}, number {i % 6}");
        }
    }

    /// <summary>Mean and deviation are such that some samples lie beyond what is seen, so that clipping counts.</summary>
    [Test]
    public void AStandardisedPageIsEnlargedAsTheNetworkSeesIt([Values(1, 2)] int scale)
    {
        const int Width = 43, Height = 31;
        const double Mean = 120, Deviation = 25;
        using var tiny = new TinyBackbone(dimension: 6);
        using Backbone backbone = Backbone.Open(tiny.Folder, 1);
        using MemoryImage image = RandomImage(Width, Height, 1, out byte[] samples);
        var map = new InputMap(InputRange.Bytes, SampleMap.Of(new SampleStatistics(Mean, Deviation)));
        float[] tokens = Run(backbone, image, new WindowPolicy(5, 2, false), out _, out int columns, map, scale);

        double Unit(int y, int x) => Math.Clamp(0.5 + (0.12 * (samples[(y * Width) + x] - Mean) / Deviation), 0, 1);
        double Pixel(int colour, int y, int x)
        {
            double unit = scale == 1 ? Unit(y, x) : EnlargementReference.At(Unit, Height, Width, y, x);
            return (unit - backbone.Description.Mean[colour]) / backbone.Description.Std[colour];
        }
        double[,,] expected = WindowsReference.Tokens(tiny, Pixel, scale * Width, scale * Height, 5, 2, false);
        Assert.That(
            tokens, Is.EqualTo(Enumerable.Range(0, tokens.Length).Select(i => expected[i / 6 / columns, i / 6 % columns, i % 6]))
                .Within(Tolerance));
    }

    [Test]
    public void AFileReadInWholeRowsGivesTheSameBits([Values(1, 2)] int scale)
    {
        using var tiny = new TinyBackbone();
        using Backbone backbone = Backbone.Open(tiny.Folder, 1);
        using MemoryImage image = RandomImage(133, 120, 3, out _);
        using var strips = new WholeRowsImage(image);
        var policy = new WindowPolicy(5, 2, false);
        float[] expected = Run(backbone, image, policy, out _, out _, scale: scale);
        Assert.That(Run(backbone, strips, policy, out _, out _, scale: scale), Is.EqualTo(expected));
        Assert.That(strips.Reads, Is.EqualTo(scale == 1 ? 5 : 10), "one read a row of windows");
    }

    [Test]
    public void RangesMapLinearlyAndClip()
    {
        var range = new InputRange(0.25f, 0.75f);
        Assert.That(new[] { 0f, 0.25f, 0.5f, 0.75f, 1f }.Select(range.Unit), Is.EqualTo(new[] { 0f, 0f, 0.5f, 1f, 1f }));

        // 12-bit counts in uint16, floats of any size and 8 bits are one image once the range is taken into account.
        using var tiny = new TinyBackbone();
        using Backbone backbone = Backbone.Open(tiny.Folder, 1);
        using MemoryImage bytes = RandomImage(40, 33, 1, out byte[] samples);
        using MemoryImage words = MemoryImage.FromMemory<ushort>(samples.Select(s => (ushort)(1000 + (s * 3))).ToArray(), 40, 33);
        using MemoryImage signed = MemoryImage.FromMemory<short>(samples.Select(s => (short)((s * 3) - 400)).ToArray(), 40, 33);
        using MemoryImage floats = MemoryImage.FromMemory<float>(samples.Select(s => (s * 17f) - 900).ToArray(), 40, 33);
        var policy = new WindowPolicy(4, 2, false);
        float[] expected = Run(backbone, bytes, policy, out _, out _);
        float[] fromWords = Run(backbone, words, policy, out _, out _, new InputRange(1000 / 65535f, 1765 / 65535f));
        float[] fromSigned = Run(backbone, signed, policy, out _, out _, new InputRange(-400 / 65535f, 365 / 65535f));
        float[] fromFloats = Run(backbone, floats, policy, out _, out _, new InputRange(-900, (255 * 17) - 900));
        Assert.That(fromWords, Is.EqualTo(expected).Within(1e-4));
        Assert.That(fromSigned, Is.EqualTo(expected).Within(1e-4));
        Assert.That(fromFloats, Is.EqualTo(expected).Within(1e-4));
    }

    [Test]
    public void PercentilesAreTheOrderStatistics()
    {
        var random = new Random(5);
        float[] first = [.. Enumerable.Range(0, 4000).Select(_ => (float)((random.NextDouble() - 0.5) * Math.Pow(10, random.Next(-6, 6))))];
        float[] second = [.. Enumerable.Range(0, 2500).Select(_ => random.Next(4) == 0 ? -0f : (float)random.NextDouble())];
        using MemoryImage a = MemoryImage.FromMemory<float>(first, 80, 50), b = MemoryImage.FromMemory<float>(second, 50, 50);
        float[] sorted = [.. first.Concat(second).Order()];
        Assert.That(
            InputRange.From([a, b]),
            Is.EqualTo(new InputRange(sorted[(int)Math.Floor(6499 * 0.001)], sorted[(int)Math.Ceiling(6499 * 0.999)])));

        ushort[] counts = [.. Enumerable.Range(0, 5000).Select(i => (ushort)(i < 3 ? 65535 : 100 + (i % 50)))];
        using MemoryImage words = MemoryImage.FromMemory<ushort>(counts, 100, 50);
        Assert.That(
            InputRange.From([words]),
            Is.EqualTo(new InputRange(100 / 65535f, 149 / 65535f)),
            "three hot pixels of 5000 do not count");
        using MemoryImage signed = MemoryImage.FromMemory<short>(counts.Select(n => (short)((n / 2) - 120)).ToArray(), 100, 50);
        Assert.That(InputRange.From([signed]), Is.EqualTo(new InputRange(-70 / 65535f, -46 / 65535f)));
        using MemoryImage bytes = RandomImage(9, 9, 1, out _);
        Assert.That(InputRange.From([bytes]), Is.EqualTo(InputRange.Bytes));
    }

    [Test]
    public void AnImageOfOneValueOrWithNaNHasNoRange()
    {
        using MemoryImage flat = MemoryImage.FromMemory<float>(Enumerable.Repeat(7f, 100).ToArray(), 10, 10);
        Assert.That(
            Assert.Throws<FastSegException>(() => InputRange.From([flat]))!.Message,
            Does.Contain("every sample of the training images is 7; state the range"));
        float[] few = new float[10000];
        few[77] = 3;
        using MemoryImage rare = MemoryImage.FromMemory<float>(few, 100, 100);
        Assert.That(InputRange.From([rare]), Is.EqualTo(new InputRange(0, 3)), "least and largest where the percentiles are equal");
        few[5] = float.NaN;
        Assert.That(Assert.Throws<FastSegException>(() => InputRange.From([rare]))!.Message, Does.Contain("x 5, y 0 is NaN"));
        using var tiny = new TinyBackbone();
        using Backbone backbone = Backbone.Open(tiny.Folder, 1);
        Assert.That(
            Assert.Throws<FastSegException>(() => Run(backbone, rare, WindowPolicy.Of(backbone), out _, out _))!.Message,
            Does.Contain("x 5, y 0 is NaN"));
        Assert.Throws<FastSegException>(() => new InputRange(1, 1).Check());
    }

    [Test]
    public void FeaturesAreProjectedTokensAndCountedBytes()
    {
        using var tiny = new TinyBackbone(8, 6);
        using Backbone backbone = Backbone.Open(tiny.Folder, 1);
        using MemoryImage image = RandomImage(90, 50, 1, out _);
        var policy = new WindowPolicy(5, 2, true);
        float[] tokens = Run(backbone, image, policy, out int rows, out int columns);
        var random = new Random(2);
        float[] Random(int count) => [.. Enumerable.Range(0, count).Select(_ => (float)(random.NextDouble() - 0.5))];
        var projection = new SharedPca(Random(6), Random(18), [3, 2, 1]);
        var times = new StageTimes();
        var reports = new List<double>();
        using LowResolution map = LowResolution.Compute(
            backbone, projection, image, InputRange.Bytes, policy, times, new ComputeOptions { Progress = new Collect(reports) });
        Assert.That((map.Channels, map.Rows, map.Columns, map.Patch), Is.EqualTo((3, rows, columns, 8)));
        for (int cell = 0; cell < rows * columns; cell++)
        {
            for (int channel = 0; channel < 3; channel++)
            {
                double expected = Enumerable.Range(0, 6)
                    .Sum(j => (double)projection.Components[(channel * 6) + j] * ((double)tokens[(cell * 6) + j] - projection.Mean[j]));
                Assert.That(map.Plane(channel)[cell], Is.EqualTo(expected).Within(2e-6));
            }
        }
        Assert.That(LowResolution.Bytes(image.Info, 8, 3), Is.EqualTo(3L * rows * columns * sizeof(float)));
        Assert.That(reports, Is.EqualTo(Enumerable.Range(1, reports.Count).Select(i => (double)i / reports.Count)));
        Assert.That(times.Report().Select(stage => stage.Name), Is.EqualTo(new[] { "vit", "projection" }));
    }

    [Test]
    public void WindowsAtOnceGiveTheBitsOfOneAtATime([Values] bool flips, [Values(1, 2)] int scale, [Values] bool map)
    {
        using var tiny = new TinyBackbone(8, 21, map ? 0 : 3, map);
        using Backbone backbone = Backbone.Open(tiny.Folder, 1);
        using MemoryImage image = RandomImage(150, 95, 3, out _);
        using var strips = new WholeRowsImage(image);
        var policy = new WindowPolicy(5, 2, flips);
        float[] expected = Run(backbone, image, policy, out _, out _, scale: scale);
        foreach (int atOnce in (int[])[2, 3, 7, 1000])
        {
            float[] tiles = Run(backbone, image, policy, out _, out _, scale: scale, atOnce: atOnce);
            float[] rows = Run(backbone, strips, policy, out _, out _, scale: scale, atOnce: atOnce);
            Assert.That(tiles, Is.EqualTo(expected), $"{atOnce} at once");
            Assert.That(rows, Is.EqualTo(expected), $"{atOnce} at once, from whole rows");
        }
    }

    [Test]
    public void WindowsAtOnceOfTheBackboneInTheBoxGiveTheBitsOfOneAtATime()
    {
        using Backbone backbone = Backbone.Open(TestData.File("models", "fastseg-vit-tiny-8"), 1);
        using MemoryImage image = RandomImage(230, 170, 1, out _);
        var policy = new WindowPolicy(9, 2, false);
        float[] expected = Run(backbone, image, policy, out _, out _);
        Assert.That(Run(backbone, image, policy, out _, out _, atOnce: 4), Is.EqualTo(expected));
    }

    [Test]
    public void OnlyWindowsOfOneThreadRunAtOnce()
    {
        using var tiny = new TinyBackbone();
        using Backbone one = Backbone.Open(tiny.Folder, 1), two = Backbone.Open(tiny.Folder, 2);
        Assert.That((one.WindowsAtOnce(1), one.WindowsAtOnce(4), two.WindowsAtOnce(4)), Is.EqualTo((1, 4, 1)));
    }

    /// <summary>Windows that no needed pixel lies under are left out, and cells that are needed stay what they are.</summary>
    [Test]
    public void CellsThatNobodyNeedsAreLeftOut([Values(1, 2)] int scale, [Values(1, 2)] int atOnce, [Values] bool inStrips)
    {
        const int Patch = 8, Width = 150, Height = 400;
        using var tiny = new TinyBackbone(Patch, 6);
        using Backbone backbone = Backbone.Open(tiny.Folder, 1);
        using MemoryImage stored = RandomImage(Width, Height, 1, out _);
        using ImageReader image = inStrips ? new WholeRowsImage(stored) : stored;
        var policy = new WindowPolicy(5, 3, false);
        float[] all = Run(backbone, image, policy, out int rows, out int columns, scale: scale);
        int side = Patch / scale, dimension = backbone.Description.Dimension;
        Region page = image.Info.Bounds;
        foreach (Region[] needed in (Region[][])
            [
                [page with { Height = 1 }], [page with { Y = Height - 1, Height = 1 }],
                [page with { Y = 40, Height = 20 }, page with { Y = 200, Height = 1 }], [page.Inflate(20)], [page with { Width = 1 }],
                [new Region(149, 399, 1, 1)], [new Region(60, 100, 30, 40)], [new Region(0, 90, 20, 9), new Region(100, 95, 50, 200)],
                [new Region(-50, -50, 60, 60)],
            ])
        {
            using var tokens = new LowResolutionTokens(backbone, image, InputRange.Bytes, policy, scale, atOnce);
            var missing = new HashSet<(long, long)>(
                from region in needed
                let inside = region.Intersect(page)
                from y in Numbers(inside.Y, inside.Bottom)
                from x in Numbers(inside.X, inside.Right)
                select (y / side, x / side));
            long windows = tokens.Run(
                (row, cells) =>
                {
                    for (int column = 0; column < columns; column++)
                    {
                        var token = new ReadOnlySpan<float>(cells + (column * dimension), dimension);
                        int at = (((int)row * columns) + column) * dimension;
                        Assert.That(
                            !missing.Remove((row, column)) || token.SequenceEqual(all.AsSpan(at, dimension)), Is.True, $"{row}, {column}");
                        Assert.That(token.ContainsAnyExceptInRange(float.MinValue, float.MaxValue), Is.False, "others are some number");
                    }
                }, new ComputeOptions(), null, new NeededPixels(needed));
            Assert.That(missing, Is.Empty);
            Assert.That(windows, needed[0].Contains(page) ? Is.EqualTo(tokens.Windows) : Is.LessThan(tokens.Windows));
        }
        Assert.That(rows, Is.EqualTo(Height / side));

        static IEnumerable<long> Numbers(long from, long to)
        {
            for (long i = from; i < to; i++)
            {
                yield return i;
            }
        }
    }

    [Test]
    public void CancellingStopsBetweenWindows([Values(1, 2)] int atOnce)
    {
        using var tiny = new TinyBackbone(8, 6);
        using Backbone backbone = Backbone.Open(tiny.Folder, 1);
        using MemoryImage image = RandomImage(200, 200, 1, out _);
        using var tokens = new LowResolutionTokens(backbone, image, InputRange.Bytes, new WindowPolicy(5, 2, false), atOnce: atOnce);
        using var source = new CancellationTokenSource();
        int rows = 0;
        Assert.Throws<OperationCanceledException>(() => tokens.Run(
            (_, _) =>
            {
                rows++;
                source.Cancel();
            }, new ComputeOptions { Cancellation = source.Token }));
        Assert.That(rows, Is.EqualTo(3), "the rows of cells that the first row of windows finished");
    }

    private static float[] Run(
        Backbone backbone, ImageReader image, WindowPolicy policy, out int rows, out int columns, InputMap? map = null, int scale = 1,
        int atOnce = 1)
    {
        long before = HostBuffer.Allocations;
        using var tokens = new LowResolutionTokens(backbone, image, map ?? InputRange.Bytes, policy, scale, atOnce);
        long buffers = HostBuffer.Allocations - before;
        (rows, columns) = ((int)tokens.Rows, (int)tokens.Columns);
        int numbers = columns * backbone.Description.Dimension;
        var all = new List<float>();
        tokens.Run(
            (row, cells) =>
            {
                Assert.That(row * numbers, Is.EqualTo(all.Count), "rows come once each, in order");
                all.AddRange(new ReadOnlySpan<float>(cells, numbers));
            }, new ComputeOptions());
        Assert.That(HostBuffer.Allocations - before, Is.EqualTo(buffers), "running allocates nothing");
        Assert.That(all, Has.Count.EqualTo(rows * numbers));
        return [.. all];
    }

    private static MemoryImage RandomImage(int width, int height, int channels, out byte[] samples)
    {
        samples = new byte[width * height * channels];
        new Random((width * 31) + height).NextBytes(samples);
        return MemoryImage.FromMemory<byte>(samples, width, height, channels);
    }

    private sealed class Collect(List<double> reports) : IProgress<double>
    {
        public void Report(double value) => reports.Add(value);
    }

    /// <summary>An image that says it is stored in strips, and counts its reads.</summary>
    private sealed class WholeRowsImage(ImageReader image) : ImageReader
    {
        public int Reads { get; private set; }

        public override ImageInfo Info => image.Info;

        public override bool PrefersWholeRows => true;

        public override long HeldBytes(int threads) => 0;

        public override void Read(Region region, Span<byte> destination)
        {
            Assert.That((region.X, region.Width), Is.EqualTo((0, Info.Width)));
            Reads++;
            image.Read(region, destination);
        }

        protected override void Dispose(bool disposing)
        {
        }
    }
}
