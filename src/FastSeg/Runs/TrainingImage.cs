namespace FastSeg;

/// <summary>One image of a training set and the labels drawn on it; the caller keeps owning both.</summary>
/// <param name="Image">The image.</param>
/// <param name="Labels">One channel of uint8 or uint16 of the same size: 0 unlabelled, every other value a class.</param>
public sealed record TrainingImage(ImageReader Image, ImageReader Labels);
