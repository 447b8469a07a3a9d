namespace FastSeg.Checks;

/// <summary>
/// Joint bilateral upsampling in float64, pixel by pixel, straight from the formula of <see cref="Deep.Upsamplers.JointBilateral"/>.
/// </summary>
/// <param name="Height">Rows of the image.</param>
/// <param name="Width">Columns of the image.</param>
/// <param name="Colours">Colours of the image.</param>
/// <param name="Patch">Side of a cell.</param>
/// <param name="Image">A colour of the image at a row and a column inside it.</param>
internal sealed record JointBilateralReference(int Height, int Width, int Colours, int Patch, Func<int, int, int, double> Image)
{
    private const double SigmaSpace = 0.5, SigmaRange = 0.03;
    private const int Reach = 2;

    private readonly Dictionary<(int Row, int Column), double[]> _means = [];

    /// <summary>Rows of cells.</summary>
    public int Rows => (Height + Patch - 1) / Patch;

    /// <summary>Columns of cells.</summary>
    public int Columns => (Width + Patch - 1) / Patch;

    /// <summary>A pixel's feature.</summary>
    /// <param name="cell">The feature of a cell at a row and a column.</param>
    /// <param name="y">The pixel's row.</param>
    /// <param name="x">The pixel's column.</param>
    public double At(Func<int, int, double> cell, int y, int x)
    {
        var near = new List<(double Distance, double Value)>();
        for (int row = Math.Max(0, (y / Patch) - Reach); row <= Math.Min(Rows - 1, (y / Patch) + Reach); row++)
        {
            for (int column = Math.Max(0, (x / Patch) - Reach); column <= Math.Min(Columns - 1, (x / Patch) + Reach); column++)
            {
                double down = ((y + 0.5) / Patch) - (row + 0.5), across = ((x + 0.5) / Patch) - (column + 0.5);
                double[] mean = Mean(row, column);
                double colour = Enumerable.Range(0, Colours).Average(c => Square(Image(c, y, x) - mean[c]));
                double distance = ((Square(down) + Square(across)) / (2 * Square(SigmaSpace))) + (colour / (2 * Square(SigmaRange)));
                near.Add((distance, cell(row, column)));
            }
        }
        double least = near.Min(pair => pair.Distance);
        double sum = near.Sum(pair => Math.Exp(least - pair.Distance));
        return near.Sum(pair => Math.Exp(least - pair.Distance) / sum * pair.Value);
    }

    /// <summary>A cell's mean colours, the image's edge repeated.</summary>
    private double[] Mean(int row, int column)
    {
        if (!_means.TryGetValue((row, column), out double[]? means))
        {
            means = new double[Colours];
            for (int i = 0; i < Patch * Patch * Colours; i++)
            {
                int colour = i / (Patch * Patch), y = (row * Patch) + (i / Patch % Patch), x = (column * Patch) + (i % Patch);
                means[colour] += Image(colour, Math.Min(y, Height - 1), Math.Min(x, Width - 1)) / (Patch * Patch);
            }
            _means.Add((row, column), means);
        }
        return means;
    }

    private static double Square(double value) => value * value;
}
