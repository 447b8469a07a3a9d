namespace FastSeg.Studio.Live;

/// <summary>What a person looks at.</summary>
/// <param name="Image">The image's id.</param>
/// <param name="Page">Its page, from 1.</param>
/// <param name="Region">The pixels that are on screen, within the page.</param>
/// <param name="Uncertainty">Whether the page shows how uncertain each label is.</param>
/// <param name="Compare">Whether the page also shows the result that was kept.</param>
internal sealed record View(string Image, int Page, Region Region, bool Uncertainty = false, bool Compare = false);
