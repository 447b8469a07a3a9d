using FastSeg.Backends;
using FastSeg.Features.Local;

namespace FastSeg.Runs;

/// <summary>What all workers of a segmentation share.</summary>
/// <param name="Model">The model.</param>
/// <param name="Options">Region, mask, label values, smoothing.</param>
/// <param name="Area">The pixels that get labels.</param>
/// <param name="Kinds">Which results are wanted.</param>
internal sealed record Segmentation(Model Model, SegmentOptions Options, Region Area, ResultKinds Kinds)
{
    /// <summary>Where the results go; nowhere while a run is only planned.</summary>
    public SegmentOutputs Outputs { get; init; } = new();

    /// <summary>Where the trees' margins go, in the caller's memory; null where they are not wanted.</summary>
    public ImageWriter? Margins { get; init; }

    /// <summary>What is done to the probabilities.</summary>
    public Smoothing Smoothing => Options.Smoothing ?? Model.Smoothing;

    /// <summary>Whether the weights of the classes are made from the page's areas, which takes two passes.</summary>
    public bool Counts => Smoothing.Mode == SmoothingMode.Safe && Options.ClassWeights is null;

    /// <summary>Number of classes.</summary>
    public int Classes => Model.Classes.Count;

    /// <summary>What a backend computes of an image.</summary>
    /// <param name="image">The image.</param>
    /// <param name="backend">What computes.</param>
    /// <exception cref="FastSegException">The device is not there.</exception>
    public Work WorkOn(ImageReader image, BackendKind backend)
    {
        ImageReader seen = LocalReader.Of(image, Options.Mask, Model.Features, Model.Channels);
        return new Work(seen, Model.Features, Model.Channels, Model.Deep, Model.Forest)
        {
            Margins = Kinds.Probabilities || Smoothing.Mode != SmoothingMode.None || Margins is not null,
            Probabilities = Kinds.Probabilities,
            Smoothing = Smoothing,
            // What a device has smoothed are no margins any more.
            BackendSmooths = Margins is null && BackendChoice.Choose(backend).SmoothsItself,
            Mask = Options.Mask,
            MayUseDisk = true,
        };
    }

    /// <summary>Refuses a smoothing or weights that cannot be applied.</summary>
    /// <exception cref="FastSegException">Which, and what would be right.</exception>
    public void CheckSmoothing()
    {
        const string Weights = "class weights";
        Smoothing.Check();
        if (Options.ClassWeights is not { } weights)
        {
            return;
        }
        if (Smoothing.Mode != SmoothingMode.Safe)
        {
            throw new FastSegException(
                $"There are {Weights}, but the smoothing is {Smoothing.Mode.ToString().ToLowerInvariant()}; " +
                "leave them out, or let it be safe.", Setting.ClassWeights, Weights);
        }
        if (weights.Count != Classes)
        {
            throw new FastSegException(
                $"There are {weights.Count} {Weights} for {Classes} classes; give one a class, in the order of the classes.",
                Setting.ClassWeights, Weights);
        }
        foreach (double weight in weights)
        {
            if (!(weight is >= LeastWeight and <= MostWeight))
            {
                throw new FastSegException(
                    FormattableString.Invariant($"One of the {Weights} is {weight}; each must be a number above 0, ") +
                    FormattableString.Invariant($"from {LeastWeight} to {MostWeight}."), Setting.ClassWeights, Weights);
            }
        }
    }

    /// <summary>Weights between these keep every product and sum in float32 above 0 and finite.</summary>
    private const double LeastWeight = 1e-20, MostWeight = 1e20;
}
