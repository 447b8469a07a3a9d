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

    /// <summary>Cuts that are looked at together, and room for a vector behind the last.</summary>
    private const int MostCuts = 256 + 4;

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

    /// <summary>
    /// Adds up one feature's histogram. Neighbouring rows, which are neighbouring pixels, often have one bin, and the next addition to it
    /// waits for the last. So four quarters of the rows are added in turns.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Sum(in NodeRows rows, byte* column, double* histogram)
    {
        int* ids = rows.Ids;
        float* derivatives = rows.Derivatives;
        int quarter = rows.Count / 4;
        for (int i = 0; i < quarter; i++)
        {
            for (int part = 0; part < 4; part++)
            {
                int row = i + (part * quarter);
                Add(histogram + (2 * column[ids[row]]), Both(derivatives + (2 * (nint)row)));
            }
        }
        for (int row = 4 * quarter; row < rows.Count; row++)
        {
            Add(histogram + (2 * column[ids[row]]), Both(derivatives + (2 * (nint)row)));
        }
    }

    /// <summary>The same for two features.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Sum(in NodeRows rows, byte* first, byte* second, double* histogram, double* other)
    {
        int* ids = rows.Ids;
        float* derivatives = rows.Derivatives;
        int quarter = rows.Count / 4;
        int* ids1 = ids + quarter, ids2 = ids1 + quarter, ids3 = ids2 + quarter;
        float* derivatives1 = derivatives + (2 * (nint)quarter), derivatives2 = derivatives1 + (2 * (nint)quarter);
        float* derivatives3 = derivatives2 + (2 * (nint)quarter);
        for (int i = 0; i < quarter; i++)
        {
            nint at = 2 * (nint)i;
            AddBoth(ids[i], derivatives + at, first, second, histogram, other);
            AddBoth(ids1[i], derivatives1 + at, first, second, histogram, other);
            AddBoth(ids2[i], derivatives2 + at, first, second, histogram, other);
            AddBoth(ids3[i], derivatives3 + at, first, second, histogram, other);
        }
        for (int row = 4 * quarter; row < rows.Count; row++)
        {
            AddBoth(ids[row], derivatives + (2 * (nint)row), first, second, histogram, other);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddBoth(int id, float* derivatives, byte* first, byte* second, double* histogram, double* other)
    {
        Vector128<double> both = Both(derivatives);
        Add(histogram + (2 * first[id]), both);
        Add(other + (2 * second[id]), both);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add(double* sums, Vector128<double> both) => Vector128.Store(Vector128.Load(sums) + both, sums);

    /// <summary>A row's first and second derivative.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<double> Both(float* derivatives) =>
        Sse2.ConvertToVector128Double(Vector128.CreateScalarUnsafe(*(double*)derivatives).AsSingle());

    /// <summary>
    /// Walks over the bins that have rows. Between two of them lies one cut that counts, the first behind the lower one, as in XGBoost. The
    /// sums of the left rows come first, then all scores, four at a time, then their largest.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static Split Walk(in NodeRows rows, int feature, int bins, TrainingOptions options, double* histogram)
    {
        double* gradients = stackalloc double[MostCuts], hessians = stackalloc double[MostCuts], scores = stackalloc double[MostCuts];
        byte* cuts = stackalloc byte[MostCuts];
        int count = 0;
        double gradient = 0, hessian = 0;
        for (int bin = 0; bin < bins; bin++)
        {
            double binHessian = histogram[(2 * bin) + 1];
            gradient += histogram[2 * bin];
            hessian += binHessian;
            gradients[count] = gradient;
            hessians[count] = hessian;
            cuts[count] = (byte)bin;
            count += binHessian != 0 ? 1 : 0;
        }
        // Behind the last bin that has rows nothing is left to go right.
        count--;
        Score(gradients, hessians, count, rows.Gradient, rows.Hessian, options, scores);
        int best = -1;
        double most = double.NegativeInfinity;
        for (int i = 0; i < count; i++)
        {
            if (scores[i] > most)
            {
                (most, best) = (scores[i], i);
            }
        }
        return best < 0 ? Split.None : new Split
        {
            Feature = feature,
            Bin = cuts[best],
            Score = most,
            LeftGradient = gradients[best],
            LeftHessian = hessians[best],
        };
    }

    /// <summary>
    /// GL² / (HL + lambda) + GR² / (HR + lambda) of each cut, over one denominator; minus infinity where a side has too little.
    /// Writes up to three scores more than asked for.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Score(
        double* gradients, double* hessians, int count, double gradient, double hessian, TrainingOptions options, double* scores)
    {
        Vector256<double> lambda = Vector256.Create(options.Lambda), least = Vector256.Create(options.MinChildWeight);
        Vector256<double> allGradient = Vector256.Create(gradient), allHessian = Vector256.Create(hessian);
        Vector256<double> never = Vector256.Create(double.NegativeInfinity);
        for (int i = 0; i < count; i += Vector256<double>.Count)
        {
            Vector256<double> left = Vector256.Load(gradients + i), leftHessian = Vector256.Load(hessians + i);
            Vector256<double> right = allGradient - left, rightHessian = allHessian - leftHessian;
            Vector256<double> leftAll = leftHessian + lambda, rightAll = rightHessian + lambda;
            Vector256<double> score = ((left * left * rightAll) + (right * right * leftAll)) / (leftAll * rightAll);
            Vector256<double> enough = Vector256.GreaterThanOrEqual(leftHessian, least)
                & Vector256.GreaterThanOrEqual(rightHessian, least) & Vector256.GreaterThan(rightHessian, Vector256<double>.Zero);
            Vector256.Store(Vector256.ConditionalSelect(enough, score, never), scores + i);
        }
    }
}
