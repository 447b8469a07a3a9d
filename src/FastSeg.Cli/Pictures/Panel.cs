namespace FastSeg.Cli.Pictures;

/// <summary>A picture of a sheet, with two lines under it.</summary>
/// <param name="Picture">The picture.</param>
/// <param name="Title">What it shows.</param>
/// <param name="Note">What more is to be said.</param>
internal sealed record Panel(Picture Picture, string Title, string Note);
