namespace FastSeg;

/// <summary>One kind of buffer of a plan.</summary>
/// <param name="Name">What it holds.</param>
/// <param name="BytesEach">Bytes of one.</param>
/// <param name="Count">How many there are.</param>
/// <param name="Phase">When they exist.</param>
public sealed record PlanItem(string Name, long BytesEach, int Count, PlanPhase Phase)
{
    /// <summary>Bytes of all of them.</summary>
    public long Bytes => BytesEach * Count;
}
