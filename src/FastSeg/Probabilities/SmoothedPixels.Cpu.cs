using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using FastSeg.Simd;

namespace FastSeg.Probabilities;

/// <summary>
/// What becomes of single pixels behind the guided filter. Labels are what <see cref="Forest.Decision.Labels"/> says of g or of w q, given
/// as many groups as classes. Results do not depend on where in a row a pixel lies, and kernels give the same bits.
/// </summary>
internal static unsafe class SmoothedPixelsCpu
{
    /// <summary>Divides the values of a pixel by their sum, in place. Where the sum is 0, they stay 0.</summary>
    /// <param name="values">Class 0, first pixel; at least 0.</param>
    /// <param name="classStride">Floats from a class to the next; rows have room for whole vectors.</param>
    /// <param name="classes">Classes.</param>
    /// <param name="count">Pixels; the rest of the last vector is computed too.</param>
    public static void Normalise(float* values, nint classStride, int classes, int count)
    {
        if (VectorPath.Bits == 512)
        {
            Normalise<Simd512, Vector512<float>>(values, classStride, classes, count);
        }
        else
        {
            Normalise<Simd256, Vector256<float>>(values, classStride, classes, count);
        }
    }

    /// <summary>
    /// q of some pixels: p where the largest p is above <see cref="SafeRule.Sure"/>, else g; times <see cref="SafeRule.One"/>, rounded, and
    /// <see cref="SafeRule.Own"/> more for the class of the largest p.
    /// </summary>
    /// <param name="p">Probabilities of class 0, first pixel.</param>
    /// <param name="pStride">Floats from a class to the next.</param>
    /// <param name="g">Smoothed probabilities of class 0, first pixel.</param>
    /// <param name="gStride">Floats from a class to the next.</param>
    /// <param name="classes">Classes.</param>
    /// <param name="q">Receives class 0, first pixel.</param>
    /// <param name="qStride">Values from a class to the next.</param>
    /// <param name="count">Pixels.</param>
    public static void Choose(float* p, nint pStride, float* g, nint gStride, int classes, ushort* q, nint qStride, int count)
    {
        int done = VectorPath.Bits == 512
            ? Choose<Simd512, Vector512<float>>(p, pStride, g, gStride, classes, q, qStride, count)
            : Choose<Simd256, Vector256<float>>(p, pStride, g, gStride, classes, q, qStride, count);
        for (int i = done; i < count; i++)
        {
            float most = p[i];
            for (int c = 1; c < classes; c++)
            {
                most = Math.Max(most, p[(c * pStride) + i]);
            }
            for (int c = 0; c < classes; c++)
            {
                float own = p[(c * pStride) + i], value = most > SafeRule.Sure ? own : g[(c * gStride) + i];
                float offset = most > own ? 0.5f : SafeRule.Own + 0.5f;
                q[(c * qStride) + i] = (ushort)MathF.FusedMultiplyAdd(value, SafeRule.One, offset);
            }
        }
    }

    /// <summary>q of some pixels, times w where the class is the one that the pixel had before smoothing.</summary>
    /// <param name="q">Class 0, first pixel, from <see cref="Choose"/>.</param>
    /// <param name="qStride">Values from a class to the next.</param>
    /// <param name="weights">One weight a class.</param>
    /// <param name="classes">Classes.</param>
    /// <param name="weighted">Receives class 0, first pixel.</param>
    /// <param name="classStride">Floats from a class to the next.</param>
    /// <param name="count">Pixels.</param>
    public static void Weigh(ushort* q, nint qStride, float* weights, int classes, float* weighted, nint classStride, int count)
    {
        for (int c = 0; c < classes; c++, q += qStride, weighted += classStride)
        {
            int done = VectorPath.Bits == 512
                ? Weigh<Simd512, Vector512<float>>(q, weights[c], weighted, count)
                : Weigh<Simd256, Vector256<float>>(q, weights[c], weighted, count);
            for (int i = done; i < count; i++)
            {
                weighted[i] = q[i] < SafeRule.Own ? q[i] : (q[i] - SafeRule.Own) * weights[c];
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Normalise<TLanes, TVector>(float* values, nint classStride, int classes, int count)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct
    {
        TVector least = TLanes.Broadcast(SafeRule.LeastSum), one = TLanes.Broadcast(1);
        for (int i = 0; i < count; i += TLanes.Count)
        {
            TVector sum = TLanes.Load(values + i);
            for (int c = 1; c < classes; c++)
            {
                sum = TLanes.Add(sum, TLanes.Load(values + (c * classStride) + i));
            }
            TVector part = TLanes.Divide(one, TLanes.Max(sum, least));
            for (int c = 0; c < classes; c++)
            {
                float* at = values + (c * classStride) + i;
                TLanes.Store(TLanes.Multiply(TLanes.Load(at), part), at);
            }
        }
    }

    /// <summary>Whole vectors of <see cref="Choose"/>; returns how many pixels these are.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int Choose<TLanes, TVector>(
        float* p, nint pStride, float* g, nint gStride, int classes, ushort* q, nint qStride, int count)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct
    {
        TVector sure = TLanes.Broadcast(SafeRule.Sure), one = TLanes.Broadcast(SafeRule.One);
        TVector half = TLanes.Broadcast(0.5f), marked = TLanes.Broadcast(SafeRule.Own + 0.5f);
        int i = 0;
        for (; i <= count - TLanes.Count; i += TLanes.Count)
        {
            TVector most = TLanes.Load(p + i);
            for (int c = 1; c < classes; c++)
            {
                most = TLanes.Max(most, TLanes.Load(p + (c * pStride) + i));
            }
            for (int c = 0; c < classes; c++)
            {
                TVector own = TLanes.Load(p + (c * pStride) + i);
                TVector value = TLanes.WhereAbove(most, sure, own, TLanes.Load(g + (c * gStride) + i));
                TLanes.StoreShorts(TLanes.Fma(value, one, TLanes.WhereAbove(most, own, half, marked)), q + (c * qStride) + i);
            }
        }
        return i;
    }

    /// <summary>Whole vectors of one class of <see cref="Weigh"/>; returns how many pixels these are.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int Weigh<TLanes, TVector>(ushort* q, float weight, float* weighted, int count)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct
    {
        TVector weights = TLanes.Broadcast(weight), one = TLanes.Broadcast(SafeRule.One), own = TLanes.Broadcast(SafeRule.Own);
        int i = 0;
        for (; i <= count - TLanes.Count; i += TLanes.Count)
        {
            TVector value = TLanes.LoadShorts(q + i);
            TVector times = TLanes.Multiply(TLanes.Subtract(value, own), weights);
            TLanes.Store(TLanes.WhereAbove(value, one, times, value), weighted + i);
        }
        return i;
    }
}
