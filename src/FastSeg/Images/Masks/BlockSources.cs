using FastSeg.Native;

namespace FastSeg.Images.Masks;

/// <summary>
/// For each pixel of a block, the pixel whose value it takes: itself where it is valid, and otherwise the nearest valid one
/// (<see cref="InvalidPixels.Nearest"/>), which may lie far outside of the block.
/// </summary>
/// <remarks>
/// Only the block's edge is searched for. Inside, each pixel takes the best of its neighbours' sources, in one pass down and one up.
/// That is exact: on the way from a pixel to its source, diagonally and then straight, every pixel has the same source, and the way
/// leaves the block through its edge or ends in it; its steps follow the passes. So a block costs its pixels, however large the hole is.
/// </remarks>
internal sealed unsafe class BlockSources : IDisposable
{
    /// <summary>Columns and rows of the largest block.</summary>
    public const int Side = 256;

    private const long Unknown = -1;

    private readonly HostBuffer _places = new(Bytes);
    private InvalidPixels? _invalid;
    private Region _block;

    /// <summary>Bytes that one of them takes.</summary>
    public const long Bytes = (long)Side * Side * sizeof(long);

    /// <summary>The source of a pixel of the block; negative where the page has no valid pixel.</summary>
    public long this[long x, long y] => *At(x, y);

    /// <summary>Finds the sources of a block's pixels.</summary>
    public void Find(InvalidPixels invalid, Region block)
    {
        (_invalid, _block) = (invalid, block);
        for (long y = block.Y; y < block.Bottom; y++)
        {
            for (long x = block.X; x < block.Right; x++)
            {
                *At(x, y) = invalid.Holds(x, y) ? Unknown : Place.Of(x, y);
            }
        }
        FindEdge();
        Spread(1);
        Spread(-1);
    }

    /// <inheritdoc/>
    public void Dispose() => _places.Dispose();

    private long* At(long x, long y) => (long*)_places.Pointer + ((y - _block.Y) * _block.Width) + (x - _block.X);

    private void FindEdge()
    {
        long known = Unknown;
        for (long x = _block.X; x < _block.Right; x++)
        {
            known = Search(x, _block.Y, known);
        }
        for (long y = _block.Y; y < _block.Bottom; y++)
        {
            known = Search(_block.Right - 1, y, known);
        }
        for (long x = _block.Right - 1; x >= _block.X; x--)
        {
            known = Search(x, _block.Bottom - 1, known);
        }
        for (long y = _block.Bottom - 1; y >= _block.Y; y--)
        {
            known = Search(_block.X, y, known);
        }
    }

    /// <summary>Finds the source of one pixel; that of its neighbour bounds the search.</summary>
    private long Search(long x, long y, long known)
    {
        long* place = At(x, y);
        *place = *place == Unknown ? _invalid!.Nearest(x, y, known) : *place;
        return *place;
    }

    /// <summary>Lets sources spread over the inside of the block, in reading order (step 1) or against it (step -1).</summary>
    private void Spread(int step)
    {
        for (long i = 1; i < _block.Height - 1; i++)
        {
            long y = step > 0 ? _block.Y + i : _block.Bottom - 1 - i;
            for (long j = 1; j < _block.Width - 1; j++)
            {
                long x = step > 0 ? _block.X + j : _block.Right - 1 - j;
                long* place = At(x, y);
                if (*place == Place.Of(x, y))
                {
                    continue;
                }
                long best = *place;
                best = Better(best, *At(x - step, y), x, y);
                best = Better(best, *At(x - 1, y - step), x, y);
                best = Better(best, *At(x, y - step), x, y);
                *place = Better(best, *At(x + 1, y - step), x, y);
            }
        }
    }

    /// <summary>The nearer of two sources; of two that are equally near, the first in reading order.</summary>
    private static long Better(long one, long other, long x, long y)
    {
        if (one < 0 || other < 0 || one == other)
        {
            return Math.Max(one, other);
        }
        long a = Place.Distance(one, x, y), b = Place.Distance(other, x, y);
        return a < b || (a == b && one < other) ? one : other;
    }
}
