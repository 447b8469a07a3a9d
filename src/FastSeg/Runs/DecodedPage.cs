using System.Collections.Concurrent;
using FastSeg.Backends;
using FastSeg.Common;
using FastSeg.Files;
using FastSeg.Images;
using FastSeg.Native;

namespace FastSeg.Runs;

/// <summary>
/// A page whose samples are kept while all of them are read for the first time, so that none is decoded again: they lie in a file of the
/// temporary folder that has no name. The file is read and written, not mapped: what of it the system keeps in memory is not the
/// process's own. Where the disk fills, the page is read from its source as before. Several threads may read.
/// </summary>
/// <remarks>
/// The file holds the page in panels of a few columns, one behind the other, each row by row: all rows that a tile needs of a panel are
/// one piece of the file.
/// </remarks>
internal sealed unsafe class DecodedPage : ImageReader
{
    /// <summary>Columns of a panel.</summary>
    private const int PanelColumns = 256;

    /// <summary>Bytes that are read or written at once; one row of a panel of 16 channels has 16 KiB.</summary>
    private const int PieceBytes = 128 << 10;

    private readonly ImageReader _source;
    private readonly UnnamedFile _file;
    private readonly ConcurrentBag<HostBuffer> _pieces = [];
    private bool _recording = true;
    private volatile bool _failed;

    private DecodedPage(ImageReader source, UnnamedFile file)
    {
        (_source, _file) = (source, file);
        (FilePath, Opening) = (source.FilePath, source.Opening);
    }

    /// <inheritdoc/>
    public override ImageInfo Info => _source.Info;

    /// <inheritdoc/>
    public override bool PrefersWholeRows => _source.PrefersWholeRows;

    internal override (long Width, long Height)? StoredPart => _source.StoredPart;

    internal override PageMeaning? Meaning => _source.Meaning;

    /// <summary>
    /// Makes the file; all that is read is kept until <see cref="Complete"/>. Null where the temporary folder cannot be written any more.
    /// </summary>
    /// <param name="source">The page, which stays the caller's.</param>
    public static DecodedPage? Of(ImageReader source)
    {
        try
        {
            return new DecodedPage(source, new UnnamedFile(0, "decoded samples"));
        }
        catch (FastSegException)
        {
            return null;
        }
    }

    /// <summary>
    /// Whether a run keeps the page so: all of it is read before the first tile, decoded, and most of it again; and a disk of this machine
    /// has room for it, besides what else the run keeps there, and its results. The page has at most half of the memory that this process
    /// may see: a file that the system cannot keep in memory would cost what the disk takes to write and read it.
    /// </summary>
    /// <param name="work">What is computed.</param>
    /// <param name="area">The region that is computed.</param>
    /// <param name="least">Bytes of the decoded samples from which on it pays.</param>
    public static bool Pays(Work work, Region area, long least)
    {
        ImageInfo page = work.Image.Info;
        bool twice = work.NeedsSamples && work.Samples is null && work.Image.Decodes && 2 * area.Pixels >= page.Bounds.Pixels;
        bool staysInMemory = work.DecodedBytes <= GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 2;
        return work.MayUseDisk && twice && work.DecodedBytes >= least && staysInMemory
            && MappedFile.Fits(work.DiskBytes + work.DecodedBytes, work.ResultBytes);
    }

    /// <summary>What a plan counts of it.</summary>
    public static IEnumerable<(string Name, long Bytes)> SharedItems(Work work, int workers) =>
        work.KeepsDecoded ? [("decoded samples", (long)workers * PieceBytes)] : [];

    /// <inheritdoc/>
    public override long HeldBytes(int threads) => _source.HeldBytes(threads) + ((long)threads * PieceBytes);

    /// <summary>Whether the page is read from the file.</summary>
    internal bool IsKept => !_recording && !_failed;

    /// <summary>Bytes that the file has now.</summary>
    internal long StoredBytes => RandomAccess.GetLength(_file.Handle);

