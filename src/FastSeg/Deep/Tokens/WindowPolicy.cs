namespace FastSeg.Deep;

/// <summary>How windows are laid over an image; kept in the model, because features depend on it.</summary>
/// <param name="Tokens">Cells of a window's side.</param>
/// <param name="Overlap">Cells that neighbouring windows share.</param>
/// <param name="FlipAverage">Whether tokens are averaged over the four flips of a window.</param>
internal sealed record WindowPolicy(int Tokens, int Overlap, bool FlipAverage)
{
    private const int DefaultOverlap = 12, SmallShare = 3;

    /// <summary>Cells from one window to the next.</summary>
    public int Stride => Tokens - Overlap;

    /// <summary>
    /// The usual overlap of 12 cells, or a third of a window where that is less: with 12 of 13 cells, every cell would be in 169 windows.
    /// </summary>
    public static WindowPolicy Usual(int tokens, bool flipAverage) => new(tokens, Math.Min(DefaultOverlap, tokens / SmallShare), flipAverage);

    /// <summary>Refuses sizes that give no grid.</summary>
    /// <exception cref="FastSegException">The window is empty, or windows overlap by their whole size.</exception>
    public void Check()
    {
        if (Tokens < 1 || Overlap < 0 || Overlap >= Tokens)
        {
            throw new FastSegException($"Windows of {Tokens} cells that overlap by {Overlap} cover nothing; a window needs at least one cell, and an overlap smaller than it.");
        }
    }
}

/// <summary>
/// Windows along one axis of an image's cells: one grid whose phase starts at 0, the last window moved inwards to end at the border.
/// An axis of at most one window's cells is one window (of just these cells, or of the fixed size that the graph takes).
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
    /// Weight of cell <paramref name="i"/> of a window in the blend: ramps of the overlap's length, none on a side that ends at the
    /// image's border.
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
