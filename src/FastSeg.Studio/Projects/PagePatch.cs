using FastSeg.Studio.Labels;

namespace FastSeg.Studio.Projects;

/// <summary>What a step painted over on a page.</summary>
internal readonly record struct PagePatch(LabelPage Page, LabelPatch Patch);
