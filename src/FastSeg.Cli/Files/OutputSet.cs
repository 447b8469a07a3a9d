using FastSeg.Files.Runs;
using FastSeg.Images.Zarr;

namespace FastSeg.Cli.Files;

/// <summary>The open outputs of one image; nothing is left of them unless the run commits them.</summary>
internal sealed class OutputSet : IDisposable
{
    private RunFolder? _folder;

    /// <summary>Creates the writers; what is created already is removed again where one of them fails.</summary>
    /// <param name="segmenter">What segments.</param>
    /// <param name="image">The image, or the first of a stack.</param>
    /// <param name="options">Region and label values.</param>
    /// <param name="paths">Where results go.</param>
    /// <param name="form">How they are written.</param>
    /// <param name="start">The run, where its results stay until they are whole; null where a run that fails leaves nothing.</param>
    public OutputSet(
        Segmenter segmenter, ImageReader image, SegmentOptions options, OutputPaths paths, OutputForm form, RunStart? start = null)
    {
        RunFolder Make(string path) => _folder = new RunFolder(path, start);
        try
        {
            ImageLayout labels = form.LayoutOf(segmenter.LabelLayout(image.Info, options));
            Outputs = new SegmentOutputs
            {
                Labels = form.IntoInput
                    ? ImageFile.CreateLabels(image, Path.GetFileName(paths.Labels), labels, form.Zarr, start is null ? null : Make)
                    : ImageFile.Create(paths.Labels, labels, form.Zarr, start is null ? null : Make(paths.Labels)),
            };
            Outputs = Outputs with { Folder = _folder };
            if (paths.Probabilities is not null && form.Probabilities is { } type)
            {
                ImageLayout layout = form.LayoutOf(segmenter.ProbabilityLayout(image.Info, type, options));
                Outputs = Outputs with { Probabilities = ImageFile.Create(paths.Probabilities, layout, form.Zarr, _folder) };
            }
            if (paths.Confidence is not null)
            {
                ImageLayout layout = form.LayoutOf(segmenter.ConfidenceLayout(image.Info, options));
                Outputs = Outputs with { Confidence = ImageFile.Create(paths.Confidence, layout, form.Zarr, _folder) };
            }
            _folder?.Kept.Forget();
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Makes the folder of a run that writes nothing yet, where its labels would go; the caller disposes it.</summary>
    public static RunFolder MakeFolder(
        Segmenter segmenter, ImageReader image, SegmentOptions options, OutputPaths paths, OutputForm form, RunStart start) =>
        form.IntoInput
        ? LabelGroup.MakeFolder(
            image, Path.GetFileName(paths.Labels), form.LayoutOf(segmenter.LabelLayout(image.Info, options)), form.Zarr,
            path => new RunFolder(path, start))
        : new RunFolder(paths.Labels, start);

    /// <summary>The writers, as the segmenter takes them.</summary>
    public SegmentOutputs Outputs { get; } = new();

    /// <summary>Pixels that need not be computed: earlier starts have them in all results, or other blocks do.</summary>
    public long LeftOut => Outputs.Writers.Min(writer => writer.LeftOut);

    public void Dispose()
    {
        foreach (ImageWriter writer in Outputs.Writers)
        {
            writer.Dispose();
        }
        _folder?.Dispose();
    }
}
