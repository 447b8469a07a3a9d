namespace FastSeg.Cli.Scaling;

/// <summary>How a curve is drawn.</summary>
internal enum CurveStyle
{
    /// <summary>Points, joined by a line.</summary>
    Measured,

    /// <summary>A dashed line.</summary>
    Planned,

    /// <summary>A dotted grey line: what no program can go below.</summary>
    Bound,
}

/// <summary>One curve of a plot against pixels.</summary>
/// <param name="Name">Its name in the legend.</param>
/// <param name="Style">How it is drawn; a planned curve has the colour of the measured one before it.</param>
/// <param name="Points">Pixels and value, both above 0.</param>
/// <param name="Stopped">Pixels of sizes at which nothing was measured.</param>
internal sealed record Curve(
    string Name, CurveStyle Style, IReadOnlyList<(double Pixels, double Value)> Points, IReadOnlyList<double> Stopped);
