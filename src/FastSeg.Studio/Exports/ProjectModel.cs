using FastSeg.Studio.Projects;
using FastSeg.Studio.Settings;

namespace FastSeg.Studio.Exports;

/// <summary>The final model of a project: trained on all its labels, as the command line would.</summary>
internal static class ProjectModel
{
    public const string FileName = "model.fastseg";

    /// <summary>Whether labelled pixels are held out, which takes several trainings: only where they choose the smoothing.</summary>
    public static bool HoldsOut(ProjectSettings settings) => settings.Smooth == "auto";

    /// <summary>The deep features of an open backbone, by the projection of the project where it has one of its own.</summary>
    /// <exception cref="FastSegException">The projection is damaged.</exception>
    public static DeepOptions Deep(ProjectSettings settings, string folder, Backbone backbone) => settings.DeepOptions(backbone) with
    {
        Projection = FittedProjection.Of(folder, settings) is { } file ? ProjectionFile.Load(file) : null,
    };

    /// <summary>Trains.</summary>
    /// <param name="project">The project.</param>
    /// <param name="folder">The project's folder.</param>
    /// <param name="backbone">The open backbone of its settings, or null.</param>
    /// <param name="options">Threads, memory, progress, cancellation.</param>
    /// <exception cref="FastSegException">
    /// Fewer than two classes are labelled, an image is missing, or the memory is not enough.
    /// </exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static TrainingResult Train(ProjectSnapshot project, string folder, Backbone? backbone, ComputeOptions options)
    {
        if (project.Drawn.Count < 2)
        {
            throw new FastSegException("A model needs labels of at least two classes; draw a few strokes of each.");
        }
        if (project.Labelled.FirstOrDefault(page => page.Image.Failure is not null) is { } failed)
        {
            throw new FastSegException($"The model needs {failed.Image.Name}, which has labels: {failed.Image.Failure}");
        }
        ProjectSettings settings = project.Settings;
        DeepOptions? deep = backbone is null ? null : Deep(settings, folder, backbone);
        var images = new List<TrainingImage>();
        try
        {
            foreach (DrawnPage page in project.Labelled)
            {
                ImageReader image = ImageFile.Open(page.Image.PagePath(page.Page));
                images.Add(new TrainingImage(image, page.Labels.Reader($"the labels of {image.Info.Name}")));
            }
            return Segmenter.Train(
                images, settings.Features(), settings.Training(), [.. project.Drawn.Select(one => one.Name)], options, deep,
                Smoothing(settings), HoldsOut(settings) ? HeldOut.ChooseSmoothing : HeldOut.Nothing);
        }
        finally
        {
            images.ForEach(image => image.Image.Dispose());
        }
    }

    /// <summary>What the model does to probabilities; null where held-out pixels choose it.</summary>
    private static Smoothing? Smoothing(ProjectSettings settings) => settings.Smooth switch
    {
        "guided" => FastSeg.Smoothing.Guided(),
        "safe" => FastSeg.Smoothing.Safe,
        "auto" => null,
        _ => FastSeg.Smoothing.None,
    };
}
