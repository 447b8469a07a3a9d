namespace FastSeg;

/// <summary>What a model keeps of the samples that it was trained on, so that other images can be compared with them.</summary>
/// <param name="Images">The training images, in their order.</param>
/// <param name="Planes">Mean and deviation of a few feature planes over the labelled pixels.</param>
public sealed record TrainingData(IReadOnlyList<ImageData> Images, IReadOnlyList<PlaneStatistics> Planes);

/// <summary>Mean and deviation of a feature plane.</summary>
/// <param name="Name">The plane's name.</param>
/// <param name="Mean">The mean of its values.</param>
/// <param name="Deviation">Their population standard deviation.</param>
public sealed record PlaneStatistics(string Name, double Mean, double Deviation);
