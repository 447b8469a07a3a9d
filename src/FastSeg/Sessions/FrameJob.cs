using FastSeg.Images.Samples;

namespace FastSeg.Sessions;

/// <summary>What a session computes of every frame.</summary>
/// <param name="Model">The model; null where only features are computed.</param>
/// <param name="Backbone">The transformer of its deep features, or null.</param>
/// <param name="Features">Classical features.</param>
/// <param name="Channels">Channels whose features are computed.</param>
internal sealed record FrameJob(Model? Model, Backbone? Backbone, FeatureSpec Features, ChannelSet Channels)
{
    /// <summary>Names of all planes.</summary>
    public IReadOnlyList<string> PlaneNames => Model?.PlaneNames ?? Channels.PlaneNames(Features.Names);

    /// <summary>
    /// Whether buffers depend on more than the frame's shape, so that every frame makes its own: those of the transformer and of
    /// neighbourhoods.
    /// </summary>
    public bool IsMadePerFrame => Model?.Deep is not null || Features.Standardise == Standardisation.Local;
}
