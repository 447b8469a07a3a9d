namespace FastSeg.Deep.Rewriting;

/// <summary>What a value of a graph was when the graph ran: its shape and its numbers.</summary>
/// <param name="Shape">Its sides.</param>
/// <param name="Numbers">Its numbers, row-major.</param>
internal sealed record ProbedValue(IReadOnlyList<long> Shape, float[] Numbers)
{
    /// <summary>Numbers of a token where the value is 1 x tokens x numbers; 0 where it is something else.</summary>
    public int TokenWidth(int tokens) => Shape is [1, var rows, var width] && rows == tokens ? (int)width : 0;
}
