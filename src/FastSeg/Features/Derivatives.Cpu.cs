using System.Runtime.CompilerServices;

namespace FastSeg.Features;

/// <summary>
/// First and second derivatives of a blur, row by row, with the features made from them: see <see cref="DerivedPlanes"/>. Rows are
/// combined as whole aligned vectors, neighbouring columns by shifting two vectors together in registers: through memory, unaligned
/// loads of what was just stored wait for the store. Four rows of first derivatives are kept.
/// </summary>
internal sealed unsafe class Derivatives<TLanes, TVector>
    where TLanes : struct, ILanes<TVector>
    where TVector : struct
{
    private const int KeptRows = 4;

    // Kept rows begin at column -1 and windows at column -2: the operator's left neighbour is then in the same place, no shift needed.
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
    /// <param name="rows">Which rows.</param>
    /// <param name="planes">Where to.</param>
    public void Run(float* window, nint stride, in WindowRows rows, in DerivedPlanes planes)
    {
        Start(window, stride, rows);
        for (int i = 0; i < rows.Rows; i++)
        {
            nint to = (nint)i * planes.RowStride;
            int row = rows.First + i;
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
                Copy(window + (row * stride) + Blur<TLanes, TVector>.Border, planes.Gaussian + to);
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
            float* up = _window + (_rows.Clamp(_next - 1) * _stride), down = _window + (_rows.Clamp(_next + 1) * _stride);
            float* gx = Gx(_next), gy = Gy(_next);
            First(up, _window + (_next * _stride), down, gx - Left, gy - Left, _rows.Width + (2 * Left));
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
    public float* Gx(int row) => _gx + ((nint)(row & (KeptRows - 1)) * _rowFloats) + Left;

    /// <summary>gy times 8 of a row among the last four, from column 0 on.</summary>
    public float* Gy(int row) => _gy + ((nint)(row & (KeptRows - 1)) * _rowFloats) + Left;

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

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector SmoothRows(float* up, float* mid, float* down, TVector two) =>
        TLanes.Fma(two, TLanes.Load(mid), TLanes.Add(TLanes.Load(up), TLanes.Load(down)));

    /// <summary>Of the three columns that begin with the one in <paramref name="current"/>.</summary>
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
    /// The five hessian planes of a row, and its gradient magnitude where wanted: in one loop, so that one root comes from the divider
    /// while two come from multiply-adds.
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
