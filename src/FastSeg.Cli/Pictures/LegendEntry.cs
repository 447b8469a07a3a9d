namespace FastSeg.Cli.Pictures;

/// <summary>A class in a legend.</summary>
/// <param name="Colour">Its colour.</param>
/// <param name="Name">Its name.</param>
/// <param name="Amount">How much there is of it: "45.8 %".</param>
internal sealed record LegendEntry((byte Red, byte Green, byte Blue) Colour, string Name, string Amount);
