using System.Runtime.CompilerServices;
using FastSeg.Simd;

namespace FastSeg.Features;

/// <summary>
/// First and second derivatives of a blur, row by row, and the features made from them. Of the first derivatives four rows are kept: the
/// second ones look at three.
/// </summary>
/// <remarks>
/// With T = up + 2 mid + down and U = down - up along y, the first derivatives times 8 are gx = T(x + 1) - T(x - 1) and
/// gy = U(x - 1) + 2 U(x) + U(x + 1). The second ones times 64 are a = gx of gx, b = gy of gx and d = gy of gy, by the same formulas.
/// Every 2 m + n is one fused multiply-add of 2, the middle m and the sum n of the outer two. The powers of two are taken out at the end,
/// where dividing by them is exact: sobel = sqrt(fma(gx, gx, gy * gy)) / 8; trace = (a + d) / 64; det = fma(a, d, -(b * b)) / 4096;
/// mod = sqrt(fma(a, a, fma(d, d, b * b))) / 64; with s = sqrt(fma(a - d, a - d, (2 b) * (2 b))), eig1 = (a + d + s) / 128 and
/// eig2 = (a + d - s) / 128. No difference of squares stands under a root, so nothing cancels there.
/// <para>
/// Rows are combined as whole aligned vectors. Neighbouring columns come from shifting two vectors together in registers: unaligned
/// loads of what was just stored would have to wait for the store.
/// </para>
/// </remarks>
internal sealed unsafe class Derivatives<TLanes, TVector>
    where TLanes : struct, ILanes<TVector>
    where TVector : struct
{
    private const int KeptRows = 4;

    // Kept rows begin at column -1 and windows at column -2: the left neighbour of a result then stands in the result's own lane.
    private const int Left = 1;

    private readonly int _rowFloats;
    private readonly float* _gx;
    private readonly float* _gy;
    private WindowRows _rows;
    private float* _window;
    private nint _stride;
    private int _next;

    /// <summary>Carves the scratch rows for windows whose rows are <paramref name="stride"/> floats long.</summary>
    public Derivatives(Arena arena, int stride)
    {
        _rowFloats = stride + (2 * TLanes.Count);
        _gx = arena.Floats((long)KeptRows * _rowFloats);
        _gy = arena.Floats((long)KeptRows * _rowFloats);
    }

    /// <summary>Computes the planes of one blur.</summary>
    /// <param name="window">Row 0 of the window, column -2.</param>
    /// <param name="stride">Floats from a row to the next.</param>
    /// <param name="rows">The rows that are wanted.</param>
    /// <param name="planes">Where the planes go.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Run(float* window, nint stride, in WindowRows rows, in DerivedPlanes planes)
    {
        Start(window, stride, rows);
        for (int i = 0; i < rows.Rows; i++)
        {
            nint to = (nint)i * planes.RowStride;
            int row = rows.First + i;
            // Second derivatives look at the first ones of the next row, the gradient only at those of its own.
            if (planes.Eig1 != null || planes.Laplacian != null)
            {
                Advance(rows.Clamp(row + 1));
            }
            else if (planes.Sobel != null)
            {
                Advance(row);
            }
            if (planes.Gaussian != null)
            {
                Copy(window + (row * stride) + Gaussian<TLanes, TVector>.Border, planes.Gaussian + to);
            }
            if (planes.Eig1 != null)
            {
                Hessian(row, planes.Sobel == null ? null : planes.Sobel + to, planes.Eig1 + to, planes.PlaneStride);
            }
            else if (planes.Sobel != null)
            {
                Sobel(Gx(row), Gy(row), planes.Sobel + to);
            }
            if (planes.Laplacian != null)
            {
                Laplacian(row, planes.Laplacian + to);
            }
        }
    }

    /// <summary>
    /// Begins a window without computing features, for a caller that wants the first derivatives alone, by <see cref="Advance"/>,
    /// <see cref="Gx"/> and <see cref="Gy"/>.
    /// </summary>
    public void Start(float* window, nint stride, in WindowRows rows)
    {
        _rows = rows;
        _window = window;
        _stride = stride;
        _next = rows.Clamp(rows.First - 1);
    }

    /// <summary>Computes the first derivatives of every row up to <paramref name="row"/> that has none yet.</summary>
    public void Advance(int row)
    {
        for (; _next <= row; _next++)
        {
            float* up = _window + (_rows.Clamp(_next - 1) * _stride), down = _window + (_rows.Clamp(_next + 1) * _stride);
            float* gx = Gx(_next), gy = Gy(_next);
            First(up, _window + (_next * _stride), down, gx - Left, gy - Left, _rows.Width + (2 * Left));
            // At the image's edge the second derivatives find the first ones repeated, not those of the repeated image.
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

    /// <summary>gx times 8 of one of the last four rows, from column 0 on.</summary>
    public float* Gx(int row) => _gx + ((nint)(row & (KeptRows - 1)) * _rowFloats) + Left;

    /// <summary>gy times 8 of one of the last four rows, from column 0 on.</summary>
    public float* Gy(int row) => _gy + ((nint)(row & (KeptRows - 1)) * _rowFloats) + Left;

    /// <summary>
    /// First derivatives of one row. T and U of the vector to the right are computed a step ahead, so that every value is loaded and
    /// combined once.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void First(float* up, float* mid, float* down, float* gx, float* gy, int count)
    {
        TVector two = TLanes.Broadcast(2);
        TVector t = SmoothRows(up, mid, down, two), u = TLanes.Subtract(TLanes.Load(down), TLanes.Load(up));
        for (int x = 0; x < count; x += TLanes.Count)
        {
            int next = x + TLanes.Count;
            TVector nextT = SmoothRows(up + next, mid + next, down + next, two);
            TVector nextU = TLanes.Subtract(TLanes.Load(down + next), TLanes.Load(up + next));
            TLanes.Store(TLanes.Subtract(TLanes.Shift2(t, nextT), t), gx + x);
            TLanes.Store(SmoothColumns(u, nextU, two), gy + x);
            t = nextT;
            u = nextU;
        }
    }

    /// <summary>T of the remarks: up + 2 mid + down.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector SmoothRows(float* up, float* mid, float* down, TVector two) =>
        TLanes.Fma(two, TLanes.Load(mid), TLanes.Add(TLanes.Load(up), TLanes.Load(down)));

    /// <summary>Left + 2 middle + right, where the left column stands in <paramref name="current"/>'s own lane.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector SmoothColumns(TVector current, TVector next, TVector two) =>
        TLanes.Fma(two, TLanes.Shift1(current, next), TLanes.Add(current, TLanes.Shift2(current, next)));

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
        for (int x = 0; x < width; x += TLanes.Count)
        {
            TLanes.Store(Magnitude(TLanes.Load(gx + x), TLanes.Load(gy + x)), to + x);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector Magnitude(TVector gx, TVector gy) =>
        TLanes.Multiply(TLanes.Sqrt(TLanes.Fma(gx, gx, TLanes.Multiply(gy, gy))), TLanes.Broadcast(1 / 8f));

    /// <summary>
    /// The five Hessian planes of a row, and its gradient magnitude where that is wanted. One loop makes both, so that the divider takes
    /// the magnitude's root while multiply-adds take the Hessian's two.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Hessian(int row, float* sobel, float* to, nint planeStride)
    {
        int width = _rows.Width, above = _rows.Clamp(row - 1), below = _rows.Clamp(row + 1);
        float* xUp = Gx(above) - Left, xMid = Gx(row) - Left, xDown = Gx(below) - Left;
        float* yUp = Gy(above) - Left, yMid = Gy(row) - Left, yDown = Gy(below) - Left;
        TVector two = TLanes.Broadcast(2);
        TVector t = SmoothRows(xUp, xMid, xDown, two);
        TVector u = TLanes.Subtract(TLanes.Load(xDown), TLanes.Load(xUp)), v = TLanes.Subtract(TLanes.Load(yDown), TLanes.Load(yUp));
        for (int x = 0; x < width; x += TLanes.Count)
        {
            int next = x + TLanes.Count;
            if (sobel != null)
            {
                TLanes.Store(Magnitude(TLanes.Load(xMid + x + Left), TLanes.Load(yMid + x + Left)), sobel + x);
            }
            TVector nextT = SmoothRows(xUp + next, xMid + next, xDown + next, two);
            TVector nextU = TLanes.Subtract(TLanes.Load(xDown + next), TLanes.Load(xUp + next));
            TVector nextV = TLanes.Subtract(TLanes.Load(yDown + next), TLanes.Load(yUp + next));
            TVector a = TLanes.Subtract(TLanes.Shift2(t, nextT), t);
            Hessian(a, SmoothColumns(u, nextU, two), SmoothColumns(v, nextV, two), to + x, planeStride);
            t = nextT;
            u = nextU;
            v = nextV;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Hessian(TVector a, TVector b, TVector d, float* to, nint planeStride)
    {
        TVector scale = TLanes.Broadcast(1 / 64f), half = TLanes.Broadcast(1 / 128f);
        TVector trace = TLanes.Add(a, d), difference = TLanes.Subtract(a, d), bb = TLanes.Multiply(b, b), twiceB = TLanes.Add(b, b);
        TVector root = TLanes.SqrtByFma(TLanes.Fma(difference, difference, TLanes.Multiply(twiceB, twiceB)));
        TVector mod = TLanes.SqrtByFma(TLanes.Fma(a, a, TLanes.Fma(d, d, bb)));
        TVector det = TLanes.Fma(a, d, TLanes.Subtract(TLanes.Broadcast(0), bb));
        TLanes.Store(TLanes.Multiply(TLanes.Add(trace, root), half), to);
        TLanes.Store(TLanes.Multiply(TLanes.Subtract(trace, root), half), to + planeStride);
        TLanes.Store(TLanes.Multiply(mod, scale), to + (2 * planeStride));
        TLanes.Store(TLanes.Multiply(trace, scale), to + (3 * planeStride));
        TLanes.Store(TLanes.Multiply(det, TLanes.Broadcast(1 / 4096f)), to + (4 * planeStride));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Laplacian(int row, float* to)
    {
        int width = _rows.Width, above = _rows.Clamp(row - 1), below = _rows.Clamp(row + 1);
        float* xUp = Gx(above) - Left, xMid = Gx(row) - Left, xDown = Gx(below) - Left, yUp = Gy(above) - Left, yDown = Gy(below) - Left;
        TVector two = TLanes.Broadcast(2), scale = TLanes.Broadcast(1 / 64f);
        for (int x = 0; x < width; x += TLanes.Count)
        {
            int next = x + TLanes.Count;
            TVector t = SmoothRows(xUp + x, xMid + x, xDown + x, two), nextT = SmoothRows(xUp + next, xMid + next, xDown + next, two);
            TVector v = TLanes.Subtract(TLanes.Load(yDown + x), TLanes.Load(yUp + x));
            TVector nextV = TLanes.Subtract(TLanes.Load(yDown + next), TLanes.Load(yUp + next));
            TVector trace = TLanes.Add(TLanes.Subtract(TLanes.Shift2(t, nextT), t), SmoothColumns(v, nextV, two));
            TLanes.Store(TLanes.Multiply(trace, scale), to + x);
        }
    }
}

/// <summary>Where the planes go that are derived from one blur; a pointer is null where its family is off.</summary>
internal unsafe struct DerivedPlanes
{
    /// <summary>The blur itself.</summary>
    public float* Gaussian;

    /// <summary>Gradient magnitude.</summary>
    public float* Sobel;

    /// <summary>Larger eigenvalue of the Hessian; its four other planes follow.</summary>
    public float* Eig1;

    /// <summary>Trace of the second derivatives.</summary>
    public float* Laplacian;

    /// <summary>Floats from a plane to the next.</summary>
    public int PlaneStride;

    /// <summary>Floats from a row to the next.</summary>
    public int RowStride;
}

/// <summary>
/// The part of a blur's window that is wanted, and where the image ends in it. Row numbers count from the window's first row.
/// </summary>
/// <param name="First">First row wanted.</param>
/// <param name="Rows">Rows wanted.</param>
/// <param name="Width">Columns wanted.</param>
/// <param name="Top">First row of the window that lies in the image; the rows above repeat it.</param>
/// <param name="Bottom">Last row of the window that lies in the image; the rows below repeat it.</param>
/// <param name="LeftEdge">Whether column 0 is the image's first.</param>
/// <param name="RightEdge">Whether the last column is the image's last.</param>
internal readonly record struct WindowRows(int First, int Rows, int Width, int Top, int Bottom, bool LeftEdge, bool RightEdge)
{
    /// <summary>The row that is read for <paramref name="row"/>: itself, or the nearest one in the image.</summary>
    public int Clamp(int row) => Math.Clamp(row, Top, Bottom);
}
