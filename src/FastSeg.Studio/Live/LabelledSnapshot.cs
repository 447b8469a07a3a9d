using FastSeg.Studio.Labels;

namespace FastSeg.Studio.Live;

/// <summary>The labels of one page at one time.</summary>
/// <param name="Image">The image's id.</param>
/// <param name="Page">Its page, from 1.</param>
/// <param name="Raster">The labels, which do not change any more.</param>
internal sealed record LabelledSnapshot(string Image, int Page, LabelRaster Raster);
