using System.Runtime.CompilerServices;

namespace FastSeg.Studio.Labels;

/// <summary>
/// A brush stroke: every pixel whose centre lies within the radius of the polyline through the points, the rim included. One point is a
/// dot. Computed in whole numbers, so that no rounding decides about a pixel.
/// </summary>
/// <remarks>
/// The area is made of a disc around every point and a rectangle along every segment. Each cuts a row of pixels in one run; the runs are
/// united.
/// </remarks>
internal static class StrokeShape
{
    /// <summary>The rows' runs of a stroke on a page, from top to bottom; they may reach out of the page to the left and right.</summary>
    /// <param name="points">x and y of each point, in 1/16 pixel.</param>
    /// <param name="radius">In 1/16 pixel.</param>
    /// <param name="height">Rows of the page.</param>
    public static IEnumerable<PixelRun> Runs(ReadOnlySpan<long> points, long radius, long height)
    {
        (long least, long most) = (long.MaxValue, long.MinValue);
        for (int i = 1; i < points.Length; i += 2)
        {
            (least, most) = (Math.Min(least, points[i]), Math.Max(most, points[i]));
        }
        long top = Math.Max(0, Grid.FirstAtOrAfter(least - radius)), bottom = Math.Min(height, Grid.LastAtOrBefore(most + radius) + 1);
        if (points.Length == 0 || bottom <= top)
        {
            return [];
        }
        var runs = new RowRuns(top, bottom - top);
        for (int i = 0; i < points.Length; i += 2)
        {
            AddDisc(runs, points[i], points[i + 1], radius, top, bottom);
            if (i + 2 < points.Length && points.Slice(i, 2).SequenceEqual(points.Slice(i + 2, 2)) is false)
            {
                Segment.Add(runs, points.Slice(i, 4), radius, top, bottom);
            }
        }
        return runs.Merged();
    }

    // Compiled well at once: the first stroke must not wait for the runtime to see that this is hot.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void AddDisc(RowRuns runs, long x, long y, long radius, long top, long bottom)
    {
        long first = Math.Max(top, Grid.FirstAtOrAfter(y - radius)), last = Math.Min(bottom - 1, Grid.LastAtOrBefore(y + radius));
        for (long row = first; row <= last; row++)
        {
            long dy = Grid.Centre(row) - y;
            // The root of a whole number below 2^52 is rounded down rightly: the next whole root is further away than float64 rounds.
            long half = (long)Math.Sqrt((radius * radius) - (dy * dy));
            long left = Grid.FirstAtOrAfter(x - half), right = Grid.LastAtOrBefore(x + half);
            if (left <= right)
            {
                runs.Add(row, left, right);
            }
        }
    }
}
