using FastSeg.Images;

namespace FastSeg.Features;

/// <summary>
/// Gaussians of one channel, all sigmas, on a panel: a column of the tile a few hundred pixels wide, descended 16 rows at a time so that
/// everything stays in the L2 cache. Each block of 16 image rows is read and transposed once for all sigmas; each row is filtered along
/// x once, into a ring of as many rows as the pass along y looks at.
/// </summary>
/// <remarks>
/// Step s reads block s of the image; a sigma of smaller radius filters an older block, so that all are done with the same output
/// rows: step s completes output block s - <see cref="Lead"/>, rows 16 (s - Lead) - 2 and on, counted from the panel's first row.
/// The two rows and columns more on every side are what the second derivatives look at.
/// </remarks>
internal sealed unsafe class Blur<TLanes, TVector>
    where TLanes : struct, ILanes<TVector>
    where TVector : struct
{
    /// <summary>Rows computed in a step.</summary>
    public const int BlockRows = 16;

    /// <summary>Rows and columns around the panel that are blurred too.</summary>
    public const int Border = 2;

    /// <summary>Rows a window holds: a block and the rows before it that the derivatives of the next rows look at.</summary>
    public const int WindowRows = BlockRows + (2 * Border);

    // Longer than any row: the pass along x runs the ring loop and never wraps.
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

    /// <summary>Plans and carves the buffers.</summary>
    /// <param name="arena">Where the buffers come from.</param>
    /// <param name="spec">Which scale and radius belong to a sigma.</param>
    /// <param name="sigmas">Sigmas to blur with.</param>
    /// <param name="maxWidth">Widest panel.</param>
    public Blur(Arena arena, FeatureSpec spec, IReadOnlyList<double> sigmas, int maxWidth)
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

    /// <summary>Steps before the first output block is complete.</summary>
    public int Lead => 2 * _maxBlocks;

    /// <summary>
    /// The blur after step s, rows 16 (s - Lead) - 6 to + 13 counted from the panel's first row, from column -2 on. The column
    /// outside the image's left or right edge is a copy of the column inside.
    /// </summary>
    public float* Window(int sigma) => _sigmas[sigma].Window;

    /// <summary>Begins a panel.</summary>
    public void Start(in PixelSource source, Region panel)
    {
        _source = source;
        _panel = panel;
        _step = 0;
    }

    /// <summary>Computes the next 16 rows of every sigma.</summary>
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
            int block = step - (_maxBlocks - sigma.SideBlocks);
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

    private static int Blocks(int width) => (width + (2 * Border) + TLanes.Count - 1) / TLanes.Count;

    /// <summary>Block b begins 16 b - 16 maxBlocks - 2 rows from the panel's first row, and maxRadius + 2 columns left of it.</summary>
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
                PixelRows<TLanes, TVector>.Read(_source, top + row + i, _panel.X - Border - _maxRadius, columns, _samples + ((long)i * _columns));
            }
            for (int x = 0; x < columns; x += lanes)
            {
                TLanes.Transpose(_samples + x, _columns, to + ((nint)x * lanes), lanes);
            }
            to += (nint)_columns * lanes;
        }
    }

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
                    TLanes.Transpose(_block, lanes, ring + ((nint)sigma.RingRows * lanes), lanes);
                }
            }
            from += (nint)_columns * lanes;
        }
    }

    private void AlongY(Sigma sigma, int block, int blocks)
    {
        int lanes = TLanes.Count;
        int centre = block % sigma.RingBlocks * BlockRows;
        float* window = sigma.Window;
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

    /// <summary>Where the image's first or last column is in the window, or one column inside it: the derivatives there look one further.</summary>
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
            if (Taps != null)
            {
                Gaussian.Taps(spec.SigmaScale * sigma, Radius).CopyTo(new Span<float>(Taps, Radius + 1));
            }
            _ring = arena.Floats((long)(RingRows + BlockRows) * stride);
            // The derivatives load one vector past a row's last.
            Window = arena.Floats(((long)WindowRows * stride) + TLanes.Count);
        }

        public int Radius { get; }

        public float* Taps { get; }

        /// <summary>Blocks of 16 rows above, and below, that the pass along y looks at.</summary>
        public int SideBlocks { get; }

        public int RingBlocks { get; }

        public int RingRows => RingBlocks * BlockRows;

        public float* Window { get; }

        /// <summary>The ring of a column of vectors; its first 16 rows are repeated behind the last.</summary>
        public float* Column(int c) => _ring + ((nint)c * (RingRows + BlockRows) * TLanes.Count);
    }
}
