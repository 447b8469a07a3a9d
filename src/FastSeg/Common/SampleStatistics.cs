namespace FastSeg;

/// <summary>Mean and spread of an image's samples, as they are stored.</summary>
/// <param name="Mean">Their mean.</param>
/// <param name="Deviation">Their population standard deviation.</param>
public readonly record struct SampleStatistics(double Mean, double Deviation);
