namespace FastSeg.Studio.Live;

/// <summary>A model that was trained while a person draws.</summary>
/// <param name="Model">The model.</param>
/// <param name="Number">Counts the trainings since the studio started, from 1.</param>
/// <param name="Version">The version of the project whose labels it was trained on.</param>
/// <param name="Smoothing">What is done to its probabilities on screen.</param>
/// <param name="Backbone">The transformer of its deep features, which the studio owns; null where it has none.</param>
internal sealed record LiveModel(Model Model, int Number, long Version, Smoothing Smoothing, Backbone? Backbone)
{
    /// <summary>What was left out of the training, for the status line; empty where nothing was.</summary>
    public string Note { get; init; } = "";
}
