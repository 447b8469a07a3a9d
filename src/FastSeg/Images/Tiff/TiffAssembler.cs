using BitMiracle.LibTiff.Classic;
using FastSeg.Files;
using FastSeg.Images.Pyramids;
using LibTiff = BitMiracle.LibTiff.Classic.Tiff;

namespace FastSeg.Images.Tiff;

/// <summary>
/// Puts compressed tiles into a TIFF, page after page, through BitMiracle.LibTiff. One thread at a time.
/// </summary>
internal sealed class TiffAssembler : IDisposable
{
    /// <summary>Columns and rows of a tile.</summary>
    public const int TileSize = 256;

    /// <summary>Uncompressed bytes above which a BigTIFF is written: classic TIFF ends at 4 GiB, and deflate may add an eighth.</summary>
    public const long LargestClassic = 3_500_000_000;

    /// <summary>Colours of a palette of 8 bits, and what makes 16 bits of 8: 255 becomes 65535.</summary>
    private const int PaletteColours = 256, ColourFactor = 257;

    private readonly ImageLayout _layout;
    private readonly BitMiracleErrors _errors = new();
    private readonly string _path;
    private readonly IReadOnlyList<WrittenLevel> _levels;
    private readonly OutputFile _file;
    private readonly Sink _sink;
    private readonly LibTiff _tiff;
    private readonly bool _big;
    private int _directory;

    /// <summary>Begins the first page.</summary>
    /// <param name="file">The file, which stays the caller's.</param>
    /// <param name="layout">Size, type and pages.</param>
    /// <param name="levels">The sizes of each page.</param>
    /// <param name="largestClassic">Set by tests, which write no files of 4 GiB.</param>
    public TiffAssembler(
        OutputFile file, ImageLayout layout, IReadOnlyList<WrittenLevel> levels, long largestClassic = LargestClassic)
    {
        (_layout, _levels, _file) = (layout, levels, file);
        Int128 pixels = levels.Aggregate((Int128)0, (sum, level) => sum + ((Int128)level.Width * level.Height));
        _big = pixels * layout.AllPages * layout.Type.Bytes() > largestClassic;
        _sink = new Sink(file);
        BitMiracleErrors.Install();
        _path = file.Path;
        LibTiff? tiff = LibTiff.ClientOpen(file.Path, _big ? "w8" : "w", _errors, _sink);
        Check(tiff is not null);
        _tiff = tiff!;
        BeginPage();
    }

    /// <summary>Adds a tile to the current directory; tiles come in the order of their numbers.</summary>
    public void Append(int tile, byte[] compressed, int count)
    {
        Check(_tiff.WriteRawTile(tile, compressed, 0, count) == count);
    }

    /// <summary>Ends the current directory and begins the next one: the page's next size, or the next page.</summary>
    public void NextDirectory()
    {
        EndPage();
        _directory++;
        BeginPage();
    }

