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
    /// q of some pixels: p where the largest p is above <see cref="SafeRule.Sure"/>, else g; times 65535, rounded.
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
        for (int i = 0; i < count; i++)
        {
            float most = p[i];
            for (int c = 1; c < classes; c++)
            {
                most = Math.Max(most, p[(c * pStride) + i]);
            }
            for (int c = 0; c < classes; c++)
            {
                float value = most > SafeRule.Sure ? p[(c * pStride) + i] : g[(c * gStride) + i];
                q[(c * qStride) + i] = (ushort)MathF.FusedMultiplyAdd(value, ushort.MaxValue, 0.5f);
            }
        }
    }

    /// <summary>w q of some pixels.</summary>
    /// <param name="q">Class 0, first pixel, from <see cref="Choose"/>.</param>
    /// <param name="qStride">Values from a class to the next.</param>
    /// <param name="weights">One weight a class.</param>
    /// <param name="classes">Classes.</param>
    /// <param name="weighted">Receives class 0, first pixel.</param>
    /// <param name="classStride">Floats from a class to the next.</param>
    /// <param name="count">Pixels.</param>
    public static void Weigh(ushort* q, nint qStride, float* weights, int classes, float* weighted, nint classStride, int count)
    {
        for (int c = 0; c < classes; c++)
        {
            for (int i = 0; i < count; i++)
            {
                weighted[(c * classStride) + i] = q[(c * qStride) + i] * weights[c];
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
}
