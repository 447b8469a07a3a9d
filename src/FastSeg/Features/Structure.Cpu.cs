using System.Runtime.CompilerServices;
using FastSeg.Simd;

namespace FastSeg.Features;

/// <summary>
/// The structure tensor of one channel and sigma: the eigenvalues of the products of a blur's derivatives, smoothed by the same Gaussian.
/// When a panel begins, the products are computed for the whole panel and as far around it as the smoothing looks. They end at the
/// image's edge; the smoothing repeats them outwards from there.
/// </summary>
/// <remarks>
/// With gx and gy the derivatives times 8 of <see cref="Derivatives{TLanes,TVector}"/>, the products are gx * gx / 64, gx * gy / 64 and
/// gy * gy / 64; with a, b and d their blurs, eig1 and eig2 are (a + d +- sqrt(fma(a - d, a - d, (2 b) * (2 b)))) / 2.
/// </remarks>
internal sealed unsafe class Structure<TLanes, TVector>
    where TLanes : struct, ILanes<TVector>
    where TVector : struct
{
    private const int Products = 3;
    private const int BlockRows = Gaussian<TLanes, TVector>.BlockRows;
    private const int Border = Gaussian<TLanes, TVector>.Border;

    private readonly int _radius;
    private readonly Gaussian<TLanes, TVector> _image;
    private readonly Derivatives<TLanes, TVector> _derivatives;
    private readonly Gaussian<TLanes, TVector>[] _smooth = new Gaussian<TLanes, TVector>[Products];
    private readonly float*[] _products = new float*[Products];

    /// <summary>Carves the buffers for panels up to <paramref name="maxWidth"/> wide and <paramref name="maxHeight"/> high.</summary>
    public Structure(Arena arena, FeatureSpec spec, double sigma, int maxWidth, long maxHeight)
    {
        _radius = spec.Radius(sigma);
        _image = new Gaussian<TLanes, TVector>(arena, spec, [sigma], maxWidth + (2 * _radius));
        _derivatives = new Derivatives<TLanes, TVector>(arena, _image.Stride);
        for (int i = 0; i < Products; i++)
        {
            _smooth[i] = new Gaussian<TLanes, TVector>(arena, spec, [sigma], maxWidth);
            // Rows are written as whole vectors; the last one's may end behind it.
            _products[i] = arena.Floats(((maxWidth + (2L * _radius)) * (maxHeight + (2L * _radius))) + TLanes.Count);
        }
    }

    /// <summary>Begins a panel.</summary>
    public void Start(in PixelSource source, Region panel)
    {
        Region region = panel.Inflate(_radius).Intersect(source.Bounds);
        _image.Start(source, region);
        for (int i = 0; i < _image.Lead; i++)
        {
            _image.Step();
        }
        for (int top = -2 * Border; top < region.Height; top += BlockRows)
        {
            _image.Step();
            Multiply(source.Bounds, region, top);
        }
        for (int i = 0; i < Products; i++)
        {
            _smooth[i].Start(new PixelSource((byte*)_products[i], SampleType.Float32, 1, 0, region), panel);
            for (int step = 0; step < _smooth[i].Lead; step++)
            {
                _smooth[i].Step();
            }
        }
    }

    /// <summary>Computes the two planes of the next band.</summary>
    /// <param name="band">The band.</param>
    /// <param name="firstRow">Row of a blur's window that is the band's first.</param>
    /// <param name="plane">Plane of the larger eigenvalue; the smaller one follows.</param>
    public void Run(in Band band, int firstRow, int plane)
    {
        foreach (Gaussian<TLanes, TVector> smooth in _smooth)
        {
            smooth.Step();
        }
        for (int row = 0; row < band.Height; row++)
        {
            nint from = ((nint)(firstRow + row) * _smooth[0].Stride) + Border;
            Eigenvalues(
                _smooth[0].Window(0) + from, _smooth[1].Window(0) + from, _smooth[2].Window(0) + from,
                band.Width, band.Row(plane, row), band.Row(plane + 1, row));
        }
    }

    /// <summary>
    /// Computes the products of the rows that the blur has just completed; <paramref name="top"/> is the first of them, counted from the
    /// region's first row.
    /// </summary>
    private void Multiply(Region bounds, Region region, int top)
    {
        int windowTop = top - Border, first = Math.Max(top, 0), last = (int)Math.Min(top + BlockRows, region.Height);
        var rows = new WindowRows(
            first - windowTop,
            last - first,
            (int)region.Width,
            Top: (int)Math.Max(0, bounds.Y - region.Y - windowTop),
            Bottom: (int)Math.Min(Gaussian<TLanes, TVector>.WindowRows - 1, bounds.Bottom - 1 - region.Y - windowTop),
            LeftEdge: false,
            RightEdge: false);
        _derivatives.Start(_image.Window(0), _image.Stride, rows);
        for (int row = first; row < last; row++)
        {
            _derivatives.Advance(row - windowTop);
            nint to = (nint)(row * region.Width);
            Multiply(
                _derivatives.Gx(row - windowTop), _derivatives.Gy(row - windowTop), (int)region.Width,
                _products[0] + to, _products[1] + to, _products[2] + to);
        }
    }

    /// <summary>The three products of a row; the derivatives come times 8, so each product is divided by 64.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Multiply(float* gx, float* gy, int width, float* xx, float* xy, float* yy)
    {
        TVector scale = TLanes.Broadcast(1 / 64f);
        for (int x = 0; x < width; x += TLanes.Count)
        {
            TVector dx = TLanes.Load(gx + x), dy = TLanes.Load(gy + x);
            TLanes.Store(TLanes.Multiply(TLanes.Multiply(dx, dx), scale), xx + x);
            TLanes.Store(TLanes.Multiply(TLanes.Multiply(dx, dy), scale), xy + x);
            TLanes.Store(TLanes.Multiply(TLanes.Multiply(dy, dy), scale), yy + x);
        }
    }

    /// <summary>The eigenvalues of a row, from the smoothed products.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Eigenvalues(float* xx, float* xy, float* yy, int width, float* larger, float* smaller)
    {
        TVector half = TLanes.Broadcast(0.5f);
        for (int x = 0; x < width; x += TLanes.Count)
        {
            TVector a = TLanes.Load(xx + x), b = TLanes.Load(xy + x), d = TLanes.Load(yy + x);
            TVector trace = TLanes.Add(a, d), difference = TLanes.Subtract(a, d), twiceB = TLanes.Add(b, b);
            TVector root = TLanes.Sqrt(TLanes.Fma(difference, difference, TLanes.Multiply(twiceB, twiceB)));
            TLanes.Store(TLanes.Multiply(TLanes.Add(trace, root), half), larger + x);
            TLanes.Store(TLanes.Multiply(TLanes.Subtract(trace, root), half), smaller + x);
        }
    }
}