    /// <summary>Ends the last page, which completes the file.</summary>
    public void Finish()
    {
        EndPage();
        if (_levels.Count > 1)
        {
            new SubDirectories(_file, _big, _sink.Length, _layout.AllPages, _levels.Count).Link();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        // Closing would write a directory that is still open; after a failure nobody wants it, and the disk may be full.
        _sink.Closed = true;
        _tiff.Dispose();
    }

    /// <summary>Bytes that were read back.</summary>
    internal long ReadBack => _sink.ReadBack;

    /// <summary>
    /// Writes the current directory. BitMiracle remembers where the last one's link is, so a page takes no longer where there are many.
    /// </summary>
    private void EndPage() => Check(_tiff.WriteDirectory());

    /// <summary>
    /// Throws what went wrong. BitMiracle goes on after the disk has failed, or says only that something failed: the sink knows what.
    /// </summary>
    private void Check(bool done)
    {
        if (_sink.Failure is not null)
        {
            throw _sink.Failure;
        }
        if (!done || _errors.First is not null)
        {
            throw new FastSegException(
                $"{_path} cannot be written (BitMiracle.LibTiff: {_errors.First ?? "no reason given"}); write .npy instead.");
        }
    }

    /// <summary>Sets the current page's tags.</summary>
    private void BeginPage()
    {
        (int page, int size) = Math.DivRem(_directory, _levels.Count);
        if (size > 0)
        {
            _tiff.SetField(TiffTag.SUBFILETYPE, FileType.REDUCEDIMAGE);
        }
        _tiff.SetField(TiffTag.IMAGEWIDTH, checked((int)_levels[size].Width));
        _tiff.SetField(TiffTag.IMAGELENGTH, checked((int)_levels[size].Height));
        _tiff.SetField(TiffTag.BITSPERSAMPLE, 8 * _layout.Type.Bytes());
        _tiff.SetField(TiffTag.SAMPLESPERPIXEL, 1);
        _tiff.SetField(TiffTag.SAMPLEFORMAT, Format(_layout.Type));
        SetColours();
        _tiff.SetField(TiffTag.PLANARCONFIG, PlanarConfig.CONTIG);
        _tiff.SetField(TiffTag.COMPRESSION, Compression.ADOBE_DEFLATE);
        _tiff.SetField(TiffTag.TILEWIDTH, TileSize);
        _tiff.SetField(TiffTag.TILELENGTH, TileSize);
        _tiff.SetField(TiffTag.SOFTWARE, "FastSeg");
        if (_layout.PageNames is { } names && page % _layout.Pages < names.Count)
        {
            _tiff.SetField(TiffTag.PAGENAME, names[page % _layout.Pages]);
        }
        if (_layout.PixelSize is { } pixel)
        {
            double factor = _levels.Take(size + 1).Aggregate(1.0, (product, level) => product * level.Factor);
            _tiff.SetField(TiffTag.XRESOLUTION, 1 / (pixel.X * factor));
            _tiff.SetField(TiffTag.YRESOLUTION, 1 / (pixel.Y * factor));
            _tiff.SetField(TiffTag.RESOLUTIONUNIT, (ResUnit)TiffPixelSize.Unit(pixel));
        }
        if (_directory == 0 && TiffDescription.Of(_layout) is { } description)
        {
            _tiff.SetField(TiffTag.IMAGEDESCRIPTION, description);
        }
    }

    /// <summary>Labels of a byte get the class colours as a palette, whose indices they are; everything else is grey.</summary>
    private void SetColours()
    {
        bool palette = _layout.IsLabelMap && _layout.Type == SampleType.UInt8;
        _tiff.SetField(TiffTag.PHOTOMETRIC, palette ? Photometric.PALETTE : Photometric.MINISBLACK);
        if (palette)
        {
            ushort[] Channel(Func<(byte Red, byte Green, byte Blue), byte> part) =>
                [.. Enumerable.Range(0, PaletteColours).Select(label => (ushort)(ColourFactor * part(ClassColours.Of(label))))];
            _tiff.SetField(
                TiffTag.COLORMAP, Channel(colour => colour.Red), Channel(colour => colour.Green), Channel(colour => colour.Blue));
        }
    }

    private static SampleFormat Format(SampleType type) => type switch
    {
        SampleType.Float32 => SampleFormat.IEEEFP,
        SampleType.Int16 or SampleType.Int8 => SampleFormat.INT,
        _ => SampleFormat.UINT,
    };

    /// <summary>The output file with a position, as BitMiracle wants a stream to be.</summary>
    private sealed class Sink(OutputFile file) : TiffStream
    {
        private long _position;
        private long _length;

        /// <summary>Bytes of the file.</summary>
        public long Length => _length;

        /// <summary>Bytes that were read.</summary>
        public long ReadBack { get; private set; }

        /// <summary>Whether what still comes is thrown away.</summary>
        public bool Closed { get; set; }

        /// <summary>The first write that failed; nothing is written after it.</summary>
        public FastSegException? Failure { get; private set; }

        public override int Read(object clientData, byte[] buffer, int offset, int count)
        {
            int part = (int)Math.Clamp(_length - _position, 0, count);
            file.Read(_position, buffer.AsSpan(offset, part));
            ReadBack += part;
            _position += part;
            return part;
        }

        public override void Write(object clientData, byte[] buffer, int offset, int count)
        {
            if (!Closed && Failure is null)
            {
                try
                {
                    file.Write(_position, buffer.AsSpan(offset, count));
                }
                catch (FastSegException e)
                {
                    Failure = e;
                }
            }
            _position += count;
            _length = Math.Max(_length, _position);
        }

        public override long Seek(object clientData, long offset, SeekOrigin origin)
        {
            _position = origin switch
            {
                SeekOrigin.Begin => offset,
                SeekOrigin.Current => _position + offset,
                _ => _length + offset,
            };
            return _position;
        }

        public override void Close(object clientData)
        {
        }

        public override long Size(object clientData) => _length;
    }
}
