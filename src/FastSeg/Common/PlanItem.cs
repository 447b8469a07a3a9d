namespace FastSeg;

/// <summary>Buffers of one kind in a plan.</summary>
/// <param name="Name">What they hold.</param>
/// <param name="BytesEach">Bytes of one of them.</param>
/// <param name="Count">How many there are.</param>
/// <param name="Phase">When they exist.</param>
public sealed record PlanItem(string Name, long BytesEach, int Count, PlanPhase Phase)
{
    /// <summary>Bytes of all of them together.</summary>
    public long Bytes => BytesEach * Count;
}
