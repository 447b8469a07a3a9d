using FastSeg.Deep;
using FastSeg.Images.Samples;

namespace FastSeg.Models;

/// <summary>What a model is made of, before it is known whether the parts fit each other; making a model of them checks that.</summary>
internal sealed record ModelParts
{
    /// <summary>The features its trees look at.</summary>
    public required FeatureSpec Features { get; init; }

    /// <summary>The channels of its images: one of grey images, those of RGB, or others.</summary>
    public required ChannelSet Channels { get; init; }

    /// <summary>How its training images were opened.</summary>
    public ImageOptions Opening { get; init; } = ImageOptions.Default;

    /// <summary>Its deep features, if it has any.</summary>
    public DeepModel? Deep { get; init; }

    /// <summary>Its classes, by ascending label value.</summary>
    public required IReadOnlyList<ModelClass> Classes { get; init; }

    /// <summary>How it was trained; null for an imported one.</summary>
    public TrainingOptions? Training { get; init; }

    /// <summary>The images it was trained on; null where the file does not say.</summary>
    public IReadOnlyList<ModelImage>? Images { get; init; }

    /// <summary>Mean and deviation of the samples of all training images, merged in order; null where the file does not say.</summary>
    public SampleStatistics? Samples { get; init; }

    /// <summary>What is known of the training images' samples; null where the file does not say.</summary>
    public TrainingData? Data { get; init; }

    /// <summary>What is done to the probabilities.</summary>
    public Smoothing Smoothing { get; init; } = Smoothing.None;

    /// <summary>How labelled pixels that were held out from training fared; null where none were.</summary>
    public HeldOutSummary? HeldOut { get; init; }

    /// <summary>Where its trees were imported from; null for one that was trained here.</summary>
    public ForestOrigin? Origin { get; init; }

    /// <summary>Version of the XGBoost that trained it or saved its trees.</summary>
    public required string XgboostVersion { get; init; }

    /// <summary>The trees as XGBoost's UBJSON.</summary>
    public required byte[] ForestBytes { get; init; }

    /// <summary>Rows of features and the probabilities they must give.</summary>
    public required SelfTest SelfTest { get; init; }
}
