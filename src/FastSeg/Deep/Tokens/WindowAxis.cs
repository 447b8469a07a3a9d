namespace FastSeg.Deep.Tokens;

/// <summary>
/// Windows along one axis of an image's cells. The first one starts at cell 0; the last one is moved inwards to end at the border. An axis
/// no longer than a window has one: of its own length, or of the fixed size that the graph takes.
/// </summary>
internal readonly struct WindowAxis
{
    private readonly long _cells;
    private readonly int _overlap;
    private readonly int _stride;

    /// <summary>Lays windows over an axis.</summary>
    /// <param name="cells">Cells of the image.</param>
    /// <param name="policy">Size and overlap.</param>
    /// <param name="fixedSize">Whether every window must have the policy's size.</param>
    public WindowAxis(long cells, WindowPolicy policy, bool fixedSize)
    {
        _cells = cells;
        _overlap = policy.Overlap;
        _stride = policy.Stride;
        Size = fixedSize ? policy.Tokens : (int)Math.Min(policy.Tokens, cells);
        Count = cells <= Size ? 1 : ((cells - Size + _stride - 1) / _stride) + 1;
    }

    /// <summary>Cells of a window.</summary>
    public int Size { get; }

    /// <summary>Windows.</summary>
    public long Count { get; }

    /// <summary>First cell of a window.</summary>
    public long Start(long window) => Math.Max(0, Math.Min(window * _stride, _cells - Size));

    /// <summary>
    /// Weight of cell <paramref name="i"/> of a window in the blend. It ramps up over the overlap at either side, but not at a side that
    /// ends at the image's border.
    /// </summary>
    public float Weight(long window, int i)
    {
        long start = Start(window);
        double weight = 1;
        if (start > 0)
        {
            weight = Math.Min(weight, (i + 1) / (_overlap + 1.0));
        }
        if (start + Size < _cells)
        {
            weight = Math.Min(weight, (Size - i) / (_overlap + 1.0));
        }
        return (float)weight;
    }
}
