namespace FastSeg.Deep.Backbones;

/// <summary>
/// Enlarges a page by the factor 2, for any window of the enlarged page: bicubic, Catmull-Rom (a = -0.5), half-pixel centres. Beyond the
/// page's edge the edge is repeated. Results are clipped to 0..1.
/// </summary>
/// <remarks>
/// Pixel 2 m of the enlarged page lies at m - 1/4 of the page, pixel 2 m + 1 at m + 1/4. Let b be the page's value at m, c that of its
/// neighbour on the pixel's side, a that on the other side, d the one beyond c. Catmull-Rom's weights are 111, 29, -9 and -3 in 128ths,
/// so the value is b + 29/128 (c - b) - 9/128 (a - b) - 3/128 (d - b), a chain of fused multiply-adds in this order, which leaves a
/// constant page exactly as it is. Along y comes first, then along x. Every pixel has the same operations whatever window it is in.
/// </remarks>
internal static unsafe class Enlargement
{
    /// <summary>How much larger the page gets.</summary>
    public const int Factor = 2;

    /// <summary>Pixels of the page that a result looks at on either side of its own.</summary>
    private const int Reach = 2;

    private const float Near = 29f / 128, Opposite = -9f / 128, Beyond = -3f / 128;

    /// <summary>The pixels that a window of the enlarged page looks at; some may lie outside of the page.</summary>
    public static Region Source(Region window)
    {
        long x = window.X / Factor, y = window.Y / Factor;
        long right = (window.Right - 1) / Factor, bottom = (window.Bottom - 1) / Factor;
        return new Region(x, y, right - x + 1, bottom - y + 1).Inflate(Reach);
    }

    /// <summary>Most pixels along one side that a window of so many pixels looks at, wherever it lies.</summary>
    public static long SourceSide(long side) => (side / Factor) + 1 + (2 * Reach);

    /// <summary>Floats that <see cref="Fill"/> works in, for windows of a width.</summary>
    public static long LineFloats(long width) => SourceSide(width);

    /// <summary>
    /// Makes one plane of a window of the enlarged page. Rows and columns past the enlarged page's bottom and right edge repeat the edge.
    /// </summary>
    /// <param name="page">The page's values in 0..1, in a part of it.</param>
    /// <param name="part">The part: at least what <see cref="Source"/> gives, as far as the page goes.</param>
    /// <param name="pageWidth">Columns of the page.</param>
    /// <param name="pageHeight">Rows of the page.</param>
    /// <param name="window">The window, in pixels of the enlarged page; it begins on the page.</param>
    /// <param name="line">Memory of <see cref="LineFloats"/>.</param>
    /// <param name="plane">Receives the window, row by row.</param>
    public static void Fill(
        float* page, Region part, long pageWidth, long pageHeight, Region window, float* line, float* plane)
    {
        int width = (int)window.Width, inside = (int)Math.Min(width, (pageWidth * Factor) - window.X);
        for (int row = 0; row < (int)window.Height; row++)
        {
            float* to = plane + ((nint)row * width);
            if (window.Y + row >= pageHeight * Factor)
            {
                new ReadOnlySpan<float>(to - width, width).CopyTo(new Span<float>(to, width));
                continue;
            }
            AlongY(page, part, pageHeight, window.Y + row, line);
            AlongX(line, part, pageWidth, window.X, inside, to);
            new Span<float>(to + inside, width - inside).Fill(to[inside - 1]);
        }
    }

    /// <summary>One row of the enlarged page, still in the page's columns.</summary>
    private static void AlongY(float* page, Region part, long pageHeight, long y, float* line)
    {
        int width = (int)part.Width;
        long row = y / Factor;
        int side = Side(y);
        float* b = Row(row), c = Row(row + side), a = Row(row - side), d = Row(row + (2 * side));
        for (int i = 0; i < width; i++)
        {
            line[i] = Cubic(b[i], c[i], a[i], d[i]);
        }

        float* Row(long at) => page + ((nint)(Math.Clamp(at, 0, pageHeight - 1) - part.Y) * width);
    }

    /// <summary>Columns of the enlarged page, clipped, of a row that <see cref="AlongY"/> made.</summary>
    private static void AlongX(float* line, Region part, long pageWidth, long x, int count, float* to)
    {
        for (int i = 0; i < count; i++)
        {
            long column = (x + i) / Factor;
            int side = Side(x + i);
            // Only near the page's edges do columns have to be moved onto it.
            float value = column >= Reach && column < pageWidth - Reach
                ? Cubic(At(column), At(column + side), At(column - side), At(column + (2 * side)))
                : Cubic(Edge(column), Edge(column + side), Edge(column - side), Edge(column + (2 * side)));
            to[i] = Math.Clamp(value, 0f, 1f);
        }

        float At(long column) => line[(nint)(column - part.X)];

        float Edge(long column) => line[(nint)(Math.Clamp(column, 0, pageWidth - 1) - part.X)];
    }

    /// <summary>Towards which neighbour a pixel of the enlarged page lies: -1 for even ones, 1 for odd ones.</summary>
    private static int Side(long pixel) => pixel % Factor == 0 ? -1 : 1;

    private static float Cubic(float b, float c, float a, float d) =>
        MathF.FusedMultiplyAdd(
            Beyond, d - b, MathF.FusedMultiplyAdd(Opposite, a - b, MathF.FusedMultiplyAdd(Near, c - b, b)));
}
