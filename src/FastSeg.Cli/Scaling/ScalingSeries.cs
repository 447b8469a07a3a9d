using System.Text.Json.Serialization;

namespace FastSeg.Cli.Scaling;

/// <summary>One way to compute, measured at growing sizes.</summary>
/// <param name="Name">What it is called in plots and tables.</param>
/// <param name="Points">The sizes, in the order in which they were measured.</param>
internal sealed record ScalingSeries(string Name, IReadOnlyList<ScalingPoint> Points)
{
    /// <summary>Smaller images than this are left out of the fits: what a run costs whatever its size would bend them.</summary>
    public const double LeastFitted = 1 << 20;

    /// <summary>How time grows with pixels; null where too few sizes were measured.</summary>
    public PowerFit? Time => Fit(point => point.Seconds);

    /// <summary>How peak memory grows with pixels.</summary>
    public PowerFit? Memory => Fit(point => point.PeakBytes);

    /// <summary>Points with numbers.</summary>
    [JsonIgnore]
    public IEnumerable<ScalingPoint> Measured => Points.Where(point => point.Measured);

    private PowerFit? Fit(Func<ScalingPoint, double> value) =>
        PowerFit.Of([.. Measured.Where(point => point.Pixels >= LeastFitted).Select(point => (point.Pixels, value(point)))]);
}
