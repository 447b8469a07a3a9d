using FastSeg.Deep;
using FastSeg.Forest;
using FastSeg.Images;

namespace FastSeg.Backends;

/// <summary>What a run computes of an image, on any backend.</summary>
/// <param name="Image">The image.</param>
/// <param name="Features">Classical features.</param>
/// <param name="Channels">Channels that the model sees: 1 or 3.</param>
/// <param name="Deep">Deep features behind the classical ones, or null.</param>
/// <param name="Forest">The trees; null where only features are wanted.</param>
internal sealed record Work(ImageReader Image, FeatureSpec Features, int Channels, DeepModel? Deep, DecisionForest? Forest)
{
    /// <summary>Whether the trees' margins are wanted besides the labels, for probabilities or confidence.</summary>
    public bool Margins { get; init; }

    /// <summary>Mean and deviation of all of the page's samples; null where they are not needed, or not known yet.</summary>
    public SampleStatistics? Samples { get; init; }

    /// <summary>Whether the page's mean and deviation must be known before the first tile.</summary>
    public bool NeedsSamples => Features.Standardise == Standardisation.Image;

    /// <summary>What filters see of a stored sample.</summary>
    public SampleMap Map => Features.Standardise == Standardisation.Image && Samples is not null ? SampleMap.Of(Samples) : default;

    /// <summary>The pixels whose rows are gathered for training; null where none are.</summary>
    public LabelledPixels? Labels { get; init; }

    /// <summary>
    /// How many rows the whole training set has, where they stay on the device that gathers them; 0 where the rows come down, tile by tile.
    /// </summary>
    public long ResidentRows { get; init; }

    /// <summary>
    /// What is done with tiles: gather where pixels are labelled, predict where there are trees, and otherwise compute the planes.
    /// </summary>
    public TileVerb Verb => Labels is not null ? TileVerb.Gather : Forest is not null ? TileVerb.Predict : TileVerb.Features;

    /// <summary>Number of deep planes.</summary>
    public int DeepChannels => Deep?.Description.Channels ?? 0;

    /// <summary>Number of all planes: features times channels, then the deep ones.</summary>
    public int PlaneCount => (Features.Names.Count * Channels) + DeepChannels;
}
