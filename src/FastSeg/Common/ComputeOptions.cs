using FastSeg.Common;

namespace FastSeg;

/// <summary>
/// How a run uses the machine. Threads and memory never change a result. The backend does in three cases: XGBoost trains other trees on a
/// GPU, a <see cref="Backbone"/> that was opened for a GPU gives slightly other tokens, and OpenCL devices may round differently.
/// </summary>
public sealed record ComputeOptions
{
    /// <summary>Worker threads; 0 takes one for each core.</summary>
    /// <exception cref="FastSegException">The number is negative.</exception>
    public int Threads { get; init => field = (int)NotNegative(value, "The number of threads", Setting.Threads, "one for each core"); }

    /// <summary>
    /// Most bytes the process may use at its peak; 0 sets no limit. A run whose plan does not fit is refused before it computes; the
    /// sentence says the least memory that would do.
    /// </summary>
    /// <exception cref="FastSegException">It is negative.</exception>
    public long Memory { get; init => field = NotNegative(value, "The memory limit", Setting.Memory, "no limit"); }

    /// <summary>
    /// What computes. CPU and CUDA give the same labels for the same model; OpenCL devices may differ in the last bits. With CUDA, an
    /// XGBoost that was built with CUDA trains on the GPU, and its trees are not the CPU's.
    /// </summary>
    public BackendKind Backend { get; init; }

    /// <summary>Most bytes of a device's memory that a run's buffers may take; 0 allows nine tenths of what the device has.</summary>
    /// <exception cref="FastSegException">It is negative.</exception>
    public long DeviceMemory
    {
        get;
        init => field = NotNegative(value, "The limit of device memory", Setting.DeviceMemory, "nine tenths of it");
    }

    /// <summary>Receives the fraction that is done, 0 to 1. The worker threads call it, and several may call at once.</summary>
    public IProgress<double>? Progress { get; init; }

    /// <summary>
    /// Stops the run with an <see cref="OperationCanceledException"/>: on the processor within 16 rows of at most 320 columns, on a device
    /// between two tiles, and between two windows of the transformer or rounds of training.
    /// </summary>
    public CancellationToken Cancellation { get; init; }

    /// <summary>
    /// Whether what makes a result doubtful (<see cref="RunResult.Warnings"/>) is a failure: a run that would warn throws its first
    /// sentence and writes nothing.
    /// </summary>
    public bool Strict { get; init; }

    /// <summary>
    /// Told of each warning as soon as it is found, on the thread that called: those about labels come before any tree is trained. The
    /// result lists all of them once more (<see cref="RunResult.Warnings"/>).
    /// </summary>
    public Action<string>? Warned { get; init; }

    /// <summary>Columns and rows of the tiles to try first; null where the planner chooses. Results do not depend on it.</summary>
    internal (long Width, long Height)? Tile { get; init; }

    /// <summary>Threads that are there already; null where a run starts its own.</summary>
    internal Team? Team { get; init; }

    /// <summary>Looks after the run; null where it makes its own.</summary>
    internal Watch? Watch { get; init; }

    /// <summary>Bytes that the caller may hold while the run goes on, which its plan counts.</summary>
    internal long HeldBesides { get; init; }

    /// <summary>A plan that was made for an image of the same form; null where the run makes its own.</summary>
    internal Plan? Planned { get; init; }

    /// <summary>Most bytes of deep features at low resolution that a segmentation keeps in memory; more go to the disk.</summary>
    internal long MostMapBytes { get; init; } = 16L << 20;

    /// <summary>Bytes of a page's samples from which on a segmentation keeps them on the disk rather than decoding them twice.</summary>
    internal long LeastDecodedBytes { get; init; } = 32L << 20;

    /// <summary>Threads that the run uses: <see cref="Threads"/>, or one for each core.</summary>
    internal int WorkerCount => Threads > 0 ? Threads : Environment.ProcessorCount;

    private static long NotNegative(long value, string words, Setting setting, string zero) => value >= 0
        ? value
        : throw new FastSegException($"{words} is {value}; it must be 0, which stands for {zero}, or more.", setting, words);
}
