using FastSeg.Cli.Pictures;
using FastSeg.Studio.Files;
using FastSeg.Studio.Projects;

namespace FastSeg.Studio.Exports;

/// <summary>
/// What the model's features look like on a page: the first three principal components of the classical ones as red, green and blue;
/// and, where there are deep ones, theirs at low resolution and at full resolution, side by side.
/// </summary>
/// <param name="project">The project.</param>
/// <param name="image">The image's id.</param>
/// <param name="page">The page.</param>
/// <param name="output">The folder for the pictures; null for one below the project.</param>
/// <param name="options">Threads and memory.</param>
internal sealed class FeaturePictures(Project project, string image, int page, string? output, ComputeOptions options)
{
    private readonly WrittenFiles _written = new(project.Folder);

    /// <summary>Makes them.</summary>
    /// <returns>Where they are, in a sentence.</returns>
    /// <exception cref="FastSegException">The page cannot be read, or a picture not written.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled; pictures that were finished stay.</exception>
    public string Run(JobRun job)
    {
        ProjectSnapshot snapshot = project.Snapshot();
        ProjectImage shown = snapshot.Images.FirstOrDefault(one => one.Id == image)
            ?? throw new FastSegException($"The project has no image {image}; open an image, and ask again.");
        string folder = output ?? Path.Combine(project.Folder, WrittenFiles.Features);
        ProjectFolder.Guarded(folder, () => Directory.CreateDirectory(folder));
        string stem = Path.Combine(folder, LabelFiles.Stem(shown, page)), classical = $"{stem}_features.png", deeper = $"{stem}_deep.png";
        using Backbone? backbone = snapshot.Settings.OpenBackbone();
        _written.Check(backbone is null ? [classical] : [classical, deeper], snapshot.Images);
        using ImageReader reader = ImageFile.Open(shown.PagePath(page));
        int pictures = backbone is null ? 1 : 2, passes = backbone is null ? 2 : 3, done = 0;
        job.Begin(0, pictures, $"classical features of {shown.Name}");
        FeatureSpec features = snapshot.Settings.Features();
        var written = new List<string> { Write(classical, FeaturePicture.Of(Pass, reader, features)) };
        if (backbone is not null)
        {
            job.Begin(1, pictures, $"deep features of {shown.Name}");
            DeepOptions deep = ProjectModel.Deep(snapshot.Settings, project.Folder, backbone);
            Picture picture = FeaturePicture.OfDeep(Pass, reader, deep, features.Standardise);
            written.Add(Write(deeper, picture));
        }
        job.Begin(pictures, pictures, "");
        return $"{string.Join(" and ", written)} {(written.Count == 1 ? "is" : "are")} written.";

        RunResult Pass(string what, Func<ComputeOptions, RunResult> run) =>
            run(job.Part(options, (double)done++ / passes, 1.0 / passes));
    }

    private string Write(string path, Picture picture)
    {
        ProjectFolder.Guarded(path, () => Disk.WriteWhole(path, picture.ToPng()));
        _written.Add(path);
        return path;
    }
}
