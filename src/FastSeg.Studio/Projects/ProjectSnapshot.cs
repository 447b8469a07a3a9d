using FastSeg.Studio.Labels;
using FastSeg.Studio.Settings;

namespace FastSeg.Studio.Projects;

/// <summary>What a project held at one version.</summary>
/// <param name="Version">The version.</param>
/// <param name="Images">The images.</param>
/// <param name="Classes">The classes in the order shown.</param>
/// <param name="Settings">The settings.</param>
internal sealed record ProjectSnapshot(
    long Version, IReadOnlyList<ProjectImage> Images, IReadOnlyList<ProjectClass> Classes, ProjectSettings Settings)
{
    /// <summary>The pages with a labelled pixel, in the order of the images and pages.</summary>
    public IReadOnlyList<DrawnPage> Labelled { get; init; } = [];

    /// <summary>The classes with a labelled pixel, by value: those that a model will have.</summary>
    public IReadOnlyList<ProjectClass> Drawn =>
        [.. Classes.Where(one => Labelled.Any(page => page.Labels.Counts[one.Value] > 0)).OrderBy(one => one.Value)];
}
