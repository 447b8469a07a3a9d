using FastSeg.Images;
using FastSeg.Images.Samples;
using FastSeg.Simd;

namespace FastSeg.Features;

/// <summary>
/// All filters of all channels on a panel: a strip of a tile, at most <see cref="Band.MaxWidth"/> columns wide. This class hides the vector
/// width, for which its one descendant is compiled twice; the price is a virtual call a band.
/// </summary>
internal abstract class PanelFilters
{
    /// <summary>Panels are a multiple of this many columns wide; a row of a band is then whole vectors for every consumer.</summary>
    public const int WidthStep = 64;

    /// <summary>Floats of the planes of a band.</summary>
    public static long BandFloats(int planes, int maxWidth) => (long)planes * PlaneStride(maxWidth);

    /// <summary>Floats from a plane to the next: an odd number of cache lines, so planes start in different sets of the L1 cache.</summary>
    protected static int PlaneStride(int maxWidth) => (Band.MaxHeight * maxWidth) + Arena.Line;

    /// <summary>Rounds columns up to whole steps of <see cref="WidthStep"/>.</summary>
    public static long WholeSteps(long columns) => (columns + WidthStep - 1) / WidthStep * WidthStep;

    /// <summary>Begins a panel of a tile.</summary>
    public abstract void Start(Tile tile, Region panel);

    /// <summary>Computes the next band of the panel; false when there is none.</summary>
    public abstract bool Next(out Band band);
}

/// <summary>All filters of all channels on a panel, for one vector width.</summary>
internal sealed unsafe class PanelFilters<TLanes, TVector> : PanelFilters
    where TLanes : struct, ILanes<TVector>
    where TVector : struct
{
    private const int BlockRows = Gaussian<TLanes, TVector>.BlockRows;

    // Blocks of the blur end 2 rows above a multiple of 16, counted from the panel's first row. Bands end 2 rows higher still: the
    // derivatives of their last rows look that far down.
    private const int Lag = 2 * Gaussian<TLanes, TVector>.Border;

    private readonly ChannelFilters<TLanes, TVector>[] _channels;
    private readonly int _planes;
    private readonly int _allPlanes;
    private readonly int _planeStride;
    private readonly float* _first;
    private int _rowStride;
    private Region _panel;
    private long _bottom;

    /// <summary>Plans the filters of every channel and carves what they keep.</summary>
    /// <param name="arena">Where.</param>
    /// <param name="spec">Which features.</param>
    /// <param name="channels">Channels of the tiles.</param>
    /// <param name="maxWidth">Columns of the widest panel.</param>
    /// <param name="maxHeight">Rows of the tallest panel.</param>
    /// <param name="extraPlanes">Planes behind the classical ones.</param>
    /// <param name="bandPlanes">Where a band's planes go: <see cref="PanelFilters.BandFloats"/>, which several panels may share.</param>
    public PanelFilters(Arena arena, FeatureSpec spec, int channels, int maxWidth, long maxHeight, int extraPlanes, float* bandPlanes)
    {
        _planes = spec.Names.Count;
        _allPlanes = (channels * _planes) + extraPlanes;
        _planeStride = PlaneStride(maxWidth);
        _first = bandPlanes;
        _channels = new ChannelFilters<TLanes, TVector>[channels];
        for (int i = 0; i < channels; i++)
        {
            _channels[i] = new ChannelFilters<TLanes, TVector>(arena, spec, maxWidth, maxHeight);
        }
    }

    /// <inheritdoc/>
    public override void Start(Tile tile, Region panel)
    {
        _panel = panel;
        _rowStride = (int)WholeSteps(panel.Width);
        _bottom = panel.Y - Lag;
        for (int i = 0; i < _channels.Length; i++)
        {
            _channels[i].Start(new PixelSource(tile, i), panel);
        }
    }

    /// <inheritdoc/>
    public override bool Next(out Band band)
    {
        long top = Math.Max(_bottom, _panel.Y);
        if (top >= _panel.Bottom)
        {
            band = default;
            return false;
        }
        _bottom += BlockRows;
        int height = (int)(Math.Min(_bottom, _panel.Bottom) - top);
        for (int i = 0; i < _channels.Length; i++)
        {
            float* first = _first + ((nint)i * _planes * _planeStride);
            _channels[i].Run(new Band(_panel.X, top, (int)_panel.Width, height, _planes, first, _rowStride, _planeStride));
        }
        band = new Band(_panel.X, top, (int)_panel.Width, height, _allPlanes, _first, _rowStride, _planeStride);
        return true;
    }
}
