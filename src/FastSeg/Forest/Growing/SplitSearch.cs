using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace FastSeg.Forest.Growing;

/// <summary>
/// The best split of a node by one feature: sums of first and second derivatives in each bin, then a walk over the cuts. A histogram is
/// looked at as soon as it is made, so it never leaves the first-level cache, and features that a node does not draw cost nothing:
/// with a fifth of the features in each node this is what XGBoost, which fills all histograms, spends its time on.
/// </summary>
internal static unsafe class SplitSearch
{
    /// <summary>Numbers in the histograms of two features: two sums a bin.</summary>
    public const int HistogramLength = 2 * 2 * 256;

    /// <summary>Finds the best split by either of two features.</summary>
    /// <param name="rows">The node's rows.</param>
    /// <param name="bins">The rows' bins.</param>
    /// <param name="features">One feature or two, the lower one first.</param>
    /// <param name="options">Least sum of second derivatives on a side, and lambda.</param>
    /// <param name="histogram">Scratch of <see cref="HistogramLength"/> numbers.</param>
    public static Split Best(
        in NodeRows rows, BinnedRows bins, ReadOnlySpan<int> features, TrainingOptions options, double* histogram)
    {
        int first = features[0], second = features[^1];
        double* other = histogram + (HistogramLength / 2);
        int firstBins = bins.Cuts(first).Length + 1, secondBins = bins.Cuts(second).Length + 1;
        new Span<double>(histogram, 2 * firstBins).Clear();
        if (features.Length == 1)
        {
            Sum(rows, bins.Column(first), histogram);
            return Walk(rows, first, firstBins, options, histogram);
        }
        new Span<double>(other, 2 * secondBins).Clear();
        Sum(rows, bins.Column(first), bins.Column(second), histogram, other);
        Split left = Walk(rows, first, firstBins, options, histogram), right = Walk(rows, second, secondBins, options, other);
        return right.Score > left.Score ? right : left;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Sum(in NodeRows rows, byte* column, double* histogram)
    {
        int* ids = rows.Ids;
        float* derivatives = rows.Derivatives;
        for (int i = 0, count = rows.Count; i < count; i++)
        {
            double* at = histogram + (2 * column[ids[i]]);
            Vector128.Store(Vector128.Load(at) + Both(derivatives + (2 * (nint)i)), at);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Sum(in NodeRows rows, byte* first, byte* second, double* histogram, double* other)
    {
        int* ids = rows.Ids;
        float* derivatives = rows.Derivatives;
        for (int i = 0, count = rows.Count; i < count; i++)
        {
            int id = ids[i];
            Vector128<double> both = Both(derivatives + (2 * (nint)i));
            double* at = histogram + (2 * first[id]), to = other + (2 * second[id]);
            Vector128.Store(Vector128.Load(at) + both, at);
            Vector128.Store(Vector128.Load(to) + both, to);
        }
    }

    /// <summary>A row's first and second derivative.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<double> Both(float* derivatives) =>
        Sse2.ConvertToVector128Double(Vector128.CreateScalarUnsafe(*(double*)derivatives).AsSingle());

    /// <summary>
    /// Walks over the bins that have rows. Between two of them lies one cut that counts, the first behind the lower one, as in XGBoost.
    /// </summary>
    private static Split Walk(in NodeRows rows, int feature, int bins, TrainingOptions options, double* histogram)
    {
        (double least, double lambda) = (options.MinChildWeight, options.Lambda);
        double gradient = rows.Gradient, hessian = rows.Hessian, leftGradient = 0, leftHessian = 0;
        Split best = Split.None;
        int last = -1;
        for (int bin = 0; bin < bins; bin++)
        {
            double binHessian = histogram[(2 * bin) + 1];
            if (binHessian == 0)
            {
                continue;
            }
            double rightHessian = hessian - leftHessian;
            if (last >= 0 && leftHessian >= least && rightHessian >= least)
            {
                double rightGradient = gradient - leftGradient;
                double score = (leftGradient * leftGradient / (leftHessian + lambda))
                    + (rightGradient * rightGradient / (rightHessian + lambda));
                if (score > best.Score)
                {
                    best = new Split
                    {
                        Feature = feature,
                        Bin = last,
                        Score = score,
                        LeftGradient = leftGradient,
                        LeftHessian = leftHessian,
                    };
                }
            }
            leftGradient += histogram[2 * bin];
            leftHessian += binHessian;
            last = bin;
        }
        return best;
    }
}
