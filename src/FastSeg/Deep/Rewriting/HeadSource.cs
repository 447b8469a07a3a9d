namespace FastSeg.Deep.Rewriting;

/// <summary>Where an attention's queries, keys or values come from.</summary>
/// <param name="Value">The value that holds them: batch x tokens x width.</param>
/// <param name="Width">Its numbers a token.</param>
/// <param name="Offset">Which of a token's numbers is the first head's first.</param>
/// <param name="Scale">By what they are multiplied.</param>
/// <param name="Rotary">The rotation of each token's heads by its position; null where there is none.</param>
internal sealed record HeadSource(string Value, int Width, int Offset, double Scale, RotaryTable? Rotary = null);

/// <summary>
/// Cosines and sines of rotary positions, and where in the graph they are: tokens x numbers, for half of a head's numbers or all of them.
/// </summary>
/// <param name="Cosines">The value that holds the cosines.</param>
/// <param name="Sines">The value that holds the sines.</param>
/// <param name="Width">Numbers a token.</param>
/// <param name="Half">Half of a head's numbers.</param>
/// <param name="Skipped">Tokens in front that are not rotated and have no row in the tables.</param>
/// <param name="Interleaved">Whether numbers 2 i and 2 i + 1 are rotated together; otherwise i and i + half.</param>
internal sealed record RotaryTable(string Cosines, string Sines, int Width, int Half, int Skipped, bool Interleaved);
