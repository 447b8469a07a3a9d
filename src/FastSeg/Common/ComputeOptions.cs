namespace FastSeg;

/// <summary>
/// How a run uses the machine. None of it changes a result, but for the backend where a library of NVIDIA's kind computes beside ours:
/// trees that XGBoost trains on a GPU, and tokens of a backbone that was opened for one.
/// </summary>
public sealed record ComputeOptions
{
    /// <summary>Worker threads; 0 takes one a core.</summary>
    public int Threads { get; init; }

    /// <summary>
    /// Most bytes the process may use at its peak; 0 sets no limit. The plan fits into it or says the least that would do.
    /// </summary>
    public long Memory { get; init; }

    /// <summary>
    /// What computes. CPU and CUDA give the same labels of the same model; OpenCL devices may differ in the last bits. With CUDA, an
    /// XGBoost that was built with CUDA trains on the GPU, and its trees are not the CPU's.
    /// </summary>
    public BackendKind Backend { get; init; }

    /// <summary>Most bytes of a device's memory; 0 takes nine tenths of what it has.</summary>
    public long DeviceMemory { get; init; }

    /// <summary>Told the fraction done, 0 to 1, from worker threads.</summary>
    public IProgress<double>? Progress { get; init; }

    /// <summary>Stops the run between two tiles with an <see cref="OperationCanceledException"/>.</summary>
    public CancellationToken Cancellation { get; init; }

    internal int WorkerCount => Threads > 0 ? Threads : Environment.ProcessorCount;
}
