namespace FastSeg.Cli.Files;

/// <summary>How the results of an image are written.</summary>
/// <param name="Probabilities">The probabilities' type; null where they are not wanted.</param>
/// <param name="Zarr">How an OME-Zarr is written.</param>
/// <param name="Pyramid">Whether TIFFs hold smaller sizes, too.</param>
internal sealed record OutputForm(SampleType? Probabilities, OmeZarrOptions Zarr, bool Pyramid)
{
    /// <summary>The stack whose results are written together; null for one image.</summary>
    public ImageStack? Stack { get; init; }

    /// <summary>Whether the labels go into the image's own Zarr.</summary>
    public bool IntoInput { get; init; }

    /// <summary>The layout that is written, given that of one image's result.</summary>
    public ImageLayout LayoutOf(ImageLayout one)
    {
        one = one with { Pyramid = Pyramid };
        return Stack?.LayoutOf(one) ?? one;
    }
}
