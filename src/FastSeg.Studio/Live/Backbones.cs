using FastSeg.Studio.Projects;
using FastSeg.Studio.Settings;

namespace FastSeg.Studio.Live;

/// <summary>
/// The transformers that a project uses, each opened once, and the projections of their features. A backbone's own projection is used where
/// its folder has one; otherwise one is fitted to the images that are labelled first, and kept in the project. One thread uses it.
/// </summary>
/// <param name="project">The project.</param>
internal sealed class Backbones(Project project) : IDisposable
{
    private readonly Dictionary<string, Backbone> _open = new(StringComparer.Ordinal);

    /// <summary>The deep features that a project asks for.</summary>
    /// <param name="settings">The project's settings, which name a backbone.</param>
    /// <param name="labelled">The images to which a projection is fitted, where there is none yet.</param>
    /// <param name="options">Threads and cancellation.</param>
    /// <exception cref="FastSegException">The folder holds no backbone, or the projection cannot be fitted or written.</exception>
    public DeepOptions Options(ProjectSettings settings, IReadOnlyList<PreparedImage> labelled, ComputeOptions options)
    {
        DeepOptions deep = settings.DeepOptions(Open(settings));
        if (deep.ChooseProjection().Stored is not null)
        {
            return deep;
        }
        string path = FittedProjection.PathOf(project.Folder, settings.Deep!);
        if (!File.Exists(path))
        {
            InteractiveTraining.FitProjection(labelled, deep, settings.Features(), settings.Training(), options).Save(path);
        }
        return deep with { Projection = ProjectionFile.Load(path) };
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (Backbone backbone in _open.Values)
        {
            backbone.Dispose();
        }
        _open.Clear();
    }

    private Backbone Open(ProjectSettings settings)
    {
        string folder = settings.Deep!;
        if (!_open.TryGetValue(folder, out Backbone? backbone))
        {
            _open[folder] = backbone = settings.OpenBackbone()!;
        }
        return backbone;
    }
}
