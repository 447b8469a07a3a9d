namespace FastSeg.Studio.Labels;

/// <summary>Paints the region of equal label around a pixel; pixels are neighbours where they share a side.</summary>
internal static class FloodFill
{
    /// <summary>Most pixels of a region that is filled.</summary>
    public const long MaxPixels = 1L << 24;

    /// <summary>Fills a region.</summary>
    /// <param name="edit">What is painted on.</param>
    /// <param name="x">Column of a pixel of the region, on the page.</param>
    /// <param name="y">Its row.</param>
    /// <param name="label">The new label.</param>
    /// <param name="limit">Most pixels.</param>
    /// <exception cref="FastSegException">The region is larger; the edit must be dropped.</exception>
    public static void Run(LabelEdit edit, long x, long y, byte label, long limit = MaxPixels)
    {
        byte old = edit[x, y];
        if (old == label)
        {
            return;
        }
        long pixels = 0;
        var open = new Stack<PixelRun>();
        open.Push(new PixelRun(y, x, x + 1));
        while (open.TryPop(out PixelRun run))
        {
            for (long at = run.X; (at = edit.Find(at, run.End, run.Y, old)) < run.End;)
            {
                long start = edit.StartOfRun(at, run.Y, old), end = edit.EndOfRun(at, run.Y, old);
                pixels += end - start;
                if (pixels > limit)
                {
                    throw new FastSegException(
                        $"The region around pixel {x},{y} has more than {limit >> 20} million pixels; close its outline, " +
                            "or draw a polygon.");
                }
                edit.Paint(new PixelRun(run.Y, start, end), label);
                Push(open, edit, run.Y - 1, start, end);
                Push(open, edit, run.Y + 1, start, end);
                at = end;
            }
        }
    }

    private static void Push(Stack<PixelRun> open, LabelEdit edit, long y, long start, long end)
    {
        if (y >= 0 && y < edit.Height)
        {
            open.Push(new PixelRun(y, start, end));
        }
    }
}
