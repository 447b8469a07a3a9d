namespace FastSeg;

/// <summary>What a run did, and what it took.</summary>
/// <param name="Pixels">Pixels that were segmented, without those of earlier starts or other blocks, given features, or trained on.</param>
/// <param name="ClassPixels">Pixels of each class, in class order; empty for runs that do not segment.</param>
/// <param name="Stages">Time by stage.</param>
/// <param name="Seconds">Wall time of the call, its planning included.</param>
/// <param name="PlannedPeakBytes">Peak memory of the process, as it was planned before the first tile.</param>
public sealed record RunResult(
    long Pixels, IReadOnlyList<long> ClassPixels, IReadOnlyList<StageReport> Stages, double Seconds, long PlannedPeakBytes)
{
    /// <summary>What computed; never <see cref="BackendKind.Auto"/>.</summary>
    public BackendKind Backend { get; init; } = BackendKind.Cpu;

    /// <summary>By what each class's probability was multiplied, in class order, where the smoothing was safe; null elsewhere.</summary>
    public IReadOnlyList<double>? ClassWeights { get; init; }

    /// <summary>How samples were brought to one mean and deviation.</summary>
    public Standardisation Standardise { get; init; }

    /// <summary>
    /// Mean and deviation of each image's samples, in the order of the images, where each was standardised by its own
    /// (<see cref="Standardisation.Image"/>); otherwise empty. What a mask leaves out is not counted.
    /// </summary>
    public IReadOnlyList<SampleStatistics> Samples { get; init; } = [];

    /// <summary>
    /// What was found of the samples of each image, in the order of the images, and in what they differ from those that the model was
    /// trained on; empty where nothing was looked at.
    /// </summary>
    public IReadOnlyList<ImageData> Data { get; init; } = [];

    /// <summary>
    /// The share, 0 to 1, of pixels whose label is hardly more probable than the next class: less than twice, or
    /// a smaller factor where a model of few trees is never surer of its training pixels. Every 16th pixel of every 16th row is looked at.
    /// Null where nothing was segmented, hardly any pixel was looked at, a GPU gave labels alone, or another start computed a part.
    /// </summary>
    public double? Unsure { get; init; }

    /// <summary>
    /// The rows of each image that were left out as its data bar, in the order of the images: an empty region where none was found. Empty
    /// where none was looked for (<see cref="DataBar"/>).
    /// </summary>
    public IReadOnlyList<Region> DataBars { get; init; } = [];

    /// <summary>What makes the result doubtful, a sentence each; a program shows them to its user.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];

    /// <summary>Why an existing GPU did not compute, or did not train; null where there is nothing to say.</summary>
    public string? Note { get; init; }
}
