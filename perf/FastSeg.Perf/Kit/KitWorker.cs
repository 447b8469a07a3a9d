namespace FastSeg.Perf.Kit;

/// <summary>What a worker, a process that works for a step, is told.</summary>
/// <param name="Kind">The kind of device.</param>
/// <param name="Argument">What is to be done.</param>
/// <param name="Found">Where its findings go.</param>
internal sealed record KitWorker(BackendKind Kind, string Argument, Findings Found)
{
    /// <summary>Whether the device is a simulation, whose results count and whose times do not.</summary>
    public bool Simulated => Kind == BackendKind.Simulated;
}
