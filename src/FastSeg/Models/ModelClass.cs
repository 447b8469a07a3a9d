namespace FastSeg.Models;

/// <summary>One class of a model.</summary>
/// <param name="Value">The label value it was drawn with, 1..65535.</param>
/// <param name="Name">Its name; "class VALUE" where none was given.</param>
/// <param name="Pixels">Pixels it was trained on.</param>
public sealed record ModelClass(int Value, string Name, long Pixels);
