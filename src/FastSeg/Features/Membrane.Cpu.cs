using FastSeg.Images;

namespace FastSeg.Features;

/// <summary>The membrane planes of one channel, descending a panel in step with <see cref="Blur{TLanes,TVector}"/>.</summary>
/// <remarks>
/// A row is cut into as many segments as a vector has lanes, and lane l of vector i holds pixel i of segment l. The pixel k columns
/// further is then a whole, aligned vector; in a plain row 15 of 16 loads would cross a cache line (measured: 720 cycles a vector
/// against 420 for the loop). The ends of a segment that neighbouring pixels look at are repeated behind it.
/// </remarks>
internal sealed unsafe class Membrane<TLanes, TVector>
    where TLanes : struct, ILanes<TVector>
    where TVector : struct
{
    private const int BlockRows = Blur<TLanes, TVector>.BlockRows;
    private const int Planes = 6;

    private readonly MembraneLoop _loop;
    private readonly int _margin;
    private readonly int _rows;
    private readonly int _stride;
    private readonly int _planeFloats;
    private readonly float* _samples;
    private readonly float* _pixels;
    private readonly float* _results;
    private PixelSource _source;
    private Region _panel;
    private int _segment;
    private long _nextRow;

    /// <summary>Compiles the loop and carves the buffers for panels up to <paramref name="maxWidth"/> wide.</summary>
    public Membrane(Arena arena, MembraneGeometry geometry, int maxWidth)
    {
        int lanes = TLanes.Count, segment = Segment(maxWidth);
        _margin = geometry.Patch / 2;
        _rows = BlockRows + (2 * _margin);
        // An odd number of vectors a row: rows then start in different sets of the L1 cache.
        _stride = ((segment + (2 * _margin)) | 1) * lanes;
        _planeFloats = Whole(segment) * lanes;
        _samples = arena.Floats(((lanes - 1) * segment) + Whole(segment + (2 * _margin)));
        // The last row's whole blocks end past its stride.
        _pixels = arena.Floats(((long)_rows * _stride) + (lanes * lanes));
        _results = arena.Floats((long)Planes * _planeFloats);
        _loop = MembraneKernel.Get(geometry, lanes, _stride);
    }

    /// <summary>Begins a panel.</summary>
    public void Start(in PixelSource source, Region panel)
    {
        _source = source;
        _panel = panel;
        _segment = Segment((int)panel.Width);
        _nextRow = FirstRow;
    }

    /// <summary>Computes the next band.</summary>
    /// <param name="band">Its rows and size.</param>
    /// <param name="plane">Plane of the sum; the five others follow.</param>
    public void Run(in Band band, int plane)
    {
        int lanes = TLanes.Count;
        ReadRows();
        // The window's first row is the margin above the first row of a whole band; the panel's first band is shorter.
        long above = band.Y - (_nextRow - _rows);
        float* centre = _pixels + ((nint)above * _stride) + ((nint)_margin * lanes);
        for (int row = 0; row < band.Height; row++, centre += _stride)
        {
            _loop(centre, centre + ((nint)_segment * lanes), _results, (nint)_planeFloats * sizeof(float));
            for (int i = 0; i < Planes; i++)
            {
                float* to = band.Row(plane + i, row);
                for (int block = 0; block < _segment; block += lanes)
                {
                    // A segment shorter than a vector leaves junk behind it; the next segment, row or the plane's padding takes it.
                    TLanes.Transpose(_results + (i * _planeFloats) + (block * lanes), lanes, to + block, _segment);
                }
            }
        }
    }

    private long FirstRow => _panel.Y - (2 * Blur<TLanes, TVector>.Border) - _margin;

    /// <summary>Pixels of a segment for a panel of this width: what every lane holds. Whole vectors when it is more than one.</summary>
    private static int Segment(int width)
    {
        int segment = (width + TLanes.Count - 1) / TLanes.Count;
        return segment <= TLanes.Count ? segment : Whole(segment);
    }

    private static int Whole(int count) => (count + TLanes.Count - 1) / TLanes.Count * TLanes.Count;

    private void ReadRows()
    {
        int lanes = TLanes.Count, kept = 0;
        if (_nextRow > FirstRow)
        {
            kept = 2 * _margin;
            Buffer.MemoryCopy(_pixels + ((nint)BlockRows * _stride), _pixels, long.MaxValue, (long)kept * _stride * sizeof(float));
        }
        int vectors = Whole(_segment + (2 * _margin));
        for (int row = kept; row < _rows; row++, _nextRow++)
        {
            PixelRows<TLanes, TVector>.Read(_source, _nextRow, _panel.X - _margin, ((lanes - 1) * _segment) + vectors, _samples);
            float* to = _pixels + ((nint)row * _stride);
            for (int i = 0; i < vectors; i += lanes)
            {
                TLanes.Transpose(_samples + i, _segment, to + ((nint)i * lanes), lanes);
            }
        }
    }
}
