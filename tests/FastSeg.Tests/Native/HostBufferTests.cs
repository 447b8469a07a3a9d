using FastSeg.Native;
using NUnit.Framework;

namespace FastSeg.Tests.Native;

/// <summary>Memory of every size: aligned, writable to its last byte, and given back.</summary>
[TestFixture]
internal sealed unsafe class HostBufferTests
{
    private const long HugePage = 2L << 20;

    [TestCase(0, 64)]
    [TestCase(1, 64)]
    [TestCase(HugePage - 1, 64)]
    [TestCase(HugePage, HugePage)]
    [TestCase((3 * HugePage) + 5, HugePage)]
    public void BuffersAreAlignedAndWritableToTheLastByte(long bytes, long alignment)
    {
        using var buffer = new HostBuffer(bytes);
        Assert.That((long)buffer.Pointer % alignment, Is.Zero);
        Assert.That(buffer.Length, Is.EqualTo(bytes));
        buffer.Span<byte>(0, (int)bytes).Fill(7);
        Assert.That(buffer.Span<byte>(0, (int)bytes).IndexOfAnyExcept((byte)7), Is.EqualTo(-1));
        Assert.That(() => buffer.Span<byte>(1, (int)bytes).Clear(), Throws.InstanceOf<ArgumentOutOfRangeException>());
        buffer.Dispose();
        Assert.That(() => (long)buffer.Pointer, Throws.InstanceOf<ObjectDisposedException>());
    }

    /// <summary>A collection would stop the caller's threads and look at all of the caller's objects.</summary>
    [Test]
    public void BuffersProvokeNoCollections()
    {
        GC.Collect();
        int before = GC.CollectionCount(0);
        for (int round = 0; round < 5; round++)
        {
            // The runtime does not collect for the memory it is told of while it has just collected.
            Thread.Sleep(100);
            HostBuffer[] buffers = [.. Enumerable.Range(0, 10).Select(_ => new HostBuffer(64L << 20))];
            Array.ForEach(buffers, buffer => buffer.Dispose());
        }
        Assert.That(GC.CollectionCount(0), Is.EqualTo(before));
    }
}
