using FastSeg.Images;

namespace FastSeg.Features;

/// <summary>
/// The image itself as floats, laid out like a window of <see cref="Blur{TLanes,TVector}"/> and descending a panel in step with it:
/// scale 0.
/// </summary>
internal sealed unsafe class PixelWindow<TLanes, TVector>
    where TLanes : struct, ILanes<TVector>
    where TVector : struct
{
    private const int BlockRows = Blur<TLanes, TVector>.BlockRows;

    private const int Border = Blur<TLanes, TVector>.Border;

    // Column 0 begins a cache line, so that the planes' vectors are aligned here too.
    private const int Left = Arena.Line;

    private readonly float* _pixels;
    private PixelSource _source;
    private Region _panel;
    private long _nextRow;

    /// <summary>Carves the window for panels up to <paramref name="maxWidth"/> wide.</summary>
    public PixelWindow(Arena arena, int maxWidth)
    {
        // An odd number of cache lines a row: rows then start in different sets of the L1 cache.
        Stride = ((((maxWidth + Arena.Line - 1) / Arena.Line) + 2) | 1) * Arena.Line;
        _pixels = arena.Floats(((long)Blur<TLanes, TVector>.WindowRows * Stride) + TLanes.Count);
    }

    /// <summary>Floats from a row to the next.</summary>
    public int Stride { get; }

    /// <summary>The window's first row, from column -2 on.</summary>
    public float* Window => _pixels + Left - Border;

    /// <summary>Begins a panel.</summary>
    public void Start(in PixelSource source, Region panel)
    {
        _source = source;
        _panel = panel;
        _nextRow = panel.Y - (3 * Border);
    }

    /// <summary>Moves down to the next band. Rows of the last band that are still looked at are kept.</summary>
    public void Step()
    {
        int kept = 0;
        if (_nextRow > _panel.Y)
        {
            kept = 2 * Border;
            Buffer.MemoryCopy(_pixels + ((nint)BlockRows * Stride), _pixels, long.MaxValue, (long)kept * Stride * sizeof(float));
        }
        for (int row = kept; row < Blur<TLanes, TVector>.WindowRows; row++, _nextRow++)
        {
            int count = (int)_panel.Width + (2 * Left);
            PixelRows<TLanes, TVector>.Read(_source, _nextRow, _panel.X - Left, count, _pixels + ((nint)row * Stride));
        }
    }
}
