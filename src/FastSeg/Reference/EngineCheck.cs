namespace FastSeg.Reference;

/// <summary>One operation of the engine, compared with its reference.</summary>
/// <param name="Operation">What was computed.</param>
/// <param name="Size">On how much.</param>
/// <param name="MaxError">Largest difference from the reference.</param>
/// <param name="Allowed">What the difference may be: 0 where the results must be the same bits.</param>
/// <param name="Seconds">Time of the operation, without the reference.</param>
public sealed record EngineCheckResult(string Operation, string Size, double MaxError, double Allowed, double Seconds)
{
    /// <summary>Whether the error is within what is allowed; a NaN is not.</summary>
    public bool Passed => MaxError <= Allowed;
}

/// <summary>
/// Runs every operation of an engine on random input and compares it: on the CPU filters and what follows the transformer with float64
/// versions of their definitions and the forest with libxgboost, on a device everything with the CPU.
/// </summary>
public static class EngineCheck
{
    /// <summary>Runs the checks, one after the other, as they are asked for.</summary>
    /// <param name="backend">Which engine: the CPU's against scalar references, a device's against the CPU's.</param>
    /// <param name="seed">Seed of the random input.</param>
    /// <param name="cancellation">Stops between two checks.</param>
    /// <exception cref="FastSegException">libxgboost is missing, or the device.</exception>
    public static IEnumerable<EngineCheckResult> Run(BackendKind backend = BackendKind.Cpu, int seed = 1, CancellationToken cancellation = default)
    {
        IEnumerable<EngineCheckResult> results = backend == BackendKind.Cpu
            ? FilterCheck.Run(seed).Concat(DeepCheck.Run(seed)).Concat(ForestCheck.Run(seed))
            : GpuCheck.Run(backend, seed);
        foreach (EngineCheckResult result in results)
        {
            cancellation.ThrowIfCancellationRequested();
            yield return result;
        }
    }
}
