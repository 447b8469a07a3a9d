namespace FastSeg;

/// <summary>An image that a model was trained on.</summary>
/// <param name="Name">The name of its file, without the folder.</param>
/// <param name="Width">Columns.</param>
/// <param name="Height">Rows.</param>
public sealed record ModelImage(string Name, long Width, long Height);
