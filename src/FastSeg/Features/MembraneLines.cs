namespace FastSeg.Features;

/// <summary>
/// The pixels of the oriented lines. A line holds the pixels of the patch that are at most half a thickness away from its axis and at most
/// half its length away from the centre along it. With every pixel it holds that pixel's mirror image, and it always holds the centre; so
/// lines are listed as pairs.
/// </summary>
internal sealed class MembraneLines
{
    // Pixels exactly on a line's border (there are some at 30, 60, 120 and 150 degrees) belong to it, however the sine is rounded.
    private const double Tolerance = 1e-6;

    private readonly List<PatchPixel> _pairs = [];
    private readonly List<int[]> _linesOfPair = [];

    /// <summary>Lists the pixels of every line.</summary>
    public MembraneLines(MembraneGeometry geometry)
    {
        Angles = geometry.Angles;
        int half = geometry.Patch / 2;
        PixelCounts = new int[Angles];
        // The centre.
        Array.Fill(PixelCounts, 1);
        for (int y = -half; y <= 0; y++)
        {
            // Of the middle row, only the pixels left of the centre: those on the right are their mirror images.
            for (int x = -half; x <= (y == 0 ? -1 : half); x++)
            {
                int[] lines = [.. Enumerable.Range(0, Angles).Where(line => IsOn(geometry, line, x, y))];
                if (lines.Length == 0)
                {
                    continue;
                }
                _pairs.Add(new PatchPixel(x, y));
                _linesOfPair.Add(lines);
                foreach (int line in lines)
                {
                    PixelCounts[line] += 2;
                }
            }
        }
    }

    /// <summary>Number of lines.</summary>
    public int Angles { get; }

    /// <summary>The upper pixel of every pair that lies on any line, row by row.</summary>
    public IReadOnlyList<PatchPixel> Pairs => _pairs;

    /// <summary>Number of pixels of each line.</summary>
    public int[] PixelCounts { get; }

    /// <summary>The lines on which a pair lies, in ascending order.</summary>
    public int[] LinesOf(int pair) => _linesOfPair[pair];

    private static bool IsOn(MembraneGeometry geometry, int line, int x, int y)
    {
        (double sin, double cos) = Math.SinCos(Math.PI * line / geometry.Angles);
        double across = Math.Abs((x * sin) - (y * cos)), along = Math.Abs((x * cos) + (y * sin));
        return across <= (geometry.Thickness / 2) + Tolerance && along <= (geometry.Patch / 2.0) + Tolerance;
    }
}

/// <summary>A pixel of the upper half of a patch; its mirror image (-X, -Y) lies on the same lines.</summary>
internal readonly record struct PatchPixel(int X, int Y);
