using FastSeg.Images;
using FastSeg.Images.Samples;
using NUnit.Framework;

namespace FastSeg.Tests.Images;

/// <summary>A page stored in parts: each is read once, and what is found is what is found of rows in memory.</summary>
[TestFixture]
internal sealed class PageStepsTests
{
    private const int W = 1500, H = 300;

    /// <summary>Percentiles of all samples and of some, with and without a mask, in parts that divide the page and that do not.</summary>
    [Test]
    public void PartsChangeNothing(
        [Values(SampleType.UInt8, SampleType.Int16, SampleType.Float32)] SampleType type, [Values(1, 3)] int channels,
        [Values] bool masked, [Values("256x256", "1000x130", "64x300", "1499x11", "1x300")] string part)
    {
        byte[] samples = new byte[W * H * channels * type.Bytes()], kept = new byte[W * H];
        var random = new Random(5);
        random.NextBytes(samples);
        random.NextBytes(kept);
        if (type == SampleType.Float32)
        {
            float[] floats = [.. samples.Where((_, i) => i % 4 == 0).Select(x => x / 7f)];
            Buffer.BlockCopy(floats, 0, samples, 0, samples.Length);
        }
        kept = Array.ConvertAll(kept, value => (byte)(value % 3));
        using var rows = new Stored(samples, channels, type, null);
        using var parts = new Stored(samples, channels, type, Part(part));
        using MemoryImage? mask = masked ? MemoryImage.FromMemory<byte>(kept, W, H) : null;
        foreach (Percentiles percentiles in (Percentiles[])[Percentiles.OfRun, Percentiles.OfTraining])
        {
            (SampleMoments moments, SampleSpread? spread) = Find(rows, mask, 1, percentiles);
            Assert.That(moments.Count, Is.EqualTo(masked ? channels * kept.Count(value => value != 0) : W * H * channels));
            foreach (int workers in (int[])[1, 3])
            {
                Assert.That(Find(parts, mask, workers, percentiles), Is.EqualTo((moments, spread)), $"{percentiles}, {workers} workers");
            }
        }
    }

    /// <summary>A reader that keeps one part must decode none twice; only floats, which need whole rows, may.</summary>
    [TestCase("256x256")]
    [TestCase("1000x130")]
    [TestCase("1499x11")]
    [TestCase("1x300")]
    public void NoPartIsLeftAndWantedAgain(string part)
    {
        foreach (bool masked in (bool[])[false, true])
        {
            using var parts = new Stored(new byte[W * H], 1, SampleType.UInt8, Part(part));
            using MemoryImage? mask = masked ? MemoryImage.FromMemory<byte>(new byte[W * H], W, H) : null;
            Find(parts, mask, 1, Percentiles.OfRun);
            (long width, long height) = Part(part);
            // Twice, since Find runs twice.
            Assert.That(parts.Changes, Is.EqualTo(2 * (((W - 1) / width) + 1) * (((H - 1) / height) + 1)), $"masked: {masked}");
        }
    }

    /// <summary>Of long rows every so-many-th sample is kept, in whatever pieces they come.</summary>
    [Test]
    public unsafe void ARowInPiecesKeepsTheSameSamples()
    {
        const int Width = 1003;
        var info = new ImageInfo("row", Width, 3, 1, SampleType.Float32);
        // Most samples grow along a row, so that the place of those which are kept decides what the percentiles are.
        float[] row = [.. Enumerable.Range(0, Width).Select(x => (float)x * x)];
        using var whole = new SampleSketch(info, 100);
        using var pieces = new SampleSketch(info, 100);
        fixed (float* samples = row)
        {
            whole.Take(0, 0, (byte*)samples, Width);
            foreach (int width in (int[])[1, 7, 50, 501])
            {
                pieces.Clear();
                for (int x = 0; x < Width; x += width)
                {
                    pieces.Take(0, x, (byte*)(samples + x), Math.Min(width, Width - x));
                }
                Assert.That(pieces.Spread(), Is.EqualTo(whole.Spread()), $"{width} at a time");
            }
        }
    }

    private static (long Width, long Height) Part(string text) => (long.Parse(text.Split('x')[0]), long.Parse(text.Split('x')[1]));

    private static (SampleMoments Moments, SampleSpread? Spread) Find(
        ImageReader image, ImageReader? mask, int workers, Percentiles percentiles)
    {
        using var pass = new SampleStatisticsPass(image, mask, workers, percentiles);
        pass.Run(new ComputeOptions());
        // The second run must have forgotten the first.
        return (pass.Run(new ComputeOptions()), pass.Spread);
    }

    /// <summary>An image in memory that says it is stored in parts, and counts how often it had to turn to another one.</summary>
    private sealed class Stored(byte[] samples, int channels, SampleType type, (long Width, long Height)? part) : ImageReader
    {
        private (long, long) _last = (-1, -1);
        private readonly object _gate = new();

        public long Changes { get; private set; }

        public override ImageInfo Info { get; } = new("stored", W, H, channels, type);

        internal override (long Width, long Height)? StoredPart => part;

        public override long HeldBytes(int threads) => 0;

        public override void Read(Region region, Span<byte> destination)
        {
            int bytes = Info.PixelBytes;
            lock (_gate)
            {
                Count(region);
            }
            for (long y = region.Y; y < region.Bottom; y++)
            {
                samples.AsSpan((int)(((y * W) + region.X) * bytes), (int)region.Width * bytes)
                    .CopyTo(destination[(int)((y - region.Y) * region.Width * bytes)..]);
            }
        }

        protected override void Dispose(bool disposing)
        {
        }

        private void Count(Region region)
        {
            (long width, long height) = part ?? (W, H);
            for (long y = region.Y / height; y * height < region.Bottom; y++)
            {
                for (long x = region.X / width; x * width < region.Right; x++)
                {
                    Changes += _last == (x, y) ? 0 : 1;
                    _last = (x, y);
                }
            }
        }
    }
}
