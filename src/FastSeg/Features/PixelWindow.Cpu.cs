using FastSeg.Simd;

namespace FastSeg.Features;

/// <summary>
/// Scale 0: the image itself as floats, in a window like those of <see cref="Gaussian{TLanes,TVector}"/>, which descends a panel in step
/// with them.
/// </summary>
internal sealed unsafe class PixelWindow<TLanes, TVector>
    where TLanes : struct, ILanes<TVector>
    where TVector : struct
{
    private const int BlockRows = Gaussian<TLanes, TVector>.BlockRows;

    private const int Border = Gaussian<TLanes, TVector>.Border;

    // Column 0 begins a cache line: the vectors that are copied to the planes are then aligned.
    private const int Left = Arena.Line;

    private readonly float* _pixels;
    private PixelSource _source;
    private Region _panel;
    private long _nextRow;

    /// <summary>Carves the window for panels up to <paramref name="maxWidth"/> wide.</summary>
    public PixelWindow(Arena arena, int maxWidth)
    {
        // An odd number of cache lines: rows then start in different sets of the L1 cache.
        Stride = ((((maxWidth + Arena.Line - 1) / Arena.Line) + 2) | 1) * Arena.Line;
        _pixels = arena.Floats(((long)Gaussian<TLanes, TVector>.WindowRows * Stride) + TLanes.Count);
    }

    /// <summary>Floats from a row to the next.</summary>
    public int Stride { get; }

    /// <summary>First row of the window, from column -2 on.</summary>
    public float* Window => _pixels + Left - Border;

    /// <summary>Begins a panel.</summary>
    public void Start(in PixelSource source, Region panel)
    {
        _source = source;
        _panel = panel;
        _nextRow = panel.Y - (3 * Border);
    }

    /// <summary>Moves down to the next band; the rows that both bands look at are kept, the others read.</summary>
    public void Step()
    {
        int kept = 0;
        if (_nextRow > _panel.Y)
        {
            kept = 2 * Border;
            Buffer.MemoryCopy(_pixels + ((nint)BlockRows * Stride), _pixels, long.MaxValue, (long)kept * Stride * sizeof(float));
        }
        for (int row = kept; row < Gaussian<TLanes, TVector>.WindowRows; row++, _nextRow++)
        {
            int count = (int)_panel.Width + (2 * Left);
            Pixels<TLanes, TVector>.Read(_source, _nextRow, _panel.X - Left, count, _pixels + ((nint)row * Stride));
        }
    }
}
