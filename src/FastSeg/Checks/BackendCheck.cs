using FastSeg.Backends;
using FastSeg.Checks;

namespace FastSeg;

/// <summary>
/// Runs every operation of a backend on random input and compares the results. On the CPU, filters and what follows the transformer are
/// compared with float64 versions of their definitions, and the forest with libxgboost. A device is compared with the CPU.
/// </summary>
public static class BackendCheck
{
    /// <summary>Runs the checks one after the other, each when its result is asked for.</summary>
    /// <param name="backend">The backend that is checked; auto is what a run would take.</param>
    /// <param name="seed">Seed of the random input.</param>
    /// <param name="cancellation">Stops between two checks.</param>
    /// <returns>The results in the order of the checks.</returns>
    /// <exception cref="FastSegException">libxgboost is missing, or there is no such device.</exception>
    /// <exception cref="OperationCanceledException">The checks were cancelled.</exception>
    public static IEnumerable<BackendCheckResult> Run(
        BackendKind backend = BackendKind.Cpu, int seed = 1, CancellationToken cancellation = default)
    {
        BackendKind kind = BackendChoice.Choose(backend).Kind;
        IEnumerable<BackendCheckResult> results = kind == BackendKind.Cpu
            ? FilterCheck.Run(seed).Concat(DeepCheck.Run(seed)).Concat(ForestCheck.Run(seed)).Concat(SmoothingCheck.Run(seed))
            : GpuCheck.Run(kind, seed);
        foreach (BackendCheckResult result in results)
        {
            cancellation.ThrowIfCancellationRequested();
            yield return result;
        }
    }
}
