namespace FastSeg;

/// <summary>How much a feature plane helps the trees of a model.</summary>
/// <param name="Name">The plane's name.</param>
/// <param name="Share">Its share of the gain of all splits, 0 to 1.</param>
public sealed record PlaneGain(string Name, double Share);
