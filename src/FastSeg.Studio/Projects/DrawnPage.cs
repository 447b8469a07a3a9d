using FastSeg.Studio.Labels;

namespace FastSeg.Studio.Projects;

/// <summary>A page that was drawn on.</summary>
/// <param name="Image">The image.</param>
/// <param name="Page">The page, from 1.</param>
/// <param name="Labels">Its labels.</param>
internal sealed record DrawnPage(ProjectImage Image, int Page, LabelRaster Labels);
