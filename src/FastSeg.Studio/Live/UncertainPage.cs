namespace FastSeg.Studio.Live;

/// <summary>How uncertain the newest model is of a page.</summary>
/// <param name="Image">The image's id.</param>
/// <param name="Page">Its page, from 1.</param>
/// <param name="Uncertainty">
/// The mean, over the middle of the page, of 1 - probability of the class that a pixel got: 0 where all is certain.
/// </param>
internal sealed record UncertainPage(string Image, int Page, double Uncertainty);
