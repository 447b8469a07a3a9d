using System.Collections;
using FastSeg.Common;

namespace FastSeg.Files.Runs;

/// <summary>
/// Which units of a result a process must write: those of its block, less those that an earlier start wrote. Units have one size and are
/// numbered plane by plane, row by row.
/// </summary>
internal sealed class WantedUnits
{
    private readonly BitArray _wanted;
    private readonly long _width, _height, _across, _down;

    /// <summary>Looks which units are there.</summary>
    /// <param name="part">The result.</param>
    /// <param name="image">Its columns, rows and planes.</param>
    /// <param name="unit">Those of a unit; units at the edge may have fewer.</param>
    /// <param name="isKept">Whether an earlier start wrote a unit, given its plane and its number down and across.</param>
    /// <exception cref="FastSegException">There are more units than can be counted here.</exception>
    public WantedUnits(
        RunPart part, (long Width, long Height, int Planes) image, (long Width, long Height) unit, Func<int, long, long, bool> isKept)
    {
        (_width, _height) = unit;
        (_across, _down) = (((image.Width - 1) / _width) + 1, ((image.Height - 1) / _height) + 1);
        long count = checked(_across * _down * image.Planes);
        if (count > Array.MaxLength)
        {
            throw new FastSegException($"{part.Path} would have {count} chunks; write larger ones.");
        }
        _wanted = new BitArray((int)count);
        (long from, long to) = part.Folder.Block?.Share(count) ?? (0, count);
        var all = new Region(0, 0, image.Width, image.Height);
        for (int i = 0; i < count; i++)
        {
            (long row, long x) = Math.DivRem(i, _across);
            (long plane, long y) = Math.DivRem(row, _down);
            bool kept = isKept((int)plane, y, x);
            _wanted[i] = i >= from && i < to && !kept;
            KeptCount += kept ? 1 : 0;
            LeftOut += _wanted[i] ? 0 : new Region(x * _width, y * _height, _width, _height).Intersect(all).Pixels;
        }
    }

    /// <summary>All units.</summary>
    public int Count => _wanted.Count;

    /// <summary>Those that an earlier start wrote.</summary>
    public int KeptCount { get; }

    /// <summary>Pixels of those that are not wanted.</summary>
    public long LeftOut { get; }

    /// <summary>Whether a unit is wanted.</summary>
    public bool this[long number] => _wanted[checked((int)number)];

    /// <summary>Whether a region of a plane touches a unit that is wanted.</summary>
    public bool Any(int plane, Region region)
    {
        for (long y = region.Y / _height; y * _height < region.Bottom; y++)
        {
            for (long x = region.X / _width; x * _width < region.Right; x++)
            {
                if (this[(((plane * _down) + y) * _across) + x])
                {
                    return true;
                }
            }
        }
        return false;
    }
}
