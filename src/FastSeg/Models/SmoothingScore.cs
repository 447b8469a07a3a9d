namespace FastSeg;

/// <summary>How a smoothing of the probabilities fared on labelled pixels that were held out from training.</summary>
/// <param name="Smoothing">What was done to the probabilities.</param>
/// <param name="MeanIou">Mean over the classes of the intersection over union.</param>
public sealed record SmoothingScore(Smoothing Smoothing, double MeanIou);
