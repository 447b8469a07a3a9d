namespace FastSeg.Images;

/// <summary>
/// A rectangle of an image as an image of its own, read from the original. The original stays the caller's, who disposes it after this.
/// </summary>
/// <param name="original">The image.</param>
/// <param name="area">The rectangle, which lies inside it.</param>
internal sealed class CroppedImage(ImageReader original, Region area) : ImageReader
{
    /// <summary>An image without its first rows and columns.</summary>
    /// <param name="original">The image.</param>
    /// <param name="left">Columns that are left out, fewer than there are.</param>
    /// <param name="top">Rows that are left out, fewer than there are.</param>
    public CroppedImage(ImageReader original, long left, long top)
        : this(original, new Region(left, top, original.Info.Width - left, original.Info.Height - top))
    {
    }

    /// <inheritdoc/>
    public override ImageInfo Info { get; } = original.Info with { Width = area.Width, Height = area.Height };

    /// <inheritdoc/>
    public override bool PrefersWholeRows => original.PrefersWholeRows;

    /// <inheritdoc/>
    internal override bool Decodes => original.Decodes;

    /// <inheritdoc/>
    internal override (long Width, long Height)? StoredPart => original.StoredPart;

    /// <inheritdoc/>
    public override long HeldBytes(int threads) => original.HeldBytes(threads);

    /// <inheritdoc/>
    public override void Read(Region region, Span<byte> destination)
    {
        if (region.Right > Info.Width || region.Bottom > Info.Height || region.X < 0 || region.Y < 0)
        {
            throw new ArgumentOutOfRangeException(nameof(region), region, "The rectangle is not inside the image.");
        }
        original.Read(region with { X = region.X + area.X, Y = region.Y + area.Y }, destination);
    }

    /// <summary>Does nothing: the original is the caller's.</summary>
    protected override void Dispose(bool disposing)
    {
    }
}
