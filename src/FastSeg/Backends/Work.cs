using FastSeg.Deep;
using FastSeg.Forest;

namespace FastSeg.Backends;

/// <summary>What a run computes of an image, whatever computes it.</summary>
/// <param name="Image">The image.</param>
/// <param name="Features">Classical features.</param>
/// <param name="Channels">Channels the model sees.</param>
/// <param name="Deep">Deep features behind them, or null.</param>
/// <param name="Forest">The trees; null where only features are wanted.</param>
internal sealed record Work(ImageReader Image, FeatureSpec Features, int Channels, DeepModel? Deep, DecisionForest? Forest)
{
    /// <summary>Whether the trees' margins are wanted besides labels: for probabilities or confidence.</summary>
    public bool Margins { get; init; }

    /// <summary>The pixels whose rows are collected for training, or null.</summary>
    public LabelledPixels? Labels { get; init; }

    /// <summary>
    /// Rows of the whole training set where they stay on the device that gathers them; 0 where they come down, tile by tile.
    /// </summary>
    public long ResidentRows { get; init; }

    /// <summary>
    /// What is done with tiles: labelled pixels are gathered, trees predict, and otherwise the planes themselves are wanted.
    /// </summary>
    public TileVerb Verb => Labels is not null ? TileVerb.Gather : Forest is not null ? TileVerb.Predict : TileVerb.Features;

    /// <summary>Deep planes.</summary>
    public int DeepChannels => Deep?.Description.Channels ?? 0;

    /// <summary>All planes.</summary>
    public int PlaneCount => (Features.Names.Count * Channels) + DeepChannels;
}
