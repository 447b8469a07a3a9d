namespace FastSeg.Studio.Projects;

/// <summary>A page that can be drawn on.</summary>
/// <param name="Image">The image's id.</param>
/// <param name="Page">The page, from 1.</param>
internal readonly record struct LabelPage(string Image, int Page);
