namespace FastSeg.Studio.Labels;

/// <summary>256 x 256 labels. A tile changes only while the <see cref="LabelEdit"/> that made it is at work; then it is shared.</summary>
internal sealed class LabelTile
{
    /// <summary>log2 of a tile's side.</summary>
    public const int Shift = 8;

    /// <summary>Rows and columns of a tile.</summary>
    public const int Side = 1 << Shift;

    /// <summary>Pixels of a tile.</summary>
    public const int Area = Side * Side;

    /// <summary>Tiles of one label alone, made once for each label: a filled image of any size takes the memory of its edge.</summary>
    private static readonly LabelTile?[] OneLabel = new LabelTile?[256];

    private byte[]?[]? _levels;
    private int[]? _counts;

    private LabelTile(byte[] pixels, int labelled, LabelEdit? owner) => (Pixels, Labelled, Owner) = (pixels, labelled, owner);

    /// <summary>The labels, row by row.</summary>
    public byte[] Pixels { get; }

    /// <summary>Pixels with a label.</summary>
    public int Labelled { get; set; }

    /// <summary>The edit that may change this tile; null once the tile is shared.</summary>
    public LabelEdit? Owner { get; set; }

    /// <summary>A tile that an edit may write to, with the labels of another one; null stands for no label.</summary>
    public static LabelTile Own(LabelTile? from, LabelEdit owner) =>
        new(from?.Pixels.AsSpan().ToArray() ?? new byte[Area], from?.Labelled ?? 0, owner);

    /// <summary>The shared tile of one label where all pixels have it, otherwise this one.</summary>
    public LabelTile Settled()
    {
        byte first = Pixels[0];
        if (Labelled < Area || Pixels.AsSpan().ContainsAnyExcept(first))
        {
            return this;
        }
        // Two threads may both make the tile; either is right.
        return OneLabel[first] ??= new LabelTile(Pixels, Area, null);
    }

    /// <summary>Pixels of each of the 256 labels, 0 included.</summary>
    public ReadOnlySpan<int> Counts => _counts ??= Count();

    /// <summary>
    /// The tile with a side of <c>256 / 2^level</c>: of each square of pixels the most frequent label, 0 only where none has one. Kept,
    /// because the tile does not change any more. Two threads may both compute it; either result is right.
    /// </summary>
    /// <param name="level">0 to 8.</param>
    public ReadOnlySpan<byte> Level(int level)
    {
        if (level == 0)
        {
            return Pixels;
        }
        byte[]?[] levels = _levels ??= new byte[]?[Shift + 1];
        return levels[level] ??= Reduced(level);
    }

    private int[] Count()
    {
        int[] counts = new int[256];
        foreach (byte label in Pixels)
        {
            counts[label]++;
        }
        return counts;
    }

    private byte[] Reduced(int level)
    {
        int side = Side >> level, step = 1 << level;
        byte[] modes = new byte[side * side];
        Span<int> counts = stackalloc int[256];
        for (int y = 0; y < side; y++)
        {
            for (int x = 0; x < side; x++)
            {
                modes[(y * side) + x] = Mode((y * step * Side) + (x * step), step, counts);
            }
        }
        return modes;
    }

    /// <summary>The mode of a square; counts are 0 before and after.</summary>
    private byte Mode(int corner, int step, Span<int> counts)
    {
        bool any = false;
        for (int row = 0; row < step; row++)
        {
            ReadOnlySpan<byte> labels = Pixels.AsSpan(corner + (row * Side), step);
            if (labels.ContainsAnyExcept((byte)0))
            {
                any = true;
                foreach (byte label in labels)
                {
                    counts[label]++;
                }
            }
        }
        if (!any)
        {
            return 0;
        }
        byte mode = MostFrequent(counts);
        counts.Clear();
        return mode;
    }

    /// <summary>The label above 0 with the largest count, the smallest of several; 0 where no count is above 0.</summary>
    public static byte MostFrequent<T>(ReadOnlySpan<T> counts) where T : System.Numerics.INumber<T>
    {
        int mode = 0;
        T most = T.Zero;
        for (int label = 1; label < counts.Length; label++)
        {
            if (counts[label] > most)
            {
                (mode, most) = (label, counts[label]);
            }
        }
        return (byte)mode;
    }
}
