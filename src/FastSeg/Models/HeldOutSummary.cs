namespace FastSeg;

/// <summary>What a model keeps of its held-out score: how labelled pixels fared in models that had not been trained on them.</summary>
/// <param name="Folds">How many models were trained for it.</param>
/// <param name="OfImages">Whether whole images were held out; otherwise strokes were.</param>
/// <param name="MeanIou">Mean over the classes of the intersection over union, with the smoothing that the model keeps.</param>
/// <param name="Smoothings">The same for every smoothing that was tried.</param>
public sealed record HeldOutSummary(int Folds, bool OfImages, double MeanIou, IReadOnlyList<SmoothingScore> Smoothings);
