using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace FastSeg.Forest;

/// <summary>
/// From margins to labels and probabilities, the same on every backend. Margins are group-major: pixel i of group g is at
/// g * groupStride + i. One group means two classes (binary:logistic), otherwise a group is a class.
/// </summary>
internal static unsafe class Decision
{
    /// <summary>
    /// The class of the largest margin, the lowest class on a tie; of one group: class 1 where the margin is above 0, else class 0.
    /// </summary>
    /// <param name="margins">Group 0, pixel 0.</param>
    /// <param name="groupStride">Floats from a group to the next.</param>
    /// <param name="groups">Groups, at most 255.</param>
    /// <param name="labels">Receives 0 .. classes - 1.</param>
    /// <param name="count">Pixels.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Labels(float* margins, nint groupStride, int groups, byte* labels, int count)
    {
        // One group: its margin is compared with 0, and what is above gets label 1. Several: a later group must be above the best so far,
        // so a tie keeps the lower class.
        int i = 0;
        for (; i <= count - Vector512<float>.Count; i += Vector512<float>.Count)
        {
            Vector512<float> best = groups == 1 ? Vector512<float>.Zero : Vector512.Load(margins + i);
            Vector512<int> label = Vector512<int>.Zero;
            for (int group = 1; group <= Math.Max(groups - 1, 1); group++)
            {
                Vector512<float> margin = Vector512.Load(margins + i + (groups == 1 ? 0 : group * groupStride));
                Vector512<float> above = Vector512.GreaterThan(margin, best);
                best = Vector512.ConditionalSelect(above, margin, best);
                label = Vector512.ConditionalSelect(above.AsInt32(), Vector512.Create(group), label);
            }
            Vector256<short> narrow = Vector256.Narrow(label.GetLower(), label.GetUpper());
            Vector128.Narrow(narrow.GetLower(), narrow.GetUpper()).AsByte().Store(labels + i);
        }
        for (; i < count; i++)
        {
            labels[i] = Label(margins + i, groupStride, groups);
        }
    }

    /// <summary>Probabilities of every class, as XGBoost computes them: sigmoid of one group, softmax of several.</summary>
    /// <param name="margins">Group 0, pixel 0.</param>
    /// <param name="groupStride">Floats from a group to the next.</param>
    /// <param name="groups">Groups.</param>
    /// <param name="probabilities">Class 0, pixel 0; may not overlap the margins.</param>
    /// <param name="classStride">Floats from a class to the next.</param>
    /// <param name="count">Pixels.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Probabilities(float* margins, nint groupStride, int groups, float* probabilities, nint classStride, int count)
    {
        int i = 0;
        for (; i <= count - Vector256<float>.Count; i += Vector256<float>.Count)
        {
            if (groups == 1)
            {
                Vector256<float> second = Sigmoid(Vector256.Load(margins + i));
                (Vector256<float>.One - second).Store(probabilities + i);
                second.Store(probabilities + classStride + i);
                continue;
            }
            Softmax(margins + i, groupStride, groups, probabilities + i, classStride);
        }
        // The rest is computed in a vector as well, so that a pixel's probabilities do not depend on its place.
        if (i < count)
        {
            Rest(margins + i, groupStride, groups, probabilities + i, classStride, count - i);
        }
    }

    /// <summary>The probability of the class that <see cref="Labels"/> chooses.</summary>
    /// <param name="probabilities">Class 0, pixel 0, from <see cref="Probabilities"/>.</param>
    /// <param name="classStride">Floats from a class to the next.</param>
    /// <param name="classes">Classes.</param>
    /// <param name="confidence">Receives one value a pixel.</param>
    /// <param name="count">Pixels.</param>
    public static void Confidence(float* probabilities, nint classStride, int classes, float* confidence, int count)
    {
        // Softmax and sigmoid keep the order of the margins, so the chosen class has the largest probability.
        new ReadOnlySpan<float>(probabilities, count).CopyTo(new Span<float>(confidence, count));
        for (int c = 1; c < classes; c++)
        {
            for (int i = 0; i < count; i++)
            {
                confidence[i] = MathF.Max(confidence[i], probabilities[(c * classStride) + i]);
            }
        }
    }

    private static byte Label(float* margins, nint groupStride, int groups)
    {
        if (groups == 1)
        {
            return margins[0] > 0 ? (byte)1 : (byte)0;
        }
        int label = 0;
        for (int group = 1; group < groups; group++)
        {
            label = margins[group * groupStride] > margins[label * groupStride] ? group : label;
        }
        return (byte)label;
    }

    // The cap keeps exp finite: e^88.7 is just below the largest float.
    private static Vector256<float> Sigmoid(Vector256<float> margin) =>
        Vector256<float>.One / (Vector256.Exp(Vector256.Min(-margin, Vector256.Create(88.7f))) + Vector256<float>.One);

    /// <summary>Softmax of eight pixels; the largest margin is taken off first, so that no power overflows.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Softmax(float* margins, nint groupStride, int groups, float* probabilities, nint classStride)
    {
        Vector256<float> most = Vector256.Load(margins);
        for (int group = 1; group < groups; group++)
        {
            most = Vector256.Max(most, Vector256.Load(margins + (group * groupStride)));
        }
        // XGBoost sums in float64 and rounds the sum once.
        Vector256<double> lower = Vector256<double>.Zero;
        Vector256<double> upper = Vector256<double>.Zero;
        for (int group = 0; group < groups; group++)
        {
            Vector256<float> power = Vector256.Exp(Vector256.Load(margins + (group * groupStride)) - most);
            power.Store(probabilities + (group * classStride));
            (Vector256<double> first, Vector256<double> second) = Vector256.Widen(power);
            lower += first;
            upper += second;
        }
        Vector256<float> sum = Vector256.Narrow(lower, upper);
        for (int group = 0; group < groups; group++)
        {
            (Vector256.Load(probabilities + (group * classStride)) / sum).Store(probabilities + (group * classStride));
        }
    }

    /// <summary>Probabilities of fewer than eight pixels, from copies padded with zeros to a vector.</summary>
    private static void Rest(float* margins, nint groupStride, int groups, float* probabilities, nint classStride, int count)
    {
        const int Lanes = 8;
        float* padded = stackalloc float[256 * Lanes];
        float* result = stackalloc float[256 * Lanes];
        for (int group = 0; group < groups; group++)
        {
            new ReadOnlySpan<float>(margins + (group * groupStride), count).CopyTo(new Span<float>(padded + (group * Lanes), Lanes));
            new Span<float>(padded + (group * Lanes) + count, Lanes - count).Clear();
        }
        Probabilities(padded, Lanes, groups, result, Lanes, Lanes);
        for (int c = 0; c < Math.Max(groups, 2); c++)
        {
            new ReadOnlySpan<float>(result + (c * Lanes), count).CopyTo(new Span<float>(probabilities + (c * classStride), count));
        }
    }
}
