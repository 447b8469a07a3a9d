namespace FastSeg;

/// <summary>How a session works.</summary>
public sealed record FrameOptions
{
    /// <summary>Threads that work at once, the calling one among them; 0 takes one for each core.</summary>
    public int Threads { get; init; }

    /// <summary>What computes.</summary>
    public BackendKind Backend { get; init; }

    /// <summary>Most bytes the process may use at its peak; 0 sets no limit.</summary>
    public long Memory { get; init; }

    /// <summary>Most bytes of a device's memory that the session may take; 0 allows nine tenths of what the device has.</summary>
    public long DeviceMemory { get; init; }

    /// <summary>Whether the threads share a frame or take one each.</summary>
    public SessionGoal Goal { get; init; }

    /// <summary>
    /// Numbers of the cores on which the session's own threads run, one each, from the first one again where there are fewer; null leaves
    /// it to the system. The calling thread is not moved.
    /// </summary>
    public IReadOnlyList<int>? Cores { get; init; }

    /// <summary>
    /// Priority of the session's own threads. One above normal needs a right that few users have; without it, it is normal.
    /// </summary>
    public ThreadPriority Priority { get; init; } = ThreadPriority.Normal;

    /// <summary>What is done to the probabilities before each pixel gets its label; null for what the model says.</summary>
    public Smoothing? Smoothing { get; init; }

    /// <summary>As <see cref="SegmentOptions.ClassWeights"/>; with them, safe smoothing takes one pass and no areas are counted.</summary>
    public IReadOnlyList<double>? ClassWeights { get; init; }

    /// <summary>
    /// Mean and deviation by which every frame's samples are standardised where the model or the features standardise images, such as
    /// <see cref="Model.Samples"/>, and by which a smoothing's guide is standardised; a pixel's label then depends on its surroundings
    /// alone. Null where each frame has its own.
    /// </summary>
    public SampleStatistics? Samples { get; init; }

    /// <summary>Whether the label values that the model was trained with are written, instead of 1..C.</summary>
    public bool KeepValues { get; init; }

    /// <summary>The same as options of a run.</summary>
    internal ComputeOptions Compute => new()
    {
        Threads = Threads,
        Backend = Backend,
        Memory = Memory,
        DeviceMemory = DeviceMemory,
    };

    /// <summary>The same as options of a segmentation.</summary>
    internal SegmentOptions Segment => new() { KeepValues = KeepValues, Smoothing = Smoothing, ClassWeights = ClassWeights };
}
