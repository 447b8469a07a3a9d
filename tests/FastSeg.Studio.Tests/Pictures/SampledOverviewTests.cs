using FastSeg.Studio.Pictures;
using NUnit.Framework;

namespace FastSeg.Studio.Tests.Pictures;

/// <summary>The quick picture of a large image.</summary>
[TestFixture]
internal sealed class SampledOverviewTests
{
    private static readonly TimeSpan Long = TimeSpan.FromMinutes(5);

    [Test]
    public void EachPixelShowsItsPlace([ValueSource(typeof(Blocks), nameof(Blocks.Types))] SampleType type)
    {
        using ImageReader image = new Planes(type, 2700, 1100);
        SampleBlock overview = SampledOverview.Of(image, Long, 2);
        Assert.That((overview.Width, overview.Height), Is.EqualTo((85, 35)));
        AssertShows(overview, within: 16);
    }

    [Test]
    public void WithoutTimeEachPixelShowsAPlaceNearby()
    {
        using var image = new Planes(SampleType.UInt16, 9000, 6000);
        SampleBlock overview = SampledOverview.Of(image, TimeSpan.Zero, 2);
        Assert.That(image.Reads, Is.LessThanOrEqualTo(3 * 2 * 8), "the first pass alone: every sixteenth cell, 8 rows of each");
        AssertShows(overview, within: 16 * PyramidLayout.Side);
    }

    [Test]
    public void AtMostOneReadAPixel()
    {
        using var image = new Planes(SampleType.UInt8, 3000, 3000);
        SampleBlock overview = SampledOverview.Of(image, Long, 2);
        Assert.That(image.Reads, Is.LessThanOrEqualTo((overview.Width + 7) / 8 * overview.Height));
    }

    [Test]
    public void WhereRowsCostAStripOneRowACellIsRead()
    {
        using var image = new Planes(SampleType.UInt16, 1000, 1000) { Strips = true };
        AssertShows(SampledOverview.Of(image, Long, 2), within: PyramidLayout.Side);
        Assert.That(image.Reads, Is.EqualTo(4 * 4));
    }

    /// <summary>Compares with the image's own rule: a sample says where it is.</summary>
    private static void AssertShows(SampleBlock overview, int within)
    {
        double[] samples = Blocks.Doubles(overview);
        for (int i = 0; i < samples.Length; i++)
        {
            int x = i % overview.Width, y = i / overview.Width;
            double shown = samples[i] * Planes.Scale(overview.Type), wanted = (32 * (x + y)) + 32;
            Assert.That(shown, Is.EqualTo(wanted).Within((2 * within) + Planes.Scale(overview.Type) + 16), $"{x},{y}");
        }
    }

    /// <summary>An image whose samples grow to the right and down, and which counts how often it is read.</summary>
    private sealed class Planes(SampleType type, int width, int height) : ImageReader
    {
        private int _reads;

        public bool Strips { get; init; }

        public int Reads => _reads;

        public override ImageInfo Info { get; } = new("planes", width, height, 1, type);

        public override bool PrefersWholeRows => Strips;

        /// <summary>What a sample is multiplied by to get x + y: 8 bits hold less.</summary>
        public static int Scale(SampleType type) => type == SampleType.UInt8 ? 64 : 1;

        public override long HeldBytes(int threads) => 0;

        public override void Read(Region region, Span<byte> destination)
        {
            Interlocked.Increment(ref _reads);
            int bytes = Info.Type.Bytes(), at = 0;
            for (long y = region.Y; y < region.Bottom; y++)
            {
                for (long x = region.X; x < region.Right; x++, at += bytes)
                {
                    Write(destination[at..], x + y);
                }
            }
        }

        protected override void Dispose(bool disposing)
        {
        }

        private void Write(Span<byte> to, long value)
        {
            switch (Info.Type)
            {
                case SampleType.UInt8:
                    to[0] = (byte)(value / Scale(Info.Type));
                    break;
                case SampleType.Float32:
                    BitConverter.TryWriteBytes(to, (float)value);
                    break;
                default:
                    BitConverter.TryWriteBytes(to, (ushort)value);
                    break;
            }
        }
    }
}
