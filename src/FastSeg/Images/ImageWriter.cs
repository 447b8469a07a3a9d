namespace FastSeg.Images;

/// <summary>What an image to be written looks like.</summary>
/// <param name="Width">Columns.</param>
/// <param name="Height">Rows.</param>
/// <param name="Type">Type of one sample.</param>
/// <param name="Pages">Planes: pages of a TIFF, the last axis of an npy.</param>
public sealed record ImageLayout(long Width, long Height, SampleType Type, int Pages = 1)
{
    /// <summary>Physical pixel size to carry over.</summary>
    public PixelSize? PixelSize { get; init; }

    /// <summary>Name of each page (TIFF PageName), or null.</summary>
    public IReadOnlyList<string>? PageNames { get; init; }

    /// <summary>Whether this is a label map: a PNG then gets the class palette.</summary>
    public bool IsLabelMap { get; init; }

    /// <summary>Whether an npy has the page axis even where there is one page (H x W x 1).</summary>
    public bool KeepPageAxis { get; init; }
}

/// <summary>
/// An image being written rectangle by rectangle, in any order, from several threads at once. It appears under its final name only
/// with <see cref="Commit"/>; disposed without it, nothing is left behind.
/// </summary>
public abstract class ImageWriter : IDisposable
{
    /// <summary>Size, type and pages.</summary>
    public abstract ImageLayout Layout { get; }

    /// <summary>Most bytes the writer holds while up to <paramref name="threads"/> threads write to it. Part of the plan.</summary>
    public abstract long HeldBytes(int threads);

    /// <summary>
    /// Writes <paramref name="region"/> of every page: <c>Pages x Height x Width</c> samples, page by page, row-major, little-endian.
    /// Every pixel of the image must be written once before <see cref="Commit"/>.
    /// </summary>
    /// <param name="region">A rectangle inside the image. Rectangles whose corners lie on multiples of 256 pixels are written straight through.</param>
    /// <param name="samples">The samples.</param>
    /// <exception cref="FastSegException">The disk is full, or the folder went away.</exception>
    public abstract void Write(Region region, ReadOnlySpan<byte> samples);

    /// <summary>Finishes the file and renames it to its final name, replacing an older one in one step.</summary>
    public abstract void Commit();

    /// <summary>Without <see cref="Commit"/>: removes what was written.</summary>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Releases what the writer holds.</summary>
    protected abstract void Dispose(bool disposing);
}
