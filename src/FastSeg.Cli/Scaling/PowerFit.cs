namespace FastSeg.Cli.Scaling;

/// <summary>y = factor * x ^ exponent, by least squares on the logarithms of both.</summary>
/// <param name="Exponent">The slope of the line through the logarithms.</param>
/// <param name="Error">
/// Standard error of the exponent: what the points' distances from the line make of it. Null for two points, which have none.
/// </param>
/// <param name="Factor">y where x is 1.</param>
/// <param name="Points">Points that were fitted.</param>
internal sealed record PowerFit(double Exponent, double? Error, double Factor, int Points)
{
    /// <summary>Fits the points; null where fewer than two have different x, or a value is not above 0.</summary>
    public static PowerFit? Of(IReadOnlyList<(double X, double Y)> points)
    {
        if (points.Any(point => point.X <= 0 || point.Y <= 0) || points.Select(point => point.X).Distinct().Count() < 2)
        {
            return null;
        }
        double[] x = [.. points.Select(point => Math.Log(point.X))], y = [.. points.Select(point => Math.Log(point.Y))];
        double meanX = x.Average(), meanY = y.Average();
        double spread = x.Sum(value => (value - meanX) * (value - meanX));
        double slope = x.Zip(y).Sum(pair => (pair.First - meanX) * (pair.Second - meanY)) / spread;
        double left = x.Zip(y).Sum(pair => Math.Pow(pair.Second - meanY - (slope * (pair.First - meanX)), 2));
        double? error = points.Count > 2 ? Math.Sqrt(left / (points.Count - 2) / spread) : null;
        return new PowerFit(slope, error, Math.Exp(meanY - (slope * meanX)), points.Count);
    }

    /// <summary>"1.003 ± 0.008".</summary>
    public override string ToString() => Error is { } error
        ? FormattableString.Invariant($"{Exponent:0.000} ± {error:0.000}")
        : FormattableString.Invariant($"{Exponent:0.000}");
}
