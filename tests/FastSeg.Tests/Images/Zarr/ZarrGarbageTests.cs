using FastSeg.Images.Samples;
using FastSeg.Images.Zarr;
using NUnit.Framework;

namespace FastSeg.Tests.Images.Zarr;

/// <summary>
/// What a chunk leaves for the garbage collector, which waits for tens of MiB where the processor has large caches: a page of thousands
/// of chunks must not add up to them.
/// </summary>
[TestFixture]
[NonParallelizable]
internal sealed class ZarrGarbageTests
{
    private const int Side = 256, Across = 8, MostBytes = 6 << 10;

    [TestCase(OmeZarrOptions.Version04)]
    [TestCase(OmeZarrOptions.Version05)]
    public void ReadingAndWritingAChunkLeavesLittle(string version)
    {
        using var scratch = new Scratch();
        var options = new OmeZarrOptions { Chunk = Side, Version = version };
        ImageLayout layout = ZarrWriterTests.Labels(Side * Across, Side * Across);
        byte[] samples = ZarrWriterTests.Few(layout with { Width = Side, Height = Side }), read = new byte[Side * Side];
        long written = 0;
        using (ImageWriter writer = ImageFile.Create(scratch["a.zarr"], layout, options))
        {
            written = Each(region => writer.Write(region, samples));
            writer.Commit();
        }
        using ImageReader image = ImageFile.Open(scratch["a.zarr"]);
        long found = Each(region => image.Read(region, read));
        // Names, handles and streams: no chunk's bytes, of which there are 64 KiB, and some 20 when they are stored.
        Assert.That(written, Is.LessThan(MostBytes));
        Assert.That(found, Is.LessThan(MostBytes));
    }

    /// <summary>A reader leaves 1 MiB with each call: every few calls, a pass over the page and one over its tiles collect it.</summary>
    [Test]
    public void PassesCollectWhatReadersLeave()
    {
        using var image = new Wasteful(Side);
        int before = GC.CollectionCount(0);
        using (var pass = new SampleStatisticsPass(image, null, 1))
        {
            pass.Run(new ComputeOptions());
        }
        Assert.That(GC.CollectionCount(0) - before, Is.AtLeast(image.Reads / 8), "a pass over the page");
        (before, long reads) = (GC.CollectionCount(0), image.Reads);
        Trained.Labels(Trained.GreyByType, image, new ComputeOptions { Tile = (16, 16), Threads = 1, Backend = BackendKind.Cpu });
        Assert.That(image.Reads - reads, Is.AtLeast(100));
        Assert.That(GC.CollectionCount(0) - before, Is.AtLeast((image.Reads - reads) / 8), "tiles");
    }

    /// <summary>A square image of zeros and ones, stored in narrow columns.</summary>
    private sealed class Wasteful(int side) : ImageReader
    {
        public int Reads { get; private set; }

        public override ImageInfo Info { get; } = new("wasteful", side, side, 1, SampleType.UInt8);

        internal override (long Width, long Height)? StoredPart => (4, Info.Height);

        public override long HeldBytes(int threads) => 0;

        public override void Read(Region region, Span<byte> destination)
        {
            for (int i = 0; i < 16; i++)
            {
                GC.KeepAlive(new byte[1 << 16]);
            }
            Reads++;
            for (int i = 0; i < region.Pixels; i++)
            {
                destination[i] = (byte)(i % 2);
            }
        }

        protected override void Dispose(bool disposing)
        {
        }
    }

    /// <summary>Bytes that are allocated for each chunk, the first row left out.</summary>
    private static long Each(Action<Region> run)
    {
        long before = 0;
        for (int i = 0; i < Across * Across; i++)
        {
            before = i == Across ? GC.GetAllocatedBytesForCurrentThread() : before;
            run(new Region(i % Across * Side, i / Across * Side, Side, Side));
        }
        return (GC.GetAllocatedBytesForCurrentThread() - before) / (Across * (Across - 1));
    }
}
