namespace FastSeg.Images.Masks;

/// <summary>A mask that leaves out a data bar, besides what another mask leaves out. Several threads may read.</summary>
/// <param name="image">The image that it belongs to.</param>
/// <param name="mask">The other mask; null where there is none. It stays the caller's.</param>
/// <param name="bar">The rows of the bar, to the image's end.</param>
internal sealed class BarMask(ImageInfo image, ImageReader? mask, Region bar) : ImageReader
{
    /// <inheritdoc/>
    public override ImageInfo Info { get; } =
        mask?.Info ?? new ImageInfo($"{image.Name} without its data bar", image.Width, image.Height, 1, SampleType.UInt8);

    /// <inheritdoc/>
    public override bool PrefersWholeRows => mask?.PrefersWholeRows ?? false;

    /// <inheritdoc/>
    public override long HeldBytes(int threads) => mask?.HeldBytes(threads) ?? 0;

    /// <inheritdoc/>
    public override void Read(Region region, Span<byte> destination)
    {
        ImageReading.Check(Info, region, destination.Length);
        int rowBytes = checked((int)(region.Width * Info.PixelBytes));
        long above = Math.Clamp(bar.Y - region.Y, 0, region.Height);
        Span<byte> kept = destination[..checked((int)(above * rowBytes))];
        if (mask is null)
        {
            kept.Fill(1);
        }
        else if (above > 0)
        {
            mask.Read(region with { Height = above }, kept);
        }
        destination[kept.Length..checked((int)(region.Height * rowBytes))].Clear();
    }

    /// <summary>Does nothing: the other mask is the caller's.</summary>
    protected override void Dispose(bool disposing)
    {
    }
}
