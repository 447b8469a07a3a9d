using FastSeg.Files;

namespace FastSeg.Images.Pictures;

/// <summary>
/// A PNG of one page: a label map of uint8 gets the class colours as its palette, everything else is grey of 8 or 16 bits. Rectangles
/// come in any order, so rows wait uncompressed in a second file beside the output, the spool, until <see cref="Commit"/>.
/// </summary>
internal sealed class PngWriter : ImageWriter
{
    /// <summary>Bytes of rows that are read back from the spool at once, at least one row.</summary>
    private const int BlockBytes = 1 << 20;

    private readonly OutputFile _file;
    private readonly OutputFile _spool;
    private readonly int _rowBytes;
    private bool _finished;
    private long _pixelsWritten;

    /// <summary>Creates the temporary files.</summary>
    /// <exception cref="FastSegException">A PNG cannot hold the layout, or the folder cannot be written.</exception>
    public PngWriter(string path, ImageLayout layout)
    {
        Layout = layout;
        _rowBytes = RowBytes(path, layout);
        _file = new OutputFile(path);
        try
        {
            _spool = new OutputFile(path, spool: true);
        }
        catch
        {
            _file.Dispose();
            throw;
        }
    }

    /// <summary>What a writer of this layout holds, without opening one.</summary>
    /// <exception cref="FastSegException">The format cannot hold the layout.</exception>
    public static long HeldBytes(string path, ImageLayout layout)
    {
        long row = RowBytes(path, layout);
        return row + Math.Max(BlockBytes, row);
    }

    private static int RowBytes(string path, ImageLayout layout)
    {
        if (!layout.Type.HoldsLabels())
        {
            throw new FastSegException(
                $"{path} cannot hold {layout.Type.Name()} values, a PNG has 8 or 16 bits without a sign; write .tif or .npy.");
        }
        if (layout.Pages != 1)
        {
            throw new FastSegException($"{path} cannot hold {layout.Pages} pages, a PNG has one; write .tif or .npy.");
        }
        if (layout.Width > 1_000_000 || layout.Height > 1_000_000)
        {
            throw new FastSegException(
                $"{path} would be {layout.Width} x {layout.Height} pixels, more than PNG readers take (1,000,000 a side); " +
                "write .tif or .npy.");
        }
        return (int)layout.Width * layout.Type.Bytes();
    }

    public override ImageLayout Layout { get; }

    public override long HeldBytes(int threads) => HeldBytes(_file.Path, Layout);

    public override void Write(Region region, ReadOnlySpan<byte> samples)
    {
        ImageWriting.Check(Layout, region, samples.Length);
        int sample = Layout.Type.Bytes(), rowBytes = (int)region.Width * sample;
        if (region.Width == Layout.Width)
        {
            _spool.Write(region.Y * _rowBytes, samples[..checked((int)(region.Height * rowBytes))]);
        }
        else
        {
            for (int y = 0; y < region.Height; y++)
            {
                _spool.Write(((region.Y + y) * _rowBytes) + (region.X * sample), samples.Slice(y * rowBytes, rowBytes));
            }
        }
        Interlocked.Add(ref _pixelsWritten, region.Pixels);
    }

    public override void Commit()
    {
        Finish();
        _file.Commit();
    }

    internal override PartialFile Partial => _file.Partial;

    internal override void Finish()
    {
        if (_finished)
        {
            return;
        }
        ImageWriting.CheckComplete(Layout, Interlocked.Read(ref _pixelsWritten), _file.Path);
        int rows = Math.Max(1, BlockBytes / _rowBytes), sample = Layout.Type.Bytes();
        byte[] block = new byte[rows * _rowBytes];
        bool palette = Layout.IsLabelMap && sample == 1;
        using (var png = new PngEncoder(_file, (int)Layout.Width, (int)Layout.Height, 8 * sample, palette, Layout.Classes))
        {
            for (long y = 0; y < Layout.Height; y += rows)
            {
                int count = (int)Math.Min(rows, Layout.Height - y);
                _spool.Read(y * _rowBytes, block.AsSpan(0, count * _rowBytes));
                for (int i = 0; i < count; i++)
                {
                    png.WriteRow(block.AsSpan(i * _rowBytes, _rowBytes), sample);
                }
            }
            png.Finish();
        }
        _finished = true;
    }

    protected override void Dispose(bool disposing)
    {
        _file.Dispose();
        _spool.Dispose();
    }
}
