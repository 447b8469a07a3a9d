namespace FastSeg.Cli.Files;

/// <summary>The open outputs of one image; nothing is left of them unless the run commits them.</summary>
internal sealed class OutputSet : IDisposable
{
    /// <summary>Creates the writers; what is created already is removed again where one of them fails.</summary>
    public OutputSet(Segmenter segmenter, ImageInfo image, SegmentOptions options, OutputPaths paths, SampleType? probabilities)
    {
        try
        {
            Outputs = new SegmentOutputs { Labels = ImageFile.Create(paths.Labels, segmenter.LabelLayout(image, options)) };
            if (paths.Probabilities is not null && probabilities is { } type)
            {
                Outputs = Outputs with
                {
                    Probabilities = ImageFile.Create(paths.Probabilities, segmenter.ProbabilityLayout(image, type, options)),
                };
            }
            if (paths.Confidence is not null)
            {
                Outputs = Outputs with { Confidence = ImageFile.Create(paths.Confidence, segmenter.ConfidenceLayout(image, options)) };
            }
        }
        catch
        {
            Dispose();
            throw;
        }
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
