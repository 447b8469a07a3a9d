using System.Collections.Concurrent;

namespace FastSeg.Tests;

/// <summary>An image that remembers which rectangles of it were read.</summary>
internal sealed class Watched(ImageReader inner) : ImageReader
{
    private readonly ConcurrentQueue<Region> _reads = [];

    /// <summary>The rectangles, in no order.</summary>
    public IReadOnlyCollection<Region> Reads => _reads;

    /// <summary>The smallest rectangle that holds all of them.</summary>
    public Region Touched => _reads.IsEmpty ? default : _reads.Aggregate((all, next) =>
    {
        (long x, long y) = (Math.Min(all.X, next.X), Math.Min(all.Y, next.Y));
        return new Region(x, y, Math.Max(all.Right, next.Right) - x, Math.Max(all.Bottom, next.Bottom) - y);
    });

    public override ImageInfo Info => inner.Info;

    public override long HeldBytes(int threads) => 0;

    /// <summary>Forgets what was read so far.</summary>
    public void Forget() => _reads.Clear();

    public override void Read(Region region, Span<byte> destination)
    {
        _reads.Enqueue(region);
        inner.Read(region, destination);
    }

    protected override void Dispose(bool disposing) => inner.Dispose();
}
