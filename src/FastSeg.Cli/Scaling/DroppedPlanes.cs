namespace FastSeg.Cli.Scaling;

/// <summary>Takes planes of features and keeps none: with 32 planes of floats a large image would be gigabytes on the disk.</summary>
internal sealed class DroppedPlanes(ImageLayout layout) : ImageWriter
{
    public override ImageLayout Layout => layout;

    public override long HeldBytes(int threads) => 0;

    public override void Write(Region region, ReadOnlySpan<byte> samples)
    {
    }

    public override void Commit()
    {
    }

    protected override void Dispose(bool disposing)
    {
    }
}
