using FastSeg.Images;

namespace FastSeg.Features;

/// <summary>
/// The image itself as floats, for the rows of one band and a margin around them: scale 0, and what the membrane looks at. Descends a
/// panel in step with <see cref="Blur{TLanes,TVector}"/>.
/// </summary>
internal sealed unsafe class PixelWindow<TLanes, TVector>
    where TLanes : struct, ILanes<TVector>
    where TVector : struct
{
    private const int BlockRows = Blur<TLanes, TVector>.BlockRows;

    private readonly int _margin;
    private readonly int _leftMargin;
    private readonly float* _pixels;
    private PixelSource _source;
    private Region _panel;
    private long _nextRow;

    /// <summary>Carves the window for panels up to <paramref name="maxWidth"/> wide and filters that look <paramref name="margin"/> pixels far.</summary>
    public PixelWindow(Arena arena, int margin, int maxWidth)
    {
        _margin = Math.Max(margin, Blur<TLanes, TVector>.Border);
        _leftMargin = (_margin + Arena.Line - 1) / Arena.Line * Arena.Line;
        int lines = (((maxWidth + Arena.Line - 1) / Arena.Line) + (2 * _leftMargin / Arena.Line)) | 1;
        // An odd number of cache lines a row: rows then start in different sets of the L1 cache.
        Stride = lines * Arena.Line;
        _pixels = arena.Floats((long)Rows * Stride);
    }

    /// <summary>Floats from a row to the next.</summary>
    public int Stride { get; }

    private int Rows => BlockRows + (2 * _margin);

    /// <summary>Column 0 of window row 0 of a blur's window; see <see cref="Blur{TLanes,TVector}.Window"/>.</summary>
    public float* BlurRow0 => _pixels + ((nint)(_margin - Blur<TLanes, TVector>.Border) * Stride) + _leftMargin;

    /// <summary>Begins a panel.</summary>
    public void Start(in PixelSource source, Region panel)
    {
        _source = source;
        _panel = panel;
        _nextRow = panel.Y - (2 * Blur<TLanes, TVector>.Border) - _margin;
    }

    /// <summary>Moves down to the next band. Rows of the last band that are still looked at are kept.</summary>
    public void Step()
    {
        long top = _panel.Y - (2 * Blur<TLanes, TVector>.Border) - _margin;
        int kept = 0;
        if (_nextRow > top)
        {
            kept = Rows - BlockRows;
            Buffer.MemoryCopy(_pixels + ((nint)BlockRows * Stride), _pixels, long.MaxValue, (long)kept * Stride * sizeof(float));
        }
        for (int row = kept; row < Rows; row++, _nextRow++)
        {
            PixelRows<TLanes, TVector>.Read(_source, _nextRow, _panel.X - _leftMargin, Stride, _pixels + ((nint)row * Stride));
        }
    }
}