    /// <summary>
    /// Says that each pixel was read, and none at the same time by two threads: from now on the file is read, if the disk held all of it.
    /// </summary>
    public void Complete()
    {
        _recording = false;
        if (_failed)
        {
            _file.Dispose();
        }
    }

    /// <inheritdoc/>
    public override void Read(Region region, Span<byte> destination)
    {
        ImageReading.Check(Info, region, destination.Length);
        if (!IsKept)
        {
            _source.Read(region, destination);
        }
        if (_failed)
        {
            return;
        }
        HostBuffer piece = _pieces.TryTake(out HostBuffer? kept) ? kept : new HostBuffer(PieceBytes);
        try
        {
            fixed (byte* samples = destination)
            {
                Move(region, samples, piece.Span<byte>(0, PieceBytes));
            }
        }
        catch (FastSegException) when (_recording)
        {
            _failed = true;
            // What is there already is of no use, and results may need its room.
            _file.Clear();
        }
        finally
        {
            _pieces.Add(piece);
        }
    }

    internal override double? StoredValue(long x, long y, int channel) => _source.StoredValue(x, y, channel);

    protected override void Dispose(bool disposing)
    {
        _file.Dispose();
        foreach (HostBuffer piece in _pieces)
        {
            piece.Dispose();
        }
    }

    /// <summary>Writes a region to the file while it is recorded, and reads it from there afterwards.</summary>
    private void Move(Region region, byte* samples, Span<byte> piece)
    {
        for (long left = region.X / PanelColumns * PanelColumns; left < region.Right && !_failed; left += PanelColumns)
        {
            var panel = new Region(left, 0, Math.Min(PanelColumns, Info.Width - left), Info.Height);
            Region part = panel.Intersect(region);
            // A part of a panel's columns is written row by row, so that its neighbours stay as they are.
            bool alone = _recording && part.Width < panel.Width;
            long most = alone ? 1 : PieceBytes / (panel.Width * Info.PixelBytes);
            for (long y = part.Y; y < part.Bottom; y += most)
            {
                Region rows = part with { Y = y, Height = Math.Min(most, part.Bottom - y) };
                if (_recording)
                {
                    Write(panel, rows, region, samples, piece);
                }
                else
                {
                    Read(panel, rows, region, samples, piece);
                }
            }
        }
    }

    private void Write(Region panel, Region rows, Region region, byte* samples, Span<byte> piece)
    {
        int bytes = (int)rows.Width * Info.PixelBytes;
        for (int row = 0; row < rows.Height; row++)
        {
            new ReadOnlySpan<byte>(Place(samples, region, rows.X, rows.Y + row), bytes).CopyTo(piece[(row * bytes)..]);
        }
        _file.Write(Offset(panel, rows.X, rows.Y), piece[..((int)rows.Height * bytes)]);
    }

    /// <summary>Reads whole rows of a panel and copies what the region has of them.</summary>
    private void Read(Region panel, Region rows, Region region, byte* samples, Span<byte> piece)
    {
        int stride = (int)panel.Width * Info.PixelBytes, skipped = (int)(rows.X - panel.X) * Info.PixelBytes;
        int bytes = (int)rows.Width * Info.PixelBytes;
        _file.Read(Offset(panel, panel.X, rows.Y), piece[..((int)rows.Height * stride)]);
        for (int row = 0; row < rows.Height; row++)
        {
            piece.Slice((row * stride) + skipped, bytes).CopyTo(new Span<byte>(Place(samples, region, rows.X, rows.Y + row), bytes));
        }
    }

    /// <summary>Where a pixel lies in the file.</summary>
    private long Offset(Region panel, long x, long y) => ((panel.X * Info.Height) + (y * panel.Width) + x - panel.X) * Info.PixelBytes;

    /// <summary>Where a pixel of a region lies among its samples.</summary>
    private byte* Place(byte* samples, Region region, long x, long y) =>
        samples + ((((y - region.Y) * region.Width) + x - region.X) * Info.PixelBytes);
}
