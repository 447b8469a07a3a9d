using FastSeg.Images;

namespace FastSeg;

/// <summary>
/// How a run uses the machine. None of it changes a result, but for the backend where a library of NVIDIA's kind computes beside ours:
/// trees that XGBoost trains on a GPU, and tokens of a backbone that was opened for one.
/// </summary>
public sealed record RunOptions
{
    /// <summary>Worker threads; 0 takes one a core.</summary>
    public int Threads { get; init; }

    /// <summary>Most bytes the process may use at its peak; 0 sets no limit. The plan fits into it or says the least that would do.</summary>
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

/// <summary>Which pixels a segmentation covers and how its labels are numbered.</summary>
public sealed record SegmentOptions
{
    /// <summary>The part of the image to segment; the outputs have its size. Null for the whole image. Features still see real neighbours outside.</summary>
    public Region? Region { get; init; }

    /// <summary>An image of the same size as the segmented image whose pixels are zero where nothing should be segmented (label 0, probability 0).</summary>
    public ImageReader? Mask { get; init; }

    /// <summary>Write the label values the model was trained with instead of 1..C.</summary>
    public bool KeepValues { get; init; }
}

/// <summary>Where a segmentation goes; each output may be left out.</summary>
public sealed record SegmentOutputs
{
    /// <summary>Label map, uint8, or uint16 where a kept value is above 255.</summary>
    public ImageWriter? Labels { get; init; }

    /// <summary>Class probabilities, one page a class: float32 0..1, or uint8 0..255 (rounded to nearest).</summary>
    public ImageWriter? Probabilities { get; init; }

    /// <summary>Probability of the chosen class, float32.</summary>
    public ImageWriter? Confidence { get; init; }
}

/// <summary>What a run did.</summary>
/// <param name="Pixels">Pixels segmented or trained on.</param>
/// <param name="ClassPixels">Pixels of each class, in class order; empty for runs that do not segment.</param>
/// <param name="Stages">Where the time went.</param>
/// <param name="Seconds">Wall time.</param>
/// <param name="PlannedPeakBytes">Peak memory of the process as planned before the first tile.</param>
public sealed record RunResult(long Pixels, IReadOnlyList<long> ClassPixels, IReadOnlyList<StageReport> Stages, double Seconds, long PlannedPeakBytes)
{
    /// <summary>What computed: "cpu", "cuda", ..</summary>
    public string Backend { get; init; } = "cpu";

    /// <summary>Why a GPU that is there was not used, or not for training; null where there is nothing to say.</summary>
    public string? Note { get; init; }
}
