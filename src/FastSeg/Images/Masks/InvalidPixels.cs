using System.Numerics;
using System.Runtime.InteropServices;
using FastSeg.Common;
using FastSeg.Images.Samples;
using FastSeg.Native;

namespace FastSeg.Images.Masks;

/// <summary>
/// Which pixels of a page are invalid, that is, have a sample that is NaN or infinite: a bit a pixel, and only for rows of cells that hold
/// such pixels. From it comes the valid pixel that is nearest to another one, however far away. It is made by one pass over the page.
/// </summary>
internal sealed unsafe class InvalidPixels : IDisposable
{
    /// <summary>Columns and rows of a cell: one word a row.</summary>
    private const int Side = 64;

    /// <summary>Most bytes of samples that are read at a time.</summary>
    private const long ReadBytes = 1 << 20;

    private readonly ImageInfo _info;
    private readonly int _columns, _rows;

    /// <summary>A word for each cell and row; null for a row of cells that are valid everywhere.</summary>
    private readonly HostBuffer?[] _bits;

    /// <summary>For each cell, the first one to the right, and to the left, that has a valid pixel; -1 where there is none.</summary>
    private readonly HostBuffer _right, _left;

    /// <summary>Reads the page on several threads.</summary>
    /// <param name="image">The page, float32.</param>
    /// <param name="options">Threads, cancellation.</param>
    public InvalidPixels(ImageReader image, ComputeOptions options)
    {
        _info = image.Info;
        (_columns, _rows) = Cells(_info);
        _bits = new HostBuffer?[_rows];
        _right = new HostBuffer((long)_columns * _rows * sizeof(int));
        _left = new HostBuffer(_right.Length);
        int workers = (int)Math.Min(options.WorkerCount, _rows);
        byte[][] samples = new byte[workers][];
        try
        {
            Workers.Run(workers, _rows, options with { Progress = null, Team = null, Watch = null }, (worker, row) =>
                Look(image, (int)row, samples[worker] ??= new byte[PieceColumns(_info) * Side * _info.PixelBytes]));
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Most bytes that the constructor allocates: of a page where every row of cells has an invalid pixel.</summary>
    public static long Bytes(ImageInfo image, ComputeOptions options)
    {
        (long columns, long rows) = Cells(image);
        long piece = PieceColumns(image) * Side * image.PixelBytes;
        return (columns * rows * ((Side * sizeof(ulong)) + (2 * sizeof(int)))) + (Math.Min(options.WorkerCount, rows) * piece);
    }

    /// <summary>Whether a pixel is invalid.</summary>
    public bool Holds(long x, long y) =>
        _bits[y / Side] is { } bits && (Word(bits, (int)(x / Side), (int)(y % Side)) >> (int)(x % Side) & 1) != 0;

    /// <summary>
    /// The valid pixel nearest to an invalid one by Chebyshev distance, and of several the one in the lowest row, then in the lowest
    /// column: the first in reading order of the smallest square around the pixel that holds any.
    /// </summary>
    /// <param name="x">Column of the pixel.</param>
    /// <param name="y">Row of the pixel.</param>
    /// <param name="known">Any valid pixel, which bounds the search; negative where none is known.</param>
    /// <returns>Packed as <see cref="Place"/> does; negative where the page has no valid pixel.</returns>
    public long Nearest(long x, long y, long known)
    {
        long distance = Distance(x, y, known < 0 ? long.MaxValue : Place.Distance(known, x, y));
        return distance == long.MaxValue ? -1 : First(x, y, distance);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Array.ForEach(_bits, bits => bits?.Dispose());
        _right.Dispose();
        _left.Dispose();
    }

    private static (int Columns, int Rows) Cells(ImageInfo image) =>
        (checked((int)((image.Width + Side - 1) / Side)), checked((int)((image.Height + Side - 1) / Side)));

    private static long PieceColumns(ImageInfo image)
    {
        long cells = Math.Max(1, ReadBytes / (Side * Side * image.PixelBytes));
        return Math.Min(cells, (image.Width + Side - 1) / Side) * Side;
    }

    private int* Right(int row) => (int*)_right.Pointer + ((long)row * _columns);

    private int* Left(int row) => (int*)_left.Pointer + ((long)row * _columns);

    private ref ulong Word(HostBuffer bits, int column, int row) => ref ((ulong*)bits.Pointer)[((long)row * _columns) + column];

    /// <summary>Reads a row of cells and notes what is invalid in it.</summary>
    private void Look(ImageReader image, int row, byte[] samples)
    {
        Region cells = new Region(0, (long)row * Side, _info.Width, Side).Intersect(_info.Bounds);
        long step = PieceColumns(_info);
        fixed (byte* first = samples)
        {
            for (long x = 0; x < _info.Width; x += step)
            {
                Region piece = cells with { X = x, Width = Math.Min(step, _info.Width - x) };
                image.Read(piece, samples);
                if (!SampleChecks.AllFinite(first, piece.Pixels * _info.Channels, _info.Type))
                {
                    _bits[row] ??= Cleared((long)Side * _columns * sizeof(ulong));
                    Note(_bits[row]!, piece, (float*)first);
                }
            }
        }
        Link(row, cells);
    }

    private static HostBuffer Cleared(long bytes)
    {
        var buffer = new HostBuffer(bytes);
        NativeMemory.Clear(buffer.Pointer, (nuint)bytes);
        return buffer;
    }

    /// <summary>Sets the bits of the invalid pixels of a piece.</summary>
    private void Note(HostBuffer bits, Region piece, float* samples)
    {
        for (long y = piece.Y; y < piece.Bottom; y++)
        {
            for (long x = piece.X; x < piece.Right; x++, samples += _info.Channels)
            {
                if (!SampleChecks.AllFinite((byte*)samples, _info.Channels, SampleType.Float32))
                {
                    Word(bits, (int)(x / Side), (int)(y % Side)) |= 1UL << (int)(x % Side);
                }
            }
        }
    }

    /// <summary>Says for each cell of a row where the next one with a valid pixel is.</summary>
    private void Link(int row, Region cells)
    {
        int* right = Right(row), left = Left(row);
        int last = -1;
        for (int c = 0; c < _columns; c++)
        {
            last = HasValid(row, c, (int)cells.Height) ? c : last;
            left[c] = last;
        }
        last = -1;
        for (int c = _columns - 1; c >= 0; c--)
        {
            last = left[c] == c ? c : last;
            right[c] = last;
        }
    }

    private bool HasValid(int row, int column, int height)
    {
        for (int y = 0; y < height; y++)
        {
            if (Valid(row, column, y) != 0)
            {
                return true;
            }
        }
        return false;
    }

    /// <summary>The valid pixels of a cell's row, a bit each.</summary>
    private ulong Valid(int row, int column, int y)
    {
        long columns = Math.Min(Side, _info.Width - ((long)column * Side));
        ulong all = ulong.MaxValue >> (int)(Side - columns);
        return _bits[row] is { } bits ? ~Word(bits, column, y) & all : all;
    }

    /// <summary>The distance of the nearest valid pixel, where it is below a bound; otherwise the bound.</summary>
    private long Distance(long x, long y, long best)
    {
        int column = (int)(x / Side), row = (int)(y / Side);
        for (int away = 0; away <= row || row + away < _rows; away++)
        {
            long above = away <= row ? Away(y, row - away) : long.MaxValue;
            long below = row + away < _rows ? Away(y, row + away) : long.MaxValue;
            if (Math.Min(above, below) >= best)
            {
                break;
            }
            best = above < best ? Along(x, y, row - away, column, best) : best;
            best = away > 0 && below < best ? Along(x, y, row + away, column, best) : best;
        }
        return best;
    }

    /// <summary>The same, of the pixels of one row of cells.</summary>
    private long Along(long x, long y, int row, int column, long best)
    {
        int* right = Right(row), left = Left(row);
        long away = Away(y, row);
        for (int c = right[column]; c >= 0 && Math.Max(Away(x, c), away) < best; c = c + 1 < _columns ? right[c + 1] : -1)
        {
            best = Math.Min(best, InCell(x, y, row, c, best));
        }
        for (int c = column > 0 ? left[column - 1] : -1; c >= 0 && Math.Max(Away(x, c), away) < best; c = c > 0 ? left[c - 1] : -1)
        {
            best = Math.Min(best, InCell(x, y, row, c, best));
        }
        return best;
    }

    /// <summary>How far a coordinate is from a cell's.</summary>
    private static long Away(long at, int cell)
    {
        long first = (long)cell * Side;
        return at < first ? first - at : at >= first + Side ? at - (first + Side - 1) : 0;
    }

    /// <summary>The distance of the nearest valid pixel of a cell, where it is below a bound.</summary>
    private long InCell(long x, long y, int row, int column, long best)
    {
        long left = (long)column * Side, top = (long)row * Side;
        int height = (int)Math.Min(Side, _info.Height - top);
        for (int i = 0; i < height; i++)
        {
            long down = Math.Abs(top + i - y);
            ulong valid = down < best ? Valid(row, column, i) : 0;
            if (valid != 0)
            {
                best = Math.Min(best, Math.Max(down, Across(x - left, valid)));
            }
        }
        return best;
    }

    /// <summary>The distance of a column, counted from the cell's first one, to the nearest bit.</summary>
    private static long Across(long at, ulong bits)
    {
        if (at < 0)
        {
            return BitOperations.TrailingZeroCount(bits) - at;
        }
        if (at >= Side)
        {
            return at - (Side - 1 - BitOperations.LeadingZeroCount(bits));
        }
        ulong before = bits << (Side - 1 - (int)at), after = bits >> (int)at;
        int leading = BitOperations.LeadingZeroCount(before), trailing = BitOperations.TrailingZeroCount(after);
        return Math.Min(leading, trailing);
    }

    /// <summary>The first valid pixel, in reading order, of the square around a pixel; it has one.</summary>
    private long First(long x, long y, long distance)
    {
        long leftmost = Math.Max(0, x - distance), rightmost = Math.Min(_info.Width - 1, x + distance);
        int from = (int)(leftmost / Side), to = (int)(rightmost / Side);
        long bottom = Math.Min(_info.Height - 1, y + distance);
        for (long at = Math.Max(0, y - distance); at <= bottom; at = ((at / Side) + 1) * Side)
        {
            int row = (int)(at / Side);
            int* right = Right(row);
            if (right[from] < 0 || right[from] > to)
            {
                continue;
            }
            for (long i = at; i <= Math.Min(bottom, ((long)row * Side) + Side - 1); i++)
            {
                for (int c = right[from]; c >= 0 && c <= to; c = c + 1 < _columns ? right[c + 1] : -1)
                {
                    ulong valid = Valid(row, c, (int)(i % Side)) & Between(leftmost - ((long)c * Side), rightmost - ((long)c * Side));
                    if (valid != 0)
                    {
                        return Place.Of(((long)c * Side) + BitOperations.TrailingZeroCount(valid), i);
                    }
                }
            }
        }
        throw new InvalidOperationException($"No valid pixel lies within {distance} of x {x}, y {y}.");
    }

    /// <summary>The bits of the columns from one to another, which may lie outside of the cell.</summary>
    private static ulong Between(long first, long last)
    {
        (int from, int to) = ((int)Math.Clamp(first, 0, Side - 1), (int)Math.Clamp(last, 0, Side - 1));
        return first >= Side || last < 0 ? 0 : (ulong.MaxValue << from) & (ulong.MaxValue >> (Side - 1 - to));
    }
}
