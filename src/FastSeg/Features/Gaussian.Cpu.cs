using System.Runtime.CompilerServices;
using FastSeg.Simd;

namespace FastSeg.Features;

/// <summary>
/// The Gaussians of one channel, with every sigma, on a panel: a strip of the tile at most 320 columns wide, descended 16 rows a step so
/// that everything stays in the L2 cache. Each block of 16 image rows is read and transposed once for all sigmas; each of its rows is
/// filtered along x once a sigma, into a ring that holds as many rows as the pass along y looks at.
/// </summary>
/// <remarks>
/// Step s reads block s of the image and completes block s - <see cref="Lead"/> of every sigma's blur, whose first row is
/// 16 (s - Lead) - 2, counted from the panel's first row. A sigma with a small radius needs fewer rows below its output and therefore
/// filters an older block along x. <see cref="Border"/> more rows and columns are blurred on every side of the panel.
/// </remarks>
internal sealed unsafe class Gaussian<TLanes, TVector>
    where TLanes : struct, ILanes<TVector>
    where TVector : struct
{
    /// <summary>Rows computed in a step: those of a band.</summary>
    public const int BlockRows = Band.MaxHeight;

    /// <summary>Rows and columns around the panel that are blurred too.</summary>
    public const int Border = Gaussian.Border;

    /// <summary>Rows of a window: the newest block, and the last rows of the one before, which its derivatives look at.</summary>
    public const int WindowRows = BlockRows + (2 * Border);

    // The pass along x uses the ring loop too. This length is more than any row has, so its indices never wrap.
    private const int NoRing = 1 << 24;

    private readonly Sigma[] _sigmas;
    private readonly float* _samples;
    private readonly float* _transposed;
    private readonly float* _block;
    private readonly int _maxRadius;
    private readonly int _maxBlocks;
    private readonly int _slots;
    private readonly int _columns;
    private PixelSource _source;
    private Region _panel;
    private int _step;

    /// <summary>Plans the blocks and carves the buffers.</summary>
    /// <param name="arena">Where the buffers come from.</param>
    /// <param name="spec">Gives the scale and the radius of a sigma.</param>
    /// <param name="sigmas">Sigmas to blur with.</param>
    /// <param name="maxWidth">Widest panel.</param>
    public Gaussian(Arena arena, FeatureSpec spec, IReadOnlyList<double> sigmas, int maxWidth)
    {
        Stride = Blocks(maxWidth) * TLanes.Count;
        _sigmas = new Sigma[sigmas.Count];
        int fewest = int.MaxValue;
        for (int i = 0; i < sigmas.Count; i++)
        {
            _sigmas[i] = new Sigma(arena, spec, sigmas[i], Stride);
            _maxRadius = Math.Max(_maxRadius, _sigmas[i].Radius);
            _maxBlocks = Math.Max(_maxBlocks, _sigmas[i].SideBlocks);
            fewest = Math.Min(fewest, _sigmas[i].SideBlocks);
        }
        _slots = sigmas.Count == 0 ? 0 : _maxBlocks - fewest + 1;
        _columns = Stride + (2 * ((_maxRadius + TLanes.Count - 1) / TLanes.Count * TLanes.Count));
        _samples = arena.Floats((long)TLanes.Count * _columns);
        _transposed = arena.Floats((long)_slots * BlockRows * _columns);
        _block = arena.Floats(TLanes.Count * TLanes.Count);
    }

    /// <summary>Floats from a row of a window to the next.</summary>
    public int Stride { get; }

    /// <summary>Steps that must be made before one completes the first output block.</summary>
    public int Lead => 2 * _maxBlocks;

    /// <summary>
    /// The blur after step s: rows 16 (s - Lead) - 6 to 16 (s - Lead) + 13, counted from the panel's first row, each from column -2 on.
    /// Just outside the image's left and right edge stands a copy of the column inside.
    /// </summary>
    public float* Window(int sigma) => _sigmas[sigma].Window;

    /// <summary>Begins a panel.</summary>
    public void Start(in PixelSource source, Region panel)
    {
        _source = source;
        _panel = panel;
        _step = 0;
    }

    /// <summary>Reads the next 16 rows of the image and computes, once <see cref="Lead"/> steps are made, 16 rows of every blur.</summary>
    public void Step()
    {
        if (_sigmas.Length == 0)
        {
            return;
        }
        int step = _step++;
        int blocks = Blocks((int)_panel.Width);
        ReadBlock(step, blocks);
        foreach (Sigma sigma in _sigmas)
        {
            // The block that this sigma filters along x now: older by the blocks that the largest radius reaches further down.
            int block = step - (_maxBlocks - sigma.SideBlocks);
            // Blocks above those that its first output looks at are of no use.
            if (block >= _maxBlocks - sigma.SideBlocks)
            {
                AlongX(sigma, block, blocks);
            }
            if (step >= Lead)
            {
                AlongY(sigma, block - sigma.SideBlocks, blocks);
                CopyEdges(sigma);
            }
        }
    }

    /// <summary>Vectors that hold a row of a panel and its border.</summary>
    private static int Blocks(int width) => (width + (2 * Border) + TLanes.Count - 1) / TLanes.Count;

    /// <summary>
    /// Reads a block of the image and transposes it, so that along x the lanes of a vector are rows. Block b begins
    /// 16 (b - maxBlocks) - 2 rows below the panel's first row, and maxRadius + 2 columns left of the panel.
    /// </summary>
    private void ReadBlock(int block, int blocks)
    {
        int lanes = TLanes.Count;
        int columns = (((blocks * lanes) + (2 * _maxRadius) + lanes - 1) / lanes) * lanes;
        long top = _panel.Y - Border + (BlockRows * ((long)block - _maxBlocks));
        float* to = _transposed + ((long)(block % _slots) * BlockRows * _columns);
        for (int row = 0; row < BlockRows; row += lanes)
        {
            for (int i = 0; i < lanes; i++)
            {
                Pixels<TLanes, TVector>.Read(
                    _source, top + row + i, _panel.X - Border - _maxRadius, columns, _samples + ((long)i * _columns));
            }
            for (int x = 0; x < columns; x += lanes)
            {
                TLanes.Transpose(_samples + x, _columns, to + ((nint)x * lanes), lanes);
            }
            to += (nint)_columns * lanes;
        }
    }

    /// <summary>
    /// Filters a block's rows along x and turns them back, so that along y the lanes are columns. The ring has one run of memory for
    /// every column of vectors.
    /// </summary>
    private void AlongX(Sigma sigma, int block, int blocks)
    {
        int lanes = TLanes.Count;
        float* from = _transposed + ((long)(block % _slots) * BlockRows * _columns);
        int ringRow = block % sigma.RingBlocks * BlockRows;
        for (int row = 0; row < BlockRows; row += lanes)
        {
            for (int c = 0; c < blocks; c++)
            {
                float* ring = sigma.Column(c) + ((nint)(ringRow + row) * lanes);
                Fir<TLanes, TVector>.Run(from, NoRing, (c * lanes) + _maxRadius, sigma.Taps, sigma.Radius, _block, lanes);
                TLanes.Transpose(_block, lanes, ring, lanes);
                if (ringRow == 0)
                {
                    // The ring's first block is repeated behind its last one: a run of outputs is then contiguous wherever it begins.
                    TLanes.Transpose(_block, lanes, ring + ((nint)sigma.RingRows * lanes), lanes);
                }
            }
            from += (nint)_columns * lanes;
        }
    }

    /// <summary>Filters along y into the window, around the rows of <paramref name="block"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void AlongY(Sigma sigma, int block, int blocks)
    {
        int lanes = TLanes.Count;
        int centre = block % sigma.RingBlocks * BlockRows;
        float* window = sigma.Window;
        // The last block's lowest rows become the window's first.
        Buffer.MemoryCopy(window + ((nint)BlockRows * Stride), window, long.MaxValue, 2L * Border * Stride * sizeof(float));
        window += (nint)2 * Border * Stride;
        for (int c = 0; c < blocks; c++)
        {
            for (int row = 0; row < BlockRows; row += lanes)
            {
                float* to = window + ((nint)row * Stride) + (c * lanes);
                Fir<TLanes, TVector>.Run(sigma.Column(c), sigma.RingRows, centre + row, sigma.Taps, sigma.Radius, to, Stride);
            }
        }
    }

    /// <summary>
    /// Repeats the image's first and last column outwards, where the window reaches past them: the derivatives look one column further.
    /// </summary>
    private void CopyEdges(Sigma sigma)
    {
        long left = _source.Bounds.X - _panel.X + Border, right = _source.Bounds.Right - 1 - _panel.X + Border;
        bool copiesLeft = left >= 1, copiesRight = right < _panel.Width + (2 * Border) - 1;
        float* row = sigma.Window + ((nint)2 * Border * Stride);
        for (int i = 0; (copiesLeft || copiesRight) && i < BlockRows; i++, row += Stride)
        {
            if (copiesLeft)
            {
                row[left - 1] = row[left];
            }
            if (copiesRight)
            {
                row[right + 1] = row[right];
            }
        }
    }

    /// <summary>One sigma's taps and buffers.</summary>
    private sealed class Sigma
    {
        private readonly float* _ring;

        public Sigma(Arena arena, FeatureSpec spec, double sigma, int stride)
        {
            Radius = spec.Radius(sigma);
            SideBlocks = (Radius + BlockRows - 1) / BlockRows;
            RingBlocks = (2 * SideBlocks) + 1;
            Taps = arena.Floats(Radius + 1);
            // Null where the arena only counts.
            if (Taps != null)
            {
                Gaussian.Taps(spec.SigmaScale * sigma, Radius).CopyTo(new Span<float>(Taps, Radius + 1));
            }
            _ring = arena.Floats((long)(RingRows + BlockRows) * stride);
            // One vector more: the derivatives load the vector behind a row's last one.
            Window = arena.Floats(((long)WindowRows * stride) + TLanes.Count);
        }

        /// <summary>Index of the last tap.</summary>
        public int Radius { get; }

        /// <summary>Taps from the centre outwards.</summary>
        public float* Taps { get; }

        /// <summary>Blocks of 16 rows above, and as many below, that the pass along y looks at.</summary>
        public int SideBlocks { get; }

        /// <summary>Blocks that the ring holds.</summary>
        public int RingBlocks { get; }

        /// <summary>Rows that the ring holds.</summary>
        public int RingRows => RingBlocks * BlockRows;

        /// <summary>See <see cref="Gaussian{TLanes,TVector}.Window"/>.</summary>
        public float* Window { get; }

        /// <summary>The ring of one column of vectors; its first 16 rows are repeated behind its last one.</summary>
        public float* Column(int c) => _ring + ((nint)c * (RingRows + BlockRows) * TLanes.Count);
    }
}
