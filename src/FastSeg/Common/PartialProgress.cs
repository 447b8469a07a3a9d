namespace FastSeg.Common;

/// <summary>Progress of one part of a longer run.</summary>
internal sealed class PartialProgress(IProgress<double> whole, double from, double share) : IProgress<double>
{
    /// <summary>The part of a progress that begins at <paramref name="from"/>; null where nobody listens.</summary>
    public static PartialProgress? Of(IProgress<double>? whole, double from, double share) =>
        whole is null ? null : new PartialProgress(whole, from, share);

    public void Report(double value) => whole.Report(from + (value * share));
}
