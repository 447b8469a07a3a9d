namespace FastSeg;

/// <summary>
/// What training finds out from labelled pixels that it holds out: each fold of them is labelled by a model that was trained on the other
/// folds, so up to five more models are trained. From four images on a fold is made of whole images, otherwise of strokes.
/// </summary>
public enum HeldOut
{
    /// <summary>Nothing; only the model is trained.</summary>
    Nothing,

    /// <summary>How many of them get their label: <see cref="TrainingResult.HeldOut"/>.</summary>
    Score,

    /// <summary>The same, and which smoothing of the probabilities suits the images: the model keeps it.</summary>
    ChooseSmoothing,
}
