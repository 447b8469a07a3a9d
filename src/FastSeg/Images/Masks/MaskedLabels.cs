namespace FastSeg.Images.Masks;

/// <summary>Labels without those that were drawn where a mask is 0: nothing is known of such pixels. Several threads may read.</summary>
/// <param name="labels">The labels; they stay the caller's.</param>
/// <param name="mask">The mask, of the same size; it stays the caller's.</param>
internal sealed class MaskedLabels(ImageReader labels, ImageReader mask) : ImageReader
{
    private long _dropped;

    /// <inheritdoc/>
    public override ImageInfo Info => labels.Info;

    /// <summary>Labels without those that a mask leaves out. Labels of another size than the image's are refused elsewhere.</summary>
    public static ImageReader Of(ImageReader labels, ImageReader mask, ImageInfo image) =>
        labels.Info.Width == image.Width && labels.Info.Height == image.Height
            ? new MaskedLabels(labels, mask) { FilePath = labels.FilePath }
            : labels;

    /// <inheritdoc/>
    public override bool PrefersWholeRows => labels.PrefersWholeRows;

    /// <summary>Labelled pixels that were left out so far.</summary>
    public long Dropped => Interlocked.Read(ref _dropped);

    /// <inheritdoc/>
    public override long HeldBytes(int threads) => labels.HeldBytes(threads) + mask.HeldBytes(threads);

    /// <inheritdoc/>
    public override void Read(Region region, Span<byte> destination)
    {
        labels.Read(region, destination);
        int bytes = Info.PixelBytes, maskBytes = mask.Info.PixelBytes;
        byte[] kept = new byte[checked((int)(region.Width * maskBytes))];
        long dropped = 0;
        for (long y = region.Y; y < region.Bottom; y++)
        {
            Span<byte> row = destination.Slice(checked((int)((y - region.Y) * region.Width * bytes)), checked((int)(region.Width * bytes)));
            if (!row.ContainsAnyExcept((byte)0))
            {
                continue;
            }
            mask.Read(new Region(region.X, y, region.Width, 1), kept);
            for (int x = 0; x < region.Width; x++)
            {
                Span<byte> label = row.Slice(x * bytes, bytes);
                if (!kept.AsSpan(x * maskBytes, maskBytes).ContainsAnyExcept((byte)0) && label.ContainsAnyExcept((byte)0))
                {
                    label.Clear();
                    dropped++;
                }
            }
        }
        Interlocked.Add(ref _dropped, dropped);
    }

    /// <summary>Does nothing: labels and mask are the caller's.</summary>
    protected override void Dispose(bool disposing)
    {
    }
}
