using FastSeg.Files;
using FastSeg.Images;

namespace FastSeg;

/// <summary>
/// An image being written rectangle by rectangle, in any order, from several threads at once. It appears under its final name only
/// with <see cref="Commit"/>; disposed without it, nothing is left behind.
/// </summary>
public abstract class ImageWriter : IDisposable
{
    /// <summary>Size, type and pages.</summary>
    public abstract ImageLayout Layout { get; }

    /// <summary>The path of the file that is written; null for a writer that <see cref="ImageFile"/> did not make.</summary>
    internal string? FilePath { get; set; }

    /// <summary>
    /// Most bytes that the writer holds while up to <paramref name="threads"/> threads write to it. The plan counts them.
    /// </summary>
    public abstract long HeldBytes(int threads);

    /// <summary>The part of <see cref="HeldBytes"/> that is held while <see cref="Finish"/> runs, and not before.</summary>
    internal virtual long FinishBytes(int threads) => 0;

    /// <summary>
    /// Where float planes go, one a page, in the caller's memory; null where samples must go through
    /// <see cref="Write(Region, ReadOnlySpan{byte})"/>.
    /// </summary>
    internal virtual PlaneTarget? Planes => null;

    /// <summary>
    /// Writes <paramref name="region"/> of every page: <c>Pages x Height x Width</c> samples, page by page, row-major, little-endian.
    /// Every pixel of the image must be written once before <see cref="Commit"/>.
    /// </summary>
    /// <param name="region">
    /// A rectangle inside the image. Those whose corners lie on multiples of 256 pixels, or at the image's edge, are written at once; a
    /// TIFF keeps parts of its tiles in memory until the rest has come.
    /// </param>
    /// <param name="samples">The samples of all pages.</param>
    /// <exception cref="FastSegException">The disk is full, or the folder went away.</exception>
    public abstract void Write(Region region, ReadOnlySpan<byte> samples);

    /// <summary>
    /// Writes <paramref name="region"/> of every page of one plane of a stack, as <see cref="Write(Region, ReadOnlySpan{byte})"/> does for
    /// an image that is its only plane.
    /// </summary>
    /// <param name="plane">The plane, from 0: slices of the first point in time, then those of the next.</param>
    /// <param name="region">A rectangle inside the image.</param>
    /// <param name="samples">The samples of the plane's pages.</param>
    internal virtual void Write(int plane, Region region, ReadOnlySpan<byte> samples)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(plane, 0);
        Write(region, samples);
    }

    /// <summary>Finishes the file and renames it to its final name, replacing an older one in one step.</summary>
    public abstract void Commit();

    /// <summary>The file of a writer of ours; null for other writers, whose <see cref="Commit"/> does everything.</summary>
    internal virtual PartialFile? Partial => null;

    /// <summary>Stops what <see cref="Finish"/> computes. A run sets it to its own; then it is disposed of and nothing is left.</summary>
    internal CancellationToken Cancellation { get; set; }

    /// <summary>What a run says about the file before it computes anything, one sentence each.</summary>
    internal virtual IReadOnlyList<string> Warnings => [];

    /// <summary>
    /// Columns and rows of the parts of which the writer knows whether an earlier start of the run has written them; null for a writer that
    /// begins anew, which lacks everything.
    /// </summary>
    internal virtual (long Width, long Height)? Units => null;

    /// <summary>
    /// Whether a region of a plane has a pixel that must still be written. Others may be written, too; they are passed over.
    /// </summary>
    internal virtual bool Lacks(int plane, Region region) => true;

    /// <summary>Pixels of all planes that need not be written: earlier starts wrote them, or other blocks do.</summary>
    internal virtual long LeftOut => 0;

    /// <summary>
    /// Opens the first page of a plane that was written, once all is whole, for so many threads; null where it cannot be read back. Labels
    /// are numbers.
    /// </summary>
    internal virtual ImageReader? OpenWritten(int plane, int threads) => null;

    /// <summary>Puts the whole file together, so that nothing is left for <see cref="Commit"/> but renaming it.</summary>
    internal virtual void Finish()
    {
    }

    /// <summary>
    /// Commits several outputs of one run. All are put together first and renamed last, so that a disk that is full leaves the older files
    /// as they were, all of them.
    /// </summary>
    /// <param name="writers">The outputs.</param>
    /// <param name="cancellation">Stops putting them together; once the first is renamed, all are.</param>
    /// <exception cref="OperationCanceledException">It was cancelled before any had its final name.</exception>
    internal static void CommitTogether(IReadOnlyCollection<ImageWriter> writers, CancellationToken cancellation = default)
    {
        foreach (ImageWriter writer in writers)
        {
            writer.Cancellation = cancellation;
            writer.Finish();
        }
        foreach (ImageWriter writer in writers.Where(writer => writer.Partial is null))
        {
            writer.Commit();
        }
        PartialFile.CommitTogether([.. writers.Select(writer => writer.Partial).OfType<PartialFile>()]);
    }

    /// <summary>Without <see cref="Commit"/>: removes what was written.</summary>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Releases what the writer holds.</summary>
    protected abstract void Dispose(bool disposing);
}
