using FastSeg.Native;

namespace FastSeg.Images.Pyramids;

/// <summary>
/// The sizes of an image that is cut into square tiles, and how a tile of a smaller size is made of tiles of the size before. Tiles are
/// numbered through all sizes, the largest first, row by row.
/// </summary>
internal sealed unsafe class TilePyramid
{
    private readonly ImageLayout _layout;
    private readonly int _side;

    /// <summary>Lays the tiles out.</summary>
    /// <param name="layout">The image's layout, which says whether there are smaller sizes.</param>
    /// <param name="side">Columns and rows of a tile, a power of two.</param>
    /// <exception cref="OverflowException">There are more tiles than an int counts.</exception>
    public TilePyramid(ImageLayout layout, int side)
    {
        (_layout, _side) = (layout, side);
        IReadOnlyList<WrittenLevel> wanted = WrittenLevel.Of(layout);
        // A square of 2, 4, 8 or 16 pixels lies within one tile; the sizes of other steps are left to formats that have no tiles.
        Levels = !layout.Pyramid ? [wanted[0]]
            : wanted.All(level => int.IsPow2(level.Factor)) ? wanted
            : WrittenLevel.Of(layout with { Levels = [] });
        int[] first = new int[Levels.Count + 1];
        for (int level = 0; level < Levels.Count; level++)
        {
            first[level + 1] = checked(first[level] + (int)(Across(level) * Down(level)));
        }
        First = first;
    }

    /// <summary>The sizes; one alone where no smaller ones are wanted.</summary>
    public IReadOnlyList<WrittenLevel> Levels { get; }

    /// <summary>The number of each size's first tile, and behind them the number of all tiles.</summary>
    public IReadOnlyList<int> First { get; }

    /// <summary>Tiles of all sizes.</summary>
    public int Count => First[^1];

    /// <summary>Tiles of a size side by side.</summary>
    public long Across(int level) => ((Levels[level].Width - 1) / _side) + 1;

    /// <summary>Tiles of a size on top of each other.</summary>
    public long Down(int level) => ((Levels[level].Height - 1) / _side) + 1;

    /// <summary>The pixels of a tile, as far as its size goes.</summary>
    /// <param name="level">The size.</param>
    /// <param name="tile">The tile's number, counted through all sizes.</param>
    public Region Area(int level, int tile)
    {
        (long row, long column) = Math.DivRem(tile - First[level], Across(level));
        return new Region(column * _side, row * _side, _side, _side)
            .Intersect(new Region(0, 0, Levels[level].Width, Levels[level].Height));
    }

    /// <summary>The size that a tile is of.</summary>
    public int LevelOf(int tile)
    {
        int level = 0;
        while (tile >= First[level + 1])
        {
            level++;
        }
        return level;
    }

    /// <summary>Makes a tile of a smaller size.</summary>
    /// <param name="tile">Its number.</param>
    /// <param name="to">Its samples; what lies outside the image becomes 0.</param>
    /// <param name="source">Memory for one tile.</param>
    /// <param name="load">Puts the samples of the tile of that number into <paramref name="source"/>.</param>
    public void Make(int tile, HostBuffer to, HostBuffer source, Action<int> load)
    {
        int level = LevelOf(tile), factor = Levels[level].Factor, part = _side / factor, sample = _layout.Type.Bytes();
        Region area = Area(level, tile);
        long across = Across(level - 1), column = area.X / _side * factor, row = area.Y / _side * factor;
        to.Span<byte>(0, _side * _side * sample).Clear();
        for (int y = 0; y * part < area.Height; y++)
        {
            for (int x = 0; x * part < area.Width; x++)
            {
                int number = First[level - 1] + (int)(((row + y) * across) + column + x);
                load(number);
                Region there = Area(level - 1, number);
                Pack(source.Pointer, (int)there.Width * sample, (int)there.Height, _side * sample);
                (int width, int height) = ((int)Math.Min(part, area.Width - (x * part)), (int)Math.Min(part, area.Height - (y * part)));
                byte* place = to.Pointer + ((((long)y * part * _side) + (x * part)) * sample);
                Shrinking.Run(_layout, source.Pointer, (int)there.Width, (int)there.Height, place, _side, (width, height), factor);
            }
        }
    }

    /// <summary>Moves rows together, in place.</summary>
    private static void Pack(byte* rows, int bytes, int count, int stride)
    {
        for (int row = 1; row < count && bytes < stride; row++)
        {
            Buffer.MemoryCopy(rows + ((long)row * stride), rows + ((long)row * bytes), bytes, bytes);
        }
    }
}
