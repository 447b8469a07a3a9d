using FastSeg.Studio.Settings;

namespace FastSeg.Studio.Projects;

/// <summary>What a start of the studio brings to a project.</summary>
internal sealed record ProjectSeed
{
    /// <summary>Images, and folders of images; those that the project has already are not added again.</summary>
    public IReadOnlyList<string> Images { get; init; } = [];

    /// <summary>The classes of a new project; those with values 1 and 2 where none are given.</summary>
    public IReadOnlyList<ProjectClass> Classes { get; init; } = [];

    /// <summary>Settings; null for those that the project has.</summary>
    public ProjectSettings? Settings { get; init; }
}
