namespace FastSeg.Sessions;

/// <summary>What a session computes of every frame.</summary>
/// <param name="Model">The model; null where only features are computed.</param>
/// <param name="Backbone">The transformer of its deep features, or null.</param>
/// <param name="Features">Classical features.</param>
/// <param name="Channels">Channels whose features are computed: 1 or 3.</param>
internal sealed record FrameJob(Model? Model, Backbone? Backbone, FeatureSpec Features, int Channels)
{
    /// <summary>Names of all planes.</summary>
    public IReadOnlyList<string> PlaneNames =>
        [.. Features.PlaneNames(Channels), .. Enumerable.Range(0, Model?.DeepChannels ?? 0).Select(i => $"deep_{i}")];

    /// <summary>
    /// Whether buffers depend on more than the frame's shape, so that every frame makes its own: those of the transformer and of
    /// neighbourhoods.
    /// </summary>
    public bool IsMadePerFrame => Model?.Deep is not null || Features.Standardise == Standardisation.Local;
}
