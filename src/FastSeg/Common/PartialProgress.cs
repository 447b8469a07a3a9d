namespace FastSeg.Common;

/// <summary>Reports the progress of one part of a run to whoever listens to the whole run.</summary>
/// <param name="whole">Receives the whole run's progress.</param>
/// <param name="from">The whole run's progress when the part begins.</param>
/// <param name="share">How much of the whole run the part is.</param>
internal sealed class PartialProgress(IProgress<double> whole, double from, double share) : IProgress<double>
{
    /// <summary>
    /// The progress of a part that begins at <paramref name="from"/> and is <paramref name="share"/> of the whole run; null where nobody
    /// listens.
    /// </summary>
    public static PartialProgress? Of(IProgress<double>? whole, double from, double share) =>
        whole is null ? null : new PartialProgress(whole, from, share);

    /// <inheritdoc/>
    public void Report(double value) => whole.Report(from + (value * share));
}
