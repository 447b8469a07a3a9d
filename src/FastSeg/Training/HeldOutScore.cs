namespace FastSeg;

/// <summary>
/// How labelled pixels fared that were held out from training: every one of them was labelled once, by a model that was trained on other
/// images or strokes in the same way.
/// </summary>
public sealed record HeldOutScore
{
    /// <summary>How many models were trained for it.</summary>
    public required int Folds { get; init; }

    /// <summary>Whether whole images were held out; otherwise strokes were, and the score says less about other images.</summary>
    public required bool OfImages { get; init; }

    /// <summary>
    /// The held-out pixels by the value that was drawn and by the value that they were given, with the smoothing that the model keeps.
    /// </summary>
    public required ConfusionMatrix Confusion { get; init; }

    /// <summary>The smoothing that the model keeps.</summary>
    public required Smoothing Smoothing { get; init; }

    /// <summary>Mean over the classes of the intersection over union, counts pooled over folds.</summary>
    public double MeanIou => Confusion.MeanIou();

    /// <summary>The same for every smoothing that was tried; the one that the model keeps is among them.</summary>
    public required IReadOnlyList<SmoothingScore> Smoothings { get; init; }

    /// <summary>Sentences about classes that the score is unjust to.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>What a model keeps of it.</summary>
    internal HeldOutSummary Summary => new(Folds, OfImages, MeanIou, Smoothings);
}
