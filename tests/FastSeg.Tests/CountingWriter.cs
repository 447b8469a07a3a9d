namespace FastSeg.Tests;

/// <summary>Counts the tiles that are written to another writer.</summary>
internal sealed class CountingWriter(ImageWriter inner) : ImageWriter
{
    private int _tiles;

    public int Tiles => _tiles;

    public override ImageLayout Layout => inner.Layout;

    public override long HeldBytes(int threads) => inner.HeldBytes(threads);

    public override void Write(Region region, ReadOnlySpan<byte> samples)
    {
        Interlocked.Increment(ref _tiles);
        inner.Write(region, samples);
    }

    public override void Commit() => inner.Commit();

    protected override void Dispose(bool disposing) => inner.Dispose();
}
