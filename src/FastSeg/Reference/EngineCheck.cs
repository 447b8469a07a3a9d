namespace FastSeg.Reference;

/// <summary>One operation of the engine, compared with its reference.</summary>
/// <param name="Operation">What was computed.</param>
/// <param name="Size">On how much.</param>
/// <param name="MaxError">Largest difference from the reference.</param>
/// <param name="Allowed">What the difference may be: 0 where the results must be the same bits.</param>
/// <param name="Seconds">Time of the operation, without the reference; 0 on the simulated device, where it would mean nothing.</param>
public sealed record EngineCheckResult(string Operation, string Size, double MaxError, double Allowed, double Seconds)
{
    /// <summary>Whether the error is within what is allowed; a NaN is not.</summary>
    public bool Passed => MaxError <= Allowed;

    /// <summary>What a device's kernels amount to by count; null where nothing is counted.</summary>
    public EngineWork? Work { get; init; }

    /// <summary>How fast a device's kernels ran; null where that was not measured.</summary>
    public EngineRate? Rate { get; init; }
}

/// <summary>Kernels by count, for each pixel.</summary>
/// <param name="BytesPerPixel">Bytes that go through device memory.</param>
/// <param name="FlopsPerPixel">Float32 operations; a fused multiply-add counts as two.</param>
/// <param name="Launches">Launches of a tile.</param>
public sealed record EngineWork(double BytesPerPixel, double FlopsPerPixel, int Launches);

/// <summary>The rate of kernels that is nearer to what the device was measured to do at most: bytes of copying, or flops of multiply-adds.</summary>
/// <param name="PerSecond">Bytes or flops a second.</param>
/// <param name="Flops">Whether it is flops.</param>
/// <param name="Share">Part of the device's own measured rate; null for that rate itself.</param>
public sealed record EngineRate(double PerSecond, bool Flops, double? Share);

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
