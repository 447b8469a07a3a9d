namespace FastSeg;

/// <summary>The oriented lines of the membrane family.</summary>
/// <param name="Patch">Side P of the square patch and length of a line, in pixels; odd.</param>
/// <param name="Angles">Number of lines; neighbouring ones are 180 / Angles degrees apart.</param>
/// <param name="Thickness">Thickness of a line, in pixels.</param>
public sealed record MembraneGeometry(int Patch = 19, int Angles = 30, double Thickness = 1);
