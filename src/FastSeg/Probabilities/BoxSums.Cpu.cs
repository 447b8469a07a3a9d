using System.Runtime.CompilerServices;
using FastSeg.Simd;

namespace FastSeg.Probabilities;

/// <summary>
/// Sums over boxes, in the one order that <see cref="BoxSums"/> promises. A row's sums down the columns are made where the sums along the
/// row need them, and never stored.
/// </summary>
internal static unsafe class BoxSumsCpu<TLanes, TVector>
    where TLanes : struct, ILanes<TVector>
    where TVector : struct
{
    /// <summary>Vectors before the one whose sums are complete: the tree of 17 values looks so far ahead.</summary>
    private const int Ahead = 4;

    /// <summary>Columns that <see cref="Ends"/> takes at a time: rows must have room for whole steps.</summary>
    public static int Step => 2 * TLanes.Count;

    /// <summary>Floats before a row's sums that are written, though they are no sums.</summary>
    public static int Before => Ahead * TLanes.Count;

    /// <summary>
    /// Adds one or two rows of a block to the sums of the rows above them in the block, and sums every box whose last row is one of them.
    /// </summary>
    /// <param name="rows">The rows of the planes, and what they are multiplied with.</param>
    /// <param name="length">Rows and columns of a box; odd. Sums that reach over a plane's last column mean nothing.</param>
    /// <param name="scratch">Memory for a row of a plane and as many floats as <paramref name="length"/>.</param>
    public static void Boxes(in BoxRows rows, int length, float* scratch)
    {
        if (rows.Factor == null)
        {
            Boxes<Alone>(rows, length, scratch);
        }
        else
        {
            Boxes<Product>(rows, length, scratch);
        }
    }

    /// <summary>The sums at the end of a block: in row i, from 1 on, the sum of the rows i and on.</summary>
    /// <param name="plane">The block's rows, <paramref name="length"/> of them.</param>
    /// <param name="planeStride">Floats from a row of the plane to the next.</param>
    /// <param name="ends">Receives the sums. Row <paramref name="length"/> is 0 and stays so.</param>
    /// <param name="stride">Floats from a row of the sums to the next.</param>
    /// <param name="length">Rows of a block.</param>
    /// <param name="width">Columns.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Ends(float* plane, nint planeStride, float* ends, nint stride, int length, int width)
    {
        int lanes = TLanes.Count;
        for (int x = 0; x < width; x += 2 * lanes)
        {
            TVector left = TLanes.Broadcast(0), right = left;
            float* from = plane + x + (length * planeStride), end = ends + x + (length * stride);
            for (int row = length - 1; row > 0; row--)
            {
                from -= planeStride;
                end -= stride;
                left = TLanes.Add(left, TLanes.Load(from));
                right = TLanes.Add(right, TLanes.Load(from + lanes));
                TLanes.Store(left, end);
                TLanes.Store(right, end + lanes);
            }
        }
    }

    /// <summary>
    /// As <see cref="Ends"/> for a plane and its product with another one, each product rounded together with the sum that it is added to.
    /// </summary>
    /// <param name="plane">The plane.</param>
    /// <param name="factor">What it is multiplied with; its rows lie as the plane's.</param>
    /// <param name="planeStride">Floats from a row of both to the next.</param>
    /// <param name="ends">Receives the sums of the plane; those of the products follow after <paramref name="endsPlane"/> floats.</param>
    /// <param name="endsPlane">See <paramref name="ends"/>.</param>
    /// <param name="stride">Floats from a row of the sums to the next.</param>
    /// <param name="length">Rows of a block.</param>
    /// <param name="width">Columns.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void ProductEnds(
        float* plane, float* factor, nint planeStride, float* ends, nint endsPlane, nint stride, int length, int width)
    {
        int lanes = TLanes.Count;
        nint toFactor = (nint)(factor - plane);
        for (int x = 0; x < width; x += 2 * lanes)
        {
            TVector left = TLanes.Broadcast(0), right = left, leftProduct = left, rightProduct = left;
            float* from = plane + x + (length * planeStride), end = ends + x + (length * stride);
            for (int row = length - 1; row > 0; row--)
            {
                from -= planeStride;
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

    private static void Boxes<TValues>(in BoxRows rows, int length, float* scratch) where TValues : struct, IValues
    {
        if (length == 17 && rows.Two)
        {
            Seventeen<TValues, Two>(rows);
        }
        else if (length == 17)
        {
            Seventeen<TValues, One>(rows);
        }
        else
        {
            for (int row = 0; row < (rows.Two ? 2 : 1); row++)
            {
                AnyRow<TValues>(rows, row, length, scratch);
            }
        }
    }

    /// <summary>
    /// 17 columns, the default: every level of the tree is in registers, and the sums down a column are made once. Two rows at a time load
    /// and store the sums above them once, and all planes of a row are one long row.
    /// </summary>
    /// <remarks>
    /// Measured on Zen 4: a call for each plane and row cost as much as 150 columns, for the tree must be filled and emptied, and the end
    /// of each loop is mispredicted. With three classes a full panel went from 7.0 to 5.5 ns a pixel and thread.
    /// </remarks>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Seventeen<TValues, TCount>(in BoxRows rows)
        where TValues : struct, IValues
        where TCount : struct, ICount
    {
        float* values = rows.Values, above = rows.Above, end = rows.End, sums = rows.Sums - Before;
        nint toNext = rows.Step, toNextEnd = rows.EndStep, toNextSums = rows.SumsStep;
        nint columns = rows.Columns, width = rows.PlaneStride;
        TVector zero = TLanes.Broadcast(0);
        TVector a1 = zero, a2 = zero, a3 = zero, aTwo = zero, aFour = zero, aEight = zero;
        TVector b1 = zero, b2 = zero, b3 = zero, bTwo = zero, bFour = zero, bEight = zero;
        for (int plane = 0; plane < rows.Planes; plane++)
        {
            float* factor = rows.Factor;
            for (nint x = 0; x < columns; x += TLanes.Count)
            {
                TVector sum = TValues.AddTo(TLanes.Load(above + x), values + x, factor + x);
                TVector last = TCount.IsTwo ? TValues.AddTo(sum, values + toNext + x, factor + toNext + x) : sum;
                TLanes.Store(last, above + x);
                sum = TLanes.Add(TLanes.Load(end + x), sum);
                TLanes.Store(Push(sum, ref a1, ref a2, ref a3, ref aTwo, ref aFour, ref aEight), sums + x);
                if (TCount.IsTwo)
                {
                    last = TLanes.Add(TLanes.Load(end + toNextEnd + x), last);
                    TLanes.Store(Push(last, ref b1, ref b2, ref b3, ref bTwo, ref bFour, ref bEight), sums + toNextSums + x);
                }
            }
            values += width;
            above += width;
            end += width;
            sums += columns;
        }
        for (int i = 0; i < Ahead; i++, sums += TLanes.Count)
        {
            TLanes.Store(Push(zero, ref a1, ref a2, ref a3, ref aTwo, ref aFour, ref aEight), sums);
            if (TCount.IsTwo)
            {
                TLanes.Store(Push(zero, ref b1, ref b2, ref b3, ref bTwo, ref bFour, ref bEight), sums + toNextSums);
            }
        }
    }

    /// <summary>
    /// Takes the sums down the next columns, and completes the sums of 17 columns that begin <see cref="Ahead"/> vectors before these.
    /// </summary>
    /// <param name="x">The sums down the next columns.</param>
    /// <param name="x1">Sums down columns, of the second vector of the four that came last.</param>
    /// <param name="x2">Those of the third.</param>
    /// <param name="x3">Those of the fourth.</param>
    /// <param name="two">Sums of two columns that begin in the third.</param>
    /// <param name="four">Sums of four that begin in the second.</param>
    /// <param name="eight">Sums of eight that begin in the first.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector Push(
        TVector x, ref TVector x1, ref TVector x2, ref TVector x3, ref TVector two, ref TVector four, ref TVector eight)
    {
        TVector nextTwo = TLanes.Add(x3, TLanes.Shift1(x3, x));
        TVector nextFour = TLanes.Add(two, TLanes.Shift2(two, nextTwo));
        TVector nextEight = TLanes.Add(four, TLanes.Shift4(four, nextFour));
        TVector sixteen = TLanes.Add(eight, TLanes.Shift8(eight, nextEight));
        TVector sum = TLanes.Add(TLanes.Count == 16 ? x1 : x2, sixteen);
        (x1, x2, x3, two, four, eight) = (x2, x3, x, nextTwo, nextFour, nextEight);
        return sum;
    }

    /// <summary>Any odd number of columns, plane by plane.</summary>
    private static void AnyRow<TValues>(in BoxRows rows, int row, int length, float* scratch) where TValues : struct, IValues
    {
        int columns = (int)rows.Columns;
        for (int plane = 0; plane < rows.Planes; plane++)
        {
            nint at = plane * rows.PlaneStride;
            float* values = rows.Values + at + (row * rows.Step), factor = rows.Factor + (row * rows.Step);
            float* above = rows.Above + at, end = rows.End + at + (row * rows.EndStep);
            for (int x = 0; x < columns; x += TLanes.Count)
            {
                TVector sum = TValues.AddTo(TLanes.Load(above + x), values + x, factor + x);
                TLanes.Store(sum, above + x);
                TLanes.Store(TLanes.Add(TLanes.Load(end + x), sum), scratch + x);
            }
            Any(scratch, rows.Sums + (plane * columns) + (row * rows.SumsStep), columns - length + 1, length);
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

    /// <summary>How the values of a row are added to the sums above them.</summary>
    private interface IValues
    {
        static abstract TVector AddTo(TVector sum, float* values, float* factor);
    }

    /// <summary>The values themselves.</summary>
    private readonly struct Alone : IValues
    {
        public static TVector AddTo(TVector sum, float* values, float* factor) => TLanes.Add(sum, TLanes.Load(values));
    }

    /// <summary>Their products with the factor.</summary>
    private readonly struct Product : IValues
    {
        public static TVector AddTo(TVector sum, float* values, float* factor) =>
            TLanes.Fma(TLanes.Load(values), TLanes.Load(factor), sum);
    }

    /// <summary>How many rows come at a time.</summary>
    private interface ICount
    {
        static abstract bool IsTwo { get; }
    }

    /// <summary>One row.</summary>
    private readonly struct One : ICount
    {
        public static bool IsTwo => false;
    }

    /// <summary>Two rows.</summary>
    private readonly struct Two : ICount
    {
        public static bool IsTwo => true;
    }
}
