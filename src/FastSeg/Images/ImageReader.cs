using FastSeg.Images;

namespace FastSeg;

/// <summary>
/// One page of an image, read rectangle by rectangle. <see cref="Read"/> may be called from several threads at once.
/// </summary>
public abstract class ImageReader : IDisposable
{
    /// <summary>Size, type and origin of the image.</summary>
    public abstract ImageInfo Info { get; }

    /// <summary>The path of the file that is read, without a page; null for an image that is no file of <see cref="ImageFile"/>.</summary>
    internal string? FilePath { get; set; }

    /// <summary>How it was opened, if it is a file.</summary>
    internal ImageOptions Opening { get; set; } = ImageOptions.Default;

    /// <summary>What the pages of the image's file are, where the file says so.</summary>
    internal virtual PageMeaning? Meaning => null;

    /// <summary>
    /// Most bytes that the reader will allocate, beyond those it holds already, while up to <paramref name="threads"/> threads read from
    /// it: decoded strips, or the whole image where the format gives no random access. The plan counts them.
    /// </summary>
    public abstract long HeldBytes(int threads);

    /// <summary>
    /// Those of <see cref="HeldBytes"/> that are gone once all of the page was read for the first time. A reader that wraps another one may
    /// leave them out.
    /// </summary>
    internal virtual long FirstPassBytes(int threads) => 0;

    /// <summary>
    /// Whether a rectangle costs as much as the full rows it lies in, as in a TIFF of compressed strips. The planner then prefers tiles as
    /// wide as the image.
    /// </summary>
    public virtual bool PrefersWholeRows => false;

    /// <summary>
    /// Columns and rows of the parts that are decoded as a whole: whoever reads all of an image reads it part by part. Null where rows lie
    /// one after the other, or where it is not known. A page that is cut out of another or turned need not begin where a part does.
    /// </summary>
    internal virtual (long Width, long Height)? StoredPart => null;

    /// <summary>Whether reading is slow because samples are decoded, so that whoever reads twice may keep them.</summary>
    internal virtual bool Decodes => false;

    /// <summary>
    /// Copies the samples of <paramref name="region"/>: row-major, channels interleaved, little-endian, no padding
    /// (<c>Height x Width x Channels</c> samples).
    /// </summary>
    /// <param name="region">A rectangle inside the image; anything else throws <see cref="ArgumentOutOfRangeException"/>.</param>
    /// <param name="destination">At least <c>region.Pixels * Info.PixelBytes</c> bytes.</param>
    /// <exception cref="FastSegException">The file is truncated or corrupt in this rectangle.</exception>
    public abstract void Read(Region region, Span<byte> destination);

    /// <summary>
    /// The number that a file holds where <see cref="Read"/> delivers another one, for sentences about it; null where it delivers what is
    /// stored.
    /// </summary>
    internal virtual double? StoredValue(long x, long y, int channel) => null;

    /// <summary>Closes the file and frees what the reader allocated.</summary>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Releases what the reader holds.</summary>
    protected abstract void Dispose(bool disposing);
}
