namespace FastSeg;

/// <summary>What 8 bits do to one linear layer, the layers before it being as they were.</summary>
/// <param name="Name">What the graph calls the layer.</param>
/// <param name="Rows">Numbers of a row of its input.</param>
/// <param name="Columns">Numbers of a row of its result.</param>
/// <param name="Error">Root mean square of the difference over that of the result, over all sample windows.</param>
/// <param name="IsBytes">Whether it was rewritten; otherwise it stays in float32, because the error is too large.</param>
public sealed record BackboneLayer(string Name, int Rows, int Columns, double Error, bool IsBytes);
