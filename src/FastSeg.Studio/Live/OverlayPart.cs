namespace FastSeg.Studio.Live;

/// <summary>A part of a page that was segmented just now.</summary>
/// <param name="Image">The image's id.</param>
/// <param name="Page">Its page, from 1.</param>
/// <param name="Which">Which result it belongs to: live, or the one that was kept to compare with.</param>
/// <param name="Model">The number of the model.</param>
/// <param name="Region">The part, in pixels of the page.</param>
/// <param name="Done">Whether all that is on screen is up to date with it.</param>
internal sealed record OverlayPart(string Image, int Page, Which Which, int Model, Region Region, bool Done);
