namespace FastSeg.Images.Zarr;

/// <summary>One size of an image.</summary>
/// <param name="Array">Its samples.</param>
/// <param name="Scale">Size of a sample along each axis; empty where none is given.</param>
internal sealed record ZarrLevel(ZarrArray Array, double[] Scale);
