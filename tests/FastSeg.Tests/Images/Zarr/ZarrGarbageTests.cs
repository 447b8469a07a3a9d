using System.Runtime;
using FastSeg.Images.Samples;
using FastSeg.Images.Zarr;
using FastSeg.Native;
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

    /// <summary>A reader leaves 5 MiB with each call: a pass over the page and one over its tiles collect it between two steps.</summary>
    [Test]
    public void PassesCollectWhatReadersLeave()
    {
        using Wasteful large = new(4096), small = new(128);
        int before = GC.CollectionCount(0);
        using (var pass = new SampleStatisticsPass(large, null, 1))
        {
            pass.Run(new ComputeOptions());
        }
        Assert.That(large.Reads, Is.AtLeast(32));
        Assert.That(GC.CollectionCount(0) - before, Is.AtLeast(large.Reads / 2), "a pass over the page");
        before = GC.CollectionCount(0);
        Trained.Labels(Trained.GreyByType, small, new ComputeOptions { Tile = (16, 16), Threads = 1, Backend = BackendKind.Cpu });
        Assert.That(small.Reads, Is.AtLeast(64));
        Assert.That(GC.CollectionCount(0) - before, Is.AtLeast(small.Reads / 2), "tiles");
    }

    /// <summary>A caller that allocates between frames, or wants no collection for a while, is left alone.</summary>
    [Test]
    public void WhatOtherThreadsLeaveIsNotCollected()
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        Waste();
        Assert.That(FreedMemory.Limit(before), Is.True, "this thread's");
        before = GC.GetAllocatedBytesForCurrentThread();
        var other = new Thread(Waste);
        other.Start();
        other.Join();
        Assert.That(FreedMemory.Limit(before), Is.False, "another thread's");
        Assert.That(GC.TryStartNoGCRegion(32L << 20));
        before = GC.GetAllocatedBytesForCurrentThread();
        Waste();
        Assert.That(FreedMemory.Limit(before), Is.False);
        Assert.That(GCSettings.LatencyMode, Is.EqualTo(GCLatencyMode.NoGCRegion));
        GC.EndNoGCRegion();
    }

    /// <summary>Leaves 5 MiB.</summary>
    private static void Waste()
    {
        for (int i = 0; i < 80; i++)
        {
            GC.KeepAlive(new byte[1 << 16]);
        }
    }

    /// <summary>A square image of one value.</summary>
    private sealed class Wasteful(int side) : ImageReader
    {
        public int Reads { get; private set; }

        public override ImageInfo Info { get; } = new("wasteful", side, side, 1, SampleType.UInt8);

        public override long HeldBytes(int threads) => 0;

        public override void Read(Region region, Span<byte> destination)
        {
            Waste();
            Reads++;
            destination[..(int)region.Pixels].Fill(1);
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
