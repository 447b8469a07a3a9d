namespace FastSeg;

/// <summary>
/// Which outputs a segmentation will write, and in which formats: the memory of a writer depends on its format. A plan needs no more than
/// this, so no file is created for it.
/// </summary>
public sealed record PlannedOutputs
{
    /// <summary>The label map's file name, or any name with its extension (".tif", ".png", ".npy"); null where none is wanted.</summary>
    public string? Labels { get; init; }

    /// <summary>The probabilities' file name, or any name with its extension; null where none are wanted.</summary>
    public string? Probabilities { get; init; }

    /// <summary>The probabilities' type: <see cref="SampleType.Float32"/> or <see cref="SampleType.UInt8"/>.</summary>
    public SampleType ProbabilityType { get; init; } = SampleType.Float32;

    /// <summary>Whether outputs that are TIFFs hold smaller sizes, too.</summary>
    public bool Pyramid { get; init; }

    /// <summary>
    /// The stack of which the image is the first, where the results of all would be written together; null for one image.
    /// </summary>
    public ImageStack? Stack { get; init; }

    /// <summary>The layout of what is written, given that of one image's result.</summary>
    internal ImageLayout LayoutOf(ImageLayout one)
    {
        one = one with { Pyramid = Pyramid };
        return Stack?.LayoutOf(one) ?? one;
    }

    /// <summary>How outputs that are OME-Zarr are written; null for the defaults.</summary>
    public OmeZarrOptions? OmeZarr { get; init; }

    /// <summary>The confidence's file name, or any name with its extension; null where none is wanted.</summary>
    public string? Confidence { get; init; }
}
