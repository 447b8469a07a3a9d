using FastSeg.Studio.Projects;

namespace FastSeg.Studio;

/// <summary>Which images are opened, and where their project lies.</summary>
/// <param name="Images">Images, and folders of images.</param>
/// <param name="Folder">The project's folder, which may not exist yet.</param>
/// <param name="FirstRun">Whether it is the sample that a newcomer sees.</param>
internal sealed record StartFolder(IReadOnlyList<string> Images, string Folder, bool FirstRun)
{
    /// <summary>What the command line means.</summary>
    /// <exception cref="FastSegException">There is no sample to show.</exception>
    public static StartFolder Of(StudioOptions options)
    {
        if (options.Project is { } folder)
        {
            return new StartFolder(options.Images, folder, FirstRun: false);
        }
        bool first = options.Images.Count == 0;
        // A missing image is said before a folder is made beside it.
        _ = ImageList.Expand(options.Images).Count();
        return new StartFolder(first ? Studio.FirstRun.Images() : options.Images, ProjectFolder.Default(options.Images), first);
    }
}
