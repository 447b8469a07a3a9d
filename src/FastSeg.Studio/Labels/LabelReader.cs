namespace FastSeg.Studio.Labels;

/// <summary>A label raster as an image of uint8 with one channel.</summary>
internal sealed class LabelReader(LabelRaster labels, string name) : ImageReader
{
    public override ImageInfo Info { get; } = new(name, labels.Width, labels.Height, 1, SampleType.UInt8);

    public override long HeldBytes(int threads) => 0;

    public override void Read(Region region, Span<byte> destination) => labels.Read(region, destination);

    protected override void Dispose(bool disposing)
    {
    }
}
