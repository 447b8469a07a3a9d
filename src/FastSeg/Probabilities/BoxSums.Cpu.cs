using System.Runtime.CompilerServices;
using FastSeg.Simd;

namespace FastSeg.Probabilities;

/// <summary>
/// Sums over boxes, in the one order that <see cref="BoxSums"/> promises: the pass down the columns with three additions a pixel, and the
/// pass along a row as a tree of doubled sums.
/// </summary>
internal static unsafe class BoxSumsCpu<TLanes, TVector>
    where TLanes : struct, ILanes<TVector>
    where TVector : struct
{
    /// <summary>Floats behind a row of <see cref="AlongRow"/> that are read, though no result depends on them.</summary>
    public const int Overrun = 128;

    /// <summary>Columns that both passes down the columns take at a time: rows must have room for whole steps.</summary>
    public static int Step => 2 * TLanes.Count;

    /// <summary>
    /// One block of rows of a plane: turns the sums at the end of the block before into those of this one, and sums every box whose last
    /// row lies in this block.
    /// </summary>
    /// <param name="plane">The block's rows, <paramref name="length"/> of them.</param>
    /// <param name="ends">
    /// In row i, from 1 on, the sum of the rows i and on of the block before; becomes that of this block. Row
    /// <paramref name="length"/> is 0 and stays so.
    /// </param>
    /// <param name="sums">Receives in row i the sum of the box whose last row is row i of the block.</param>
    /// <param name="stride">Floats from a row to the next, in all three.</param>
    /// <param name="length">Rows of a block, and of a box.</param>
    /// <param name="width">Columns.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void DownColumns(float* plane, float* ends, float* sums, nint stride, int length, int width)
    {
        int lanes = TLanes.Count;
        for (int x = 0; x < width; x += 2 * lanes)
        {
            TVector zero = TLanes.Broadcast(0), left = zero, right = zero;
            float* from = plane + x, to = sums + x, end = ends + stride + x;
            for (int row = 0; row < length; row++, from += stride, to += stride, end += stride)
            {
                left = TLanes.Add(left, TLanes.Load(from));
                right = TLanes.Add(right, TLanes.Load(from + lanes));
                TLanes.Store(TLanes.Add(TLanes.Load(end), left), to);
                TLanes.Store(TLanes.Add(TLanes.Load(end + lanes), right), to + lanes);
            }
            (left, right) = (zero, zero);
            end -= stride;
            for (int row = length - 1; row > 0; row--)
            {
                from -= stride;
                end -= stride;
                left = TLanes.Add(left, TLanes.Load(from));
                right = TLanes.Add(right, TLanes.Load(from + lanes));
                TLanes.Store(left, end);
                TLanes.Store(right, end + lanes);
            }
        }
    }

    /// <summary>
    /// As <see cref="DownColumns"/> for a plane and, behind it, its product with another one, each product rounded together with the sum
    /// that it is added to.
    /// </summary>
    /// <param name="plane">The plane.</param>
    /// <param name="factor">What it is multiplied with.</param>
    /// <param name="ends">Those of the plane; those of the products follow after <paramref name="endsPlane"/> floats.</param>
    /// <param name="endsPlane">See <paramref name="ends"/>.</param>
    /// <param name="sums">Those of the plane; those of the products follow after <paramref name="sumsPlane"/> floats.</param>
    /// <param name="sumsPlane">See <paramref name="sums"/>.</param>
    /// <param name="stride">Floats from a row to the next, in all of them.</param>
    /// <param name="length">Rows of a block, and of a box.</param>
    /// <param name="width">Columns.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void ProductsDownColumns(
        float* plane, float* factor, float* ends, nint endsPlane, float* sums, nint sumsPlane, nint stride, int length, int width)
    {
        int lanes = TLanes.Count;
        nint toFactor = (nint)(factor - plane);
        for (int x = 0; x < width; x += 2 * lanes)
        {
            TVector zero = TLanes.Broadcast(0), left = zero, right = zero, leftProduct = zero, rightProduct = zero;
            float* from = plane + x, to = sums + x, end = ends + stride + x;
            for (int row = 0; row < length; row++, from += stride, to += stride, end += stride)
            {
                TVector a = TLanes.Load(from), b = TLanes.Load(from + lanes);
                left = TLanes.Add(left, a);
                right = TLanes.Add(right, b);
                leftProduct = TLanes.Fma(a, TLanes.Load(from + toFactor), leftProduct);
                rightProduct = TLanes.Fma(b, TLanes.Load(from + toFactor + lanes), rightProduct);
                TLanes.Store(TLanes.Add(TLanes.Load(end), left), to);
                TLanes.Store(TLanes.Add(TLanes.Load(end + lanes), right), to + lanes);
                TLanes.Store(TLanes.Add(TLanes.Load(end + endsPlane), leftProduct), to + sumsPlane);
                TLanes.Store(TLanes.Add(TLanes.Load(end + endsPlane + lanes), rightProduct), to + sumsPlane + lanes);
            }
            (left, right, leftProduct, rightProduct) = (zero, zero, zero, zero);
            end -= stride;
            for (int row = length - 1; row > 0; row--)
            {
                from -= stride;
                end -= stride;
                TVector a = TLanes.Load(from), b = TLanes.Load(from + lanes);
                left = TLanes.Add(left, a);
                right = TLanes.Add(right, b);
                leftProduct = TLanes.Fma(a, TLanes.Load(from + toFactor), leftProduct);
                rightProduct = TLanes.Fma(b, TLanes.Load(from + toFactor + lanes), rightProduct);
                TLanes.Store(left, end);
                TLanes.Store(right, end + lanes);
                TLanes.Store(leftProduct, end + endsPlane);
                TLanes.Store(rightProduct, end + endsPlane + lanes);
            }
        }
    }

    /// <summary>Sums every <paramref name="length"/> neighbours of a row: sum i begins at value i.</summary>
    /// <param name="row">The values; overwritten. <see cref="Overrun"/> more floats may be read behind the last one that counts.</param>
    /// <param name="sums">Receives the sums, and has room for whole vectors; another memory than the row.</param>
    /// <param name="count">Sums.</param>
    /// <param name="length">Values of a sum; odd.</param>
    public static void AlongRow(float* row, float* sums, int count, int length)
    {
        if (length == 17)
        {
            Seventeen(row, sums, count);
        }
        else
        {
            Any(row, sums, count, length);
        }
    }

    /// <summary>17 values, the default: every level of the tree is in registers, and a value is loaded twice.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Seventeen(float* row, float* sums, int count)
    {
        int lanes = TLanes.Count;
        // twoK, fourK, eightK: sums of so many values that begin in vector K, counted from the vector whose results are stored.
        TVector x0 = TLanes.Load(row), x1 = TLanes.Load(row + lanes), x2 = TLanes.Load(row + (2 * lanes));
        TVector x3 = TLanes.Load(row + (3 * lanes));
        TVector two0 = TLanes.Add(x0, TLanes.Shift1(x0, x1)), two1 = TLanes.Add(x1, TLanes.Shift1(x1, x2));
        TVector two2 = TLanes.Add(x2, TLanes.Shift1(x2, x3));
        TVector four0 = TLanes.Add(two0, TLanes.Shift2(two0, two1)), four1 = TLanes.Add(two1, TLanes.Shift2(two1, two2));
        TVector eight0 = TLanes.Add(four0, TLanes.Shift4(four0, four1));
        for (int i = 0; i < count; i += lanes)
        {
            TVector x4 = TLanes.Load(row + i + (4 * lanes));
            TVector two3 = TLanes.Add(x3, TLanes.Shift1(x3, x4));
            TVector four2 = TLanes.Add(two2, TLanes.Shift2(two2, two3));
            TVector eight1 = TLanes.Add(four1, TLanes.Shift4(four1, four2));
            TVector sixteen = TLanes.Add(eight0, TLanes.Shift8(eight0, eight1));
            TLanes.Store(TLanes.Add(TLanes.Load(row + i + 16), sixteen), sums + i);
            (x3, two2, four1, eight0) = (x4, two3, four2, eight1);
        }
    }

    /// <summary>Any odd number of values: the row is doubled in place, level by level.</summary>
    private static void Any(float* row, float* sums, int count, int length)
    {
        int whole = (count + TLanes.Count - 1) / TLanes.Count * TLanes.Count;
        new ReadOnlySpan<float>(row + length - 1, whole).CopyTo(new Span<float>(sums, whole));
        int last = count + length - 1;
        for (int half = 1; 2 * half <= length; half *= 2)
        {
            bool adds = (length & (2 * half)) != 0;
            Double(row, last, half);
            if (adds)
            {
                Accumulate(sums, row + (length / (4 * half) * 4 * half), count);
            }
        }
    }

    /// <summary>Adds to each value the one <paramref name="half"/> further on, in place: it has not changed yet.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Double(float* row, int count, int half)
    {
        for (int i = 0; i < count; i += TLanes.Count)
        {
            TLanes.Store(TLanes.Add(TLanes.Load(row + i), TLanes.Load(row + i + half)), row + i);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Accumulate(float* sums, float* row, int count)
    {
        for (int i = 0; i < count; i += TLanes.Count)
        {
            TLanes.Store(TLanes.Add(TLanes.Load(sums + i), TLanes.Load(row + i)), sums + i);
        }
    }
}
