using System.Collections.Immutable;
using FastSeg.Studio.Labels;

namespace FastSeg.Studio.Projects;

/// <summary>
/// Labels and classes at one version. A state never changes; an operation makes the next one, which shares what is the same. So a
/// failure on the way leaves nothing half done, and readers need no lock.
/// </summary>
/// <param name="Pages">The pages that were drawn on.</param>
/// <param name="Classes">The classes in the order shown.</param>
internal sealed record ProjectState(ImmutableDictionary<LabelPage, LabelRaster> Pages, ImmutableArray<ProjectClass> Classes)
{
    /// <summary>A project without labels and classes.</summary>
    public static ProjectState Empty { get; } = new(ImmutableDictionary<LabelPage, LabelRaster>.Empty, []);
}
