using FastSeg.Features;
using FastSeg.Forest;
using FastSeg.Native;

namespace FastSeg.Models;

/// <summary>
/// A few training pixels' features and the probabilities they had when the model was trained. A model that does not reproduce them
/// on this machine is refused.
/// </summary>
/// <param name="Features">Rows x planes.</param>
/// <param name="Probabilities">Rows x classes.</param>
/// <param name="Rows">Pixels.</param>
internal sealed record SelfTest(float[] Features, float[] Probabilities, int Rows)
{
    /// <summary>Pixels that are kept.</summary>
    public const int MostRows = 16;

    /// <summary>Two correct float32 softmaxes differ by less; see the spec's bound for probabilities.</summary>
    private const float Tolerance = 1e-6f;

    /// <summary>Takes rows evenly spaced over the training set.</summary>
    public static SelfTest From(TrainingRows rows, DecisionForest forest)
    {
        int count = (int)Math.Min(MostRows, rows.Count);
        float[] features = new float[count * rows.Planes];
        for (int i = 0; i < count; i++)
        {
            rows.Copy(i * (rows.Count - 1) / Math.Max(1, count - 1), features.AsSpan(i * rows.Planes));
        }
        return new SelfTest(features, Predict(forest, features, count), count);
    }

    /// <summary>
    /// Takes rows as they are. What is kept does not come from the fast path: the trees are walked node by node and the probabilities
    /// computed in float64.
    /// </summary>
    public static SelfTest From(float[] features, DecisionForest forest)
    {
        int rows = features.Length / forest.Features;
        float[] probabilities = new float[rows * forest.Classes], margins = new float[forest.Groups];
        for (int row = 0; row < rows; row++)
        {
            forest.Margins(features.AsSpan(row * forest.Features, forest.Features), margins);
            // Two classes have the margin of the second one only: softmax of 0 and it is its sigmoid.
            double[] all = forest.Groups == 1 ? [0, margins[0]] : Array.ConvertAll(margins, margin => (double)margin);
            double most = all.Max(), sum = all.Sum(margin => Math.Exp(margin - most));
            for (int c = 0; c < all.Length; c++)
            {
                probabilities[(row * all.Length) + c] = (float)(Math.Exp(all[c] - most) / sum);
            }
        }
        return new SelfTest(features, probabilities, rows);
    }

    /// <summary>Compares what the forest gives here with what is kept.</summary>
    /// <exception cref="InvalidDataException">They differ.</exception>
    public void Check(DecisionForest forest)
    {
        if (Rows is < 1 or > MostRows || Features.Length != Rows * forest.Features || Probabilities.Length != Rows * forest.Classes)
        {
            throw new InvalidDataException("its self-test has another size than its trees");
        }
        float[] here = Predict(forest, Features, Rows);
        for (int i = 0; i < here.Length; i++)
        {
            if (!(Math.Abs(here[i] - Probabilities[i]) <= Tolerance))
            {
                throw new InvalidDataException(
                    $"its self-test fails: pixel {i / forest.Classes} has probability {here[i]:R} of class {(i % forest.Classes) + 1} here, but {Probabilities[i]:R} is kept");
            }
        }
    }

    private static unsafe float[] Predict(DecisionForest forest, float[] features, int rows)
    {
        const int Stride = 64;
        using var planes = new HostBuffer((long)forest.Features * Stride * sizeof(float));
        float* first = (float*)planes.Pointer;
        for (int plane = 0; plane < forest.Features; plane++)
        {
            for (int i = 0; i < Stride; i++)
            {
                first[(plane * Stride) + i] = i < rows ? features[(i * forest.Features) + plane] : 0;
            }
        }
        using var cpu = new ForestCpu(forest, Stride, 1);
        cpu.Predict(new Band(0, 0, rows, 1, forest.Features, first, Stride, Stride));
        float* byClass = stackalloc float[256 * MostRows];
        Decision.Probabilities(cpu.Margins(0), cpu.GroupStride, forest.Groups, byClass, MostRows, rows);
        float[] probabilities = new float[rows * forest.Classes];
        for (int i = 0; i < probabilities.Length; i++)
        {
            probabilities[i] = byClass[(i % forest.Classes * MostRows) + (i / forest.Classes)];
        }
        return probabilities;
    }
}
