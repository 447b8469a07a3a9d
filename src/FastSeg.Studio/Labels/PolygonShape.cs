namespace FastSeg.Studio.Labels;

/// <summary>
/// The inside of a closed polygon by the even-odd rule: every pixel whose centre an odd number of edges lies to the left of. A centre
/// exactly on an edge belongs to the polygon that begins there going right or down: left and top edges are in, right and bottom ones
/// out, so that two polygons with a common edge share no pixel and leave none out.
/// </summary>
internal static class PolygonShape
{
    /// <summary>The rows' runs of a polygon on a page, from top to bottom; they may reach out of the page to the left and right.</summary>
    /// <param name="points">x and y of each corner, in 1/16 pixel; the last one is joined with the first.</param>
    /// <param name="height">Rows of the page.</param>
    public static IEnumerable<PixelRun> Runs(ReadOnlySpan<long> points, long height)
    {
        var edges = new List<Edge>();
        for (int i = 0; i < points.Length; i += 2)
        {
            int next = (i + 2) % points.Length;
            if (Edge.Of(points[i], points[i + 1], points[next], points[next + 1], height) is { } edge)
            {
                edges.Add(edge);
            }
        }
        edges.Sort((a, b) => a.Top.CompareTo(b.Top));
        return Scan(edges);
    }

    private static IEnumerable<PixelRun> Scan(List<Edge> edges)
    {
        var active = new List<Edge>();
        var columns = new List<long>();
        int next = 0;
        for (long row = 0; next < edges.Count || active.Count > 0; row++)
        {
            row = active.Count == 0 ? edges[next].Top : row;
            for (; next < edges.Count && edges[next].Top == row; next++)
            {
                active.Add(edges[next]);
            }
            columns.Clear();
            foreach (Edge edge in active)
            {
                columns.Add(edge.TakeColumn());
            }
            columns.Sort();
            for (int i = 0; i + 1 < columns.Count; i += 2)
            {
                if (columns[i] < columns[i + 1])
                {
                    yield return new PixelRun(row, columns[i], columns[i + 1]);
                }
            }
            active.RemoveAll(edge => edge.Bottom == row + 1);
        }
    }

    /// <summary>An edge on the rows whose centres it crosses.</summary>
    private sealed class Edge
    {
        private Stair<Int128> _column;

        private Edge(long top, long bottom, Stair<Int128> column) => (Top, Bottom, _column) = (top, bottom, column);

        public long Top { get; }

        public long Bottom { get; }

        public static Edge? Of(long x0, long y0, long x1, long y1, long height)
        {
            if (y0 > y1)
            {
                (x0, y0, x1, y1) = (x1, y1, x0, y0);
            }
            long top = Math.Max(0, Grid.FirstAtOrAfter(y0)), bottom = Math.Min(height, Grid.FirstAtOrAfter(y1));
            if (top >= bottom)
            {
                return null;
            }
            // The first column whose centre is at or right of the edge: 16 i + 8 >= x0 + (centre - y0) dx / dy.
            Int128 dx = x1 - x0, dy = y1 - y0, divisor = dy * Grid.Unit;
            Int128 start = ((Grid.Centre(top) - y0) * dx) + ((x0 - Grid.Half) * dy) + divisor - 1;
            return new Edge(top, bottom, new Stair<Int128>(start, Grid.Unit * dx, divisor));
        }

        /// <summary>The first column at or right of the edge in the present row; then goes to the next row.</summary>
        public long TakeColumn()
        {
            long column = (long)_column.Value;
            _column.Next();
            return column;
        }
    }
}
