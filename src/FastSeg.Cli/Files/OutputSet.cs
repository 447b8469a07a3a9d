namespace FastSeg.Cli.Files;

/// <summary>The open outputs of one image; nothing is left of them unless the run commits them.</summary>
internal sealed class OutputSet : IDisposable
{
    /// <summary>Creates the writers; what is created already is removed again where one of them fails.</summary>
    /// <param name="segmenter">What segments.</param>
    /// <param name="image">The image.</param>
    /// <param name="options">Region and label values.</param>
    /// <param name="paths">Where results go.</param>
    /// <param name="probabilities">The probabilities' type; null where they are not wanted.</param>
    /// <param name="zarr">How an OME-Zarr is written.</param>
    /// <param name="pyramid">Whether TIFFs hold smaller sizes, too.</param>
    /// <param name="inside">The input in whose own Zarr the labels go; null where they do not.</param>
    public OutputSet(
        Segmenter segmenter, ImageInfo image, SegmentOptions options, OutputPaths paths, SampleType? probabilities, OmeZarrOptions zarr,
        bool pyramid, ImageReader? inside = null)
    {
        try
        {
            ImageLayout labels = Sized(segmenter.LabelLayout(image, options));
            Outputs = new SegmentOutputs
            {
                Labels = inside is null
                    ? ImageFile.Create(paths.Labels, labels, zarr)
                    : ImageFile.CreateLabels(inside, Path.GetFileName(paths.Labels), labels, zarr),
            };
            if (paths.Probabilities is not null && probabilities is { } type)
            {
                Outputs = Outputs with
                {
                    Probabilities = ImageFile.Create(paths.Probabilities, Sized(segmenter.ProbabilityLayout(image, type, options)), zarr),
                };
            }
            if (paths.Confidence is not null)
            {
                Outputs = Outputs with
                {
                    Confidence = ImageFile.Create(paths.Confidence, Sized(segmenter.ConfidenceLayout(image, options)), zarr),
                };
            }
        }
        catch
        {
            Dispose();
            throw;
        }

        ImageLayout Sized(ImageLayout layout) => layout with { Pyramid = pyramid };
    }

    /// <summary>The writers, as the segmenter takes them.</summary>
    public SegmentOutputs Outputs { get; } = new();

    public void Dispose()
    {
        foreach (ImageWriter writer in Outputs.Writers)
        {
            writer.Dispose();
        }
    }
}
