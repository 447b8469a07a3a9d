using System.Runtime.CompilerServices;

namespace FastSeg.Features;

/// <summary>
/// First and second derivatives of a blur, row by row, with the features made from them: see <see cref="DerivedPlanes"/>. Each
/// operator first combines rows (aligned vectors) into a scratch row and then neighbouring columns of that (unaligned loads that hit
/// the L1 cache); four rows of first derivatives are kept.
/// </summary>
internal sealed unsafe class Derivatives<TLanes, TVector>
    where TLanes : struct, ILanes<TVector>
    where TVector : struct
{
    private const int KeptRows = 4;
    private const int Pad = Arena.Line;

    private readonly int _rowFloats;
    private readonly float* _gx;
    private readonly float* _gy;
    private readonly float* _t;
    private readonly float* _u;
    private readonly float* _v;
    private WindowRows _rows;
    private float* _window;
    private nint _stride;
    private int _next;

    /// <summary>Carves the scratch rows for windows whose rows are <paramref name="stride"/> floats long.</summary>
    public Derivatives(Arena arena, int stride)
    {
        _rowFloats = stride + (2 * Pad);
        _gx = arena.Floats((long)KeptRows * _rowFloats) + Pad;
        _gy = arena.Floats((long)KeptRows * _rowFloats) + Pad;
        _t = arena.Floats(_rowFloats) + Pad;
        _u = arena.Floats(_rowFloats) + Pad;
        _v = arena.Floats(_rowFloats) + Pad;
    }

    /// <summary>Computes the planes of one blur.</summary>
    /// <param name="window">Row 0 of the window, column -2.</param>
    /// <param name="stride">Floats from a row to the next.</param>
    /// <param name="rows">Which rows.</param>
    /// <param name="planes">Where to.</param>
    public void Run(float* window, nint stride, in WindowRows rows, in DerivedPlanes planes)
    {
        Start(window, stride, rows);
        bool second = planes.Eig1 != null || planes.Laplacian != null;
        for (int i = 0; i < rows.Rows; i++)
        {
            nint to = (nint)i * planes.RowStride;
            int row = rows.First + i;
            if (planes.Gaussian != null)
            {
                Copy(window + (row * stride) + 2, planes.Gaussian + to);
            }
            if (planes.Sobel != null)
            {
                Advance(row);
                Sobel(Gx(row), Gy(row), planes.Sobel + to);
            }
            if (second)
            {
                Advance(rows.Clamp(row + 1));
                CombineRows(rows.Clamp(row - 1), row, rows.Clamp(row + 1));
            }
            if (planes.Eig1 != null)
            {
                Hessian(planes.Eig1 + to, planes.PlaneStride);
            }
            if (planes.Laplacian != null)
            {
                Laplacian(planes.Laplacian + to);
            }
        }
    }

    /// <summary>Begins a window without computing features; then <see cref="Advance"/> and <see cref="Gx"/>.</summary>
    public void Start(float* window, nint stride, in WindowRows rows)
    {
        _rows = rows;
        _window = window;
        _stride = stride;
        _next = rows.Clamp(rows.First - 1);
    }

    /// <summary>Computes first derivatives up to <paramref name="row"/>.</summary>
    public void Advance(int row)
    {
        for (; _next <= row; _next++)
        {
            float* gx = Gx(_next), gy = Gy(_next);
            int vectors = (_rows.Width + (2 * Blur<TLanes, TVector>.Border) + TLanes.Count - 1) / TLanes.Count;
            float* up = _window + (_rows.Clamp(_next - 1) * _stride), down = _window + (_rows.Clamp(_next + 1) * _stride);
            First(up, _window + (_next * _stride), down, gx - 2, gy - 2, _t, _u, vectors);
            if (_rows.LeftEdge)
            {
                gx[-1] = gx[0];
                gy[-1] = gy[0];
            }
            if (_rows.RightEdge)
            {
                gx[_rows.Width] = gx[_rows.Width - 1];
                gy[_rows.Width] = gy[_rows.Width - 1];
            }
        }
    }

    /// <summary>gx times 8 of a row among the last four, from column 0 on.</summary>
    public float* Gx(int row) => _gx + ((nint)(row & (KeptRows - 1)) * _rowFloats) + 2;

    /// <summary>gy times 8 of a row among the last four, from column 0 on.</summary>
    public float* Gy(int row) => _gy + ((nint)(row & (KeptRows - 1)) * _rowFloats) + 2;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void First(float* up, float* mid, float* down, float* gx, float* gy, float* t, float* u, int vectors)
    {
        TVector two = TLanes.Broadcast(2);
        int floats = vectors * TLanes.Count;
        for (int x = 0; x < floats; x += TLanes.Count)
        {
            TVector above = TLanes.Load(up + x), below = TLanes.Load(down + x);
            TLanes.Store(TLanes.Fma(two, TLanes.Load(mid + x), TLanes.Add(above, below)), t + x);
            TLanes.Store(TLanes.Subtract(below, above), u + x);
        }
        for (int x = 0; x < floats; x += TLanes.Count)
        {
            TLanes.Store(Difference(t + x), gx + x);
            TLanes.Store(Smooth(u + x, two), gy + x);
        }
    }

    /// <summary>Leaves in the scratch rows what the second derivatives combine along x.</summary>
    private void CombineRows(int above, int row, int below)
    {
        int vectors = (_rows.Width + (2 * Blur<TLanes, TVector>.Border) + TLanes.Count - 1) / TLanes.Count;
        Combine(Gx(above) - 2, Gx(row) - 2, Gx(below) - 2, Gy(above) - 2, Gy(below) - 2, _t, _u, _v, vectors);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Combine(
        float* gxAbove, float* gxRow, float* gxBelow, float* gyAbove, float* gyBelow, float* t, float* u, float* v, int vectors)
    {
        TVector two = TLanes.Broadcast(2);
        int floats = vectors * TLanes.Count;
        for (int x = 0; x < floats; x += TLanes.Count)
        {
            TVector above = TLanes.Load(gxAbove + x), below = TLanes.Load(gxBelow + x);
            TLanes.Store(TLanes.Fma(two, TLanes.Load(gxRow + x), TLanes.Add(above, below)), t + x);
            TLanes.Store(TLanes.Subtract(below, above), u + x);
            TLanes.Store(TLanes.Subtract(TLanes.Load(gyBelow + x), TLanes.Load(gyAbove + x)), v + x);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector Difference(float* t) => TLanes.Subtract(TLanes.Load(t + 1), TLanes.Load(t - 1));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector Smooth(float* u, TVector two) => TLanes.Fma(two, TLanes.Load(u), TLanes.Add(TLanes.Load(u - 1), TLanes.Load(u + 1)));

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Copy(float* from, float* to)
    {
        int width = _rows.Width;
        for (int x = 0; x < width; x += TLanes.Count)
        {
            TLanes.Store(TLanes.Load(from + x), to + x);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Sobel(float* gx, float* gy, float* to)
    {
        int width = _rows.Width;
        TVector eighth = TLanes.Broadcast(1 / 8f);
        for (int x = 0; x < width; x += TLanes.Count)
        {
            TVector dx = TLanes.Load(gx + x), dy = TLanes.Load(gy + x);
            TLanes.Store(TLanes.Multiply(TLanes.Sqrt(TLanes.Fma(dx, dx, TLanes.Multiply(dy, dy))), eighth), to + x);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Hessian(float* to, nint planeStride)
    {
        int width = _rows.Width;
        float* t = _t + 2, u = _u + 2, v = _v + 2;
        TVector two = TLanes.Broadcast(2), scale = TLanes.Broadcast(1 / 64f), half = TLanes.Broadcast(1 / 128f);
        TVector square = TLanes.Broadcast(1 / 4096f), zero = TLanes.Broadcast(0);
        for (int x = 0; x < width; x += TLanes.Count)
        {
            TVector a = Difference(t + x), b = Smooth(u + x, two), d = Smooth(v + x, two);
            TVector trace = TLanes.Add(a, d), difference = TLanes.Subtract(a, d), bb = TLanes.Multiply(b, b);
            TVector twiceB = TLanes.Add(b, b);
            TVector root = TLanes.Sqrt(TLanes.Fma(difference, difference, TLanes.Multiply(twiceB, twiceB)));
            TVector mod = TLanes.Sqrt(TLanes.Fma(a, a, TLanes.Fma(d, d, bb)));
            TVector det = TLanes.Fma(a, d, TLanes.Subtract(zero, bb));
            float* at = to + x;
            TLanes.Store(TLanes.Multiply(TLanes.Add(trace, root), half), at);
            TLanes.Store(TLanes.Multiply(TLanes.Subtract(trace, root), half), at + planeStride);
            TLanes.Store(TLanes.Multiply(mod, scale), at + (2 * planeStride));
            TLanes.Store(TLanes.Multiply(trace, scale), at + (3 * planeStride));
            TLanes.Store(TLanes.Multiply(det, square), at + (4 * planeStride));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Laplacian(float* to)
    {
        int width = _rows.Width;
        float* t = _t + 2, v = _v + 2;
        TVector two = TLanes.Broadcast(2), scale = TLanes.Broadcast(1 / 64f);
        for (int x = 0; x < width; x += TLanes.Count)
        {
            TLanes.Store(TLanes.Multiply(TLanes.Add(Difference(t + x), Smooth(v + x, two)), scale), to + x);
        }
    }
}
