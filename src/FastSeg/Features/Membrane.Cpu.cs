using System.Runtime.CompilerServices;
using FastSeg.Simd;

namespace FastSeg.Features;

/// <summary>The membrane planes of one channel, descending a panel in step with <see cref="Gaussian{TLanes,TVector}"/>.</summary>
/// <remarks>
/// A row is cut into as many segments as a vector has lanes; lane l of vector i holds pixel i of segment l. The neighbours k columns
/// further right are then one whole, aligned vector, k vectors further. In a plain row 15 of 16 loads would cross a cache line (measured:
/// the loop takes 720 cycles a vector then, and 420 like this). Pixels that a segment's last ones look at are repeated behind it.
/// </remarks>
internal sealed unsafe class Membrane<TLanes, TVector>
    where TLanes : struct, ILanes<TVector>
    where TVector : struct
{
    private const int BlockRows = Gaussian<TLanes, TVector>.BlockRows;
    private const int Planes = 6, CacheLine = 64;

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
    /// <param name="arena">Where the buffers come from.</param>
    /// <param name="geometry">Lines and their lengths.</param>
    /// <param name="maxWidth">Widest panel.</param>
    /// <param name="rowWidth">A width, at least as large, whose rows are as long as these: one compiled loop does for both.</param>
    public Membrane(Arena arena, MembraneGeometry geometry, int maxWidth, int rowWidth)
    {
        int lanes = TLanes.Count, segment = Segment(maxWidth);
        _margin = geometry.Patch / 2;
        _rows = BlockRows + (2 * _margin);
        // An odd number of vectors: rows then start in different sets of the L1 cache.
        _stride = ((Segment(rowWidth) + (2 * _margin)) | 1) * lanes;
        _planeFloats = Whole(segment) * lanes;
        _samples = arena.Floats(((lanes - 1) * segment) + Whole(segment + (2 * _margin)));
        // Rows are written in whole blocks of the transposition; the last row's may end behind its stride.
        _pixels = arena.Floats(((long)_rows * _stride) + (lanes * lanes));
        _results = arena.Floats((long)Planes * _planeFloats);
        _loop = MembraneLoops.Get(geometry, lanes, _stride);
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
    /// <param name="band">The band; one without columns is passed over.</param>
    /// <param name="plane">Plane of the sum; the five others follow.</param>
    public void Run(in Band band, int plane)
    {
        if (band.Width == 0)
        {
            return;
        }
        int lanes = TLanes.Count;
        ReadRows();
        // Row 0 of the window lies a margin above the first row of a whole band; a panel's first band is shorter and begins lower.
        long above = band.Y - (_nextRow - _rows);
        float* centre = _pixels + ((nint)above * _stride) + ((nint)_margin * lanes);
        for (int row = 0; row < band.Height; row++, centre += _stride)
        {
            Call(_loop, centre, centre + ((nint)_segment * lanes), _results, (nint)_planeFloats * sizeof(float));
            for (int i = 0; i < Planes; i++)
            {
                float* to = band.Row(plane + i, row);
                for (int block = 0; block < _segment; block += lanes)
                {
                    // Turning a block back stores whole vectors. What they hold behind a short segment is overwritten by the next
                    // segment or row, or lies in the padding.
                    TLanes.Transpose(_results + (i * _planeFloats) + (block * lanes), lanes, to + block, _segment);
                }
            }
        }
    }

    /// <summary>
    /// Computes a row. The loop has more values than there are registers, and the compiler puts the others on the stack, each at a multiple
    /// of its size from where the caller's stack ends. So the stack ends at a multiple of a cache line here, and none of them crosses one.
    /// Left to chance the stack ends at any multiple of 16 bytes, and where they do cross, the loop takes twice as long (measured).
    /// </summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    internal static void Call(MembraneLoop loop, float* centre, float* end, float* to, nint planeBytes)
    {
        // Blocks of this size are not made variables of the frame: each is the end of the stack.
        byte* stack = stackalloc byte[CacheLine];
        byte* whole = stackalloc byte[CacheLine + (int)((nuint)stack % CacheLine)];
        *whole = 0;
        loop(centre, end, to, planeBytes);
    }

    /// <summary>First row that a panel's first window holds, in image coordinates.</summary>
    private long FirstRow => _panel.Y - (2 * Gaussian<TLanes, TVector>.Border) - _margin;

    /// <summary>Pixels of a segment for a panel of this width; a segment longer than a vector is a whole number of vectors.</summary>
    private static int Segment(int width)
    {
        int segment = (width + TLanes.Count - 1) / TLanes.Count;
        return segment <= TLanes.Count ? segment : Whole(segment);
    }

    /// <summary>Rounds up to whole vectors.</summary>
    private static int Whole(int count) => (count + TLanes.Count - 1) / TLanes.Count * TLanes.Count;

    /// <summary>Moves the window down a band: keeps the rows that both bands look at and deals the others to the lanes.</summary>
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
            Pixels<TLanes, TVector>.Read(_source, _nextRow, _panel.X - _margin, ((lanes - 1) * _segment) + vectors, _samples);
            float* to = _pixels + ((nint)row * _stride);
            for (int i = 0; i < vectors; i += lanes)
            {
                TLanes.Transpose(_samples + i, _segment, to + ((nint)i * lanes), lanes);
            }
        }
    }
}
