namespace FastSeg.Images.Pyramids;

/// <summary>One size of an image that is written.</summary>
/// <param name="Width">Columns.</param>
/// <param name="Height">Rows.</param>
/// <param name="Factor">How many columns, and rows, of the level before make one of this.</param>
internal sealed record WrittenLevel(long Width, long Height, int Factor)
{
    /// <summary>Sizes stop at the first whose longer side is at most this.</summary>
    private const long SmallSide = 1024;

    /// <summary>Larger steps between sizes are not followed.</summary>
    private const int MostFactor = 16;

    /// <summary>
    /// The sizes of an image: those of the image that it comes from, where it has several and each is a whole step from the one before;
    /// otherwise halves, rounded up.
    /// </summary>
    public static IReadOnlyList<WrittenLevel> Of(ImageLayout layout)
    {
        var first = new WrittenLevel(layout.Width, layout.Height, 1);
        return Like(first, layout.Levels) ?? Halves(first);
    }

    private static List<WrittenLevel> Halves(WrittenLevel first)
    {
        var levels = new List<WrittenLevel> { first };
        while (Math.Max(levels[^1].Width, levels[^1].Height) > SmallSide)
        {
            levels.Add(new WrittenLevel((levels[^1].Width + 1) / 2, (levels[^1].Height + 1) / 2, 2));
        }
        return levels;
    }

    private static List<WrittenLevel>? Like(WrittenLevel first, IReadOnlyList<(long Width, long Height)> sizes)
    {
        if (sizes.Count < 2 || sizes[0] != (first.Width, first.Height))
        {
            return null;
        }
        var levels = new List<WrittenLevel> { first };
        foreach ((long width, long height) in sizes.Skip(1))
        {
            WrittenLevel before = levels[^1];
            int factor = Enumerable.Range(2, MostFactor - 1).FirstOrDefault(
                step => Steps(before.Width, width, step) && Steps(before.Height, height, step));
            if (factor == 0)
            {
                return null;
            }
            levels.Add(new WrittenLevel(width, height, factor));
        }
        return levels;
    }

    /// <summary>Whether a length is another one's part, rounded up or down.</summary>
    private static bool Steps(long length, long part, int step) => part == ((length - 1) / step) + 1 || (part == length / step && part > 0);
}
