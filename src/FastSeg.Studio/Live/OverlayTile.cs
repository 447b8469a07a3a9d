namespace FastSeg.Studio.Live;

/// <summary>
/// A square of an overlay at every level: one byte a pixel, 0 where nothing is computed. A pixel of a level is the mode of the four below
/// it, of those that are computed; of equally frequent values it is the smallest.
/// </summary>
internal sealed class OverlayTile
{
    /// <summary>Pixels along each side at level 0.</summary>
    public const int Side = 256;

    /// <summary>The coarsest level, which has one pixel.</summary>
    public const int LastLevel = 8;

    /// <summary>Bytes of all levels.</summary>
    public const int Bytes = ((Side * Side * 4) - 1) / 3;

    private readonly byte[][] _levels = [.. Enumerable.Range(0, LastLevel + 1).Select(level => new byte[Size(level) * Size(level)])];

    /// <summary>When the tile was used last; the pool drops those that were not used for longest.</summary>
    public long Used { get; set; }

    /// <summary>Pixels along each side at a level.</summary>
    public static int Size(int level) => Side >> level;

    /// <summary>The value of the four pixels below one: the most frequent of those that are not 0, of equals the smallest.</summary>
    public static byte Mode(byte a, byte b, byte c, byte d)
    {
        byte best = 0;
        int most = 0;
        foreach (byte value in (ReadOnlySpan<byte>)[a, b, c, d])
        {
            int count = (a == value ? 1 : 0) + (b == value ? 1 : 0) + (c == value ? 1 : 0) + (d == value ? 1 : 0);
            if (value != 0 && (count > most || (count == most && value < best)))
            {
                (best, most) = (value, count);
            }
        }
        return best;
    }

    /// <summary>A row of a level.</summary>
    public ReadOnlySpan<byte> Row(int level, int y) => _levels[level].AsSpan(y * Size(level), Size(level));

    /// <summary>Puts values into a part of level 0. <see cref="Reduce"/> brings the other levels up to date.</summary>
    /// <param name="part">Where, in pixels of the tile.</param>
    /// <param name="values">The first value of the part.</param>
    /// <param name="stride">Values from a row to the next.</param>
    public void Put(Region part, ReadOnlySpan<byte> values, int stride)
    {
        for (int y = 0; y < part.Height; y++)
        {
            values.Slice(y * stride, (int)part.Width).CopyTo(_levels[0].AsSpan((((int)part.Y + y) * Side) + (int)part.X));
        }
    }

    /// <summary>Computes all levels above 0 again, where they lie over a part of level 0.</summary>
    public void Reduce(Region part)
    {
        (int left, int top, int right, int bottom) = ((int)part.X, (int)part.Y, (int)part.Right, (int)part.Bottom);
        for (int level = 1; level <= LastLevel; level++)
        {
            (left, top, right, bottom) = (left >> 1, top >> 1, (right + 1) >> 1, (bottom + 1) >> 1);
            for (int y = top; y < bottom; y++)
            {
                ReadOnlySpan<byte> upper = Row(level - 1, 2 * y), lower = Row(level - 1, (2 * y) + 1);
                Span<byte> row = _levels[level].AsSpan(y * Size(level), Size(level));
                for (int x = left; x < right; x++)
                {
                    (byte a, byte b, byte c, byte d) = (upper[2 * x], upper[(2 * x) + 1], lower[2 * x], lower[(2 * x) + 1]);
                    // Nearly all squares are of one value.
                    row[x] = a == b && c == d && a == c ? a : Mode(a, b, c, d);
                }
            }
        }
    }
}
