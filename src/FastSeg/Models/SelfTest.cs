using FastSeg.Forest;

namespace FastSeg.Models;

/// <summary>
/// Features of a few pixels, and the probabilities that they had when the model was made. A model that does not reproduce them on this
/// machine is refused.
/// </summary>
/// <param name="Features">Rows x planes.</param>
/// <param name="Probabilities">Rows x classes.</param>
/// <param name="Rows">Pixels.</param>
internal sealed record SelfTest(float[] Features, float[] Probabilities, int Rows)
{
    /// <summary>Most pixels that are kept.</summary>
    public const int MostRows = 16;

    /// <summary>Largest difference of a probability: two correct softmaxes in float32 differ by less.</summary>
    private const float Tolerance = 1e-6f;

    /// <summary>Keeps the probabilities that the forest's fast path gives: for trees that were trained here.</summary>
    /// <param name="features">At most <see cref="MostRows"/> rows, each of the forest's features.</param>
    /// <param name="forest">The trees.</param>
    public static SelfTest FromTraining(float[] features, DecisionForest forest)
    {
        int rows = features.Length / forest.Features;
        return new SelfTest(features, Predict(forest, features, rows), rows);
    }

    /// <summary>
    /// Keeps probabilities that do not come from the fast path, but from walking the trees node by node and a softmax in float64: for trees
    /// that were imported, so that the self-test compares two ways of computing them.
    /// </summary>
    /// <param name="features">At most <see cref="MostRows"/> rows, each of the forest's features.</param>
    /// <param name="forest">The trees.</param>
    public static SelfTest FromTrees(float[] features, DecisionForest forest)
    {
        int rows = features.Length / forest.Features;
        float[] probabilities = new float[rows * forest.Classes], margins = new float[forest.Groups];
        for (int row = 0; row < rows; row++)
        {
            forest.Margins(features.AsSpan(row * forest.Features, forest.Features), margins);
            // A forest of two classes may have one margin, that of the second: its sigmoid is the softmax of 0 and it.
            double[] all = forest.Groups == 1 ? [0, margins[0]] : Array.ConvertAll(margins, margin => (double)margin);
            double most = all.Max(), sum = all.Sum(margin => Math.Exp(margin - most));
            for (int c = 0; c < all.Length; c++)
            {
                probabilities[(row * all.Length) + c] = (float)(Math.Exp(all[c] - most) / sum);
            }
        }
        return new SelfTest(features, probabilities, rows);
    }

    /// <summary>
    /// How sure the trees are of these pixels: the median over them of ln(p / q), where p is the probability of the label and q that of
    /// the next class.
    /// </summary>
    public double Margin(int classes)
    {
        double[] margins = new double[Rows];
        for (int row = 0; row < Rows; row++)
        {
            float[] sorted = [.. Probabilities.AsSpan(row * classes, classes).ToArray().Order()];
            margins[row] = Math.Log(sorted[^1] / Math.Max(sorted[^2], float.Epsilon));
        }
        Array.Sort(margins);
        return margins[Rows / 2];
    }

    /// <summary>Compares the probabilities that the forest gives on this machine with those that are kept.</summary>
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
                    $"its self-test fails: pixel {i / forest.Classes} has probability {here[i]:R} " +
                    $"of class {(i % forest.Classes) + 1} here, but {Probabilities[i]:R} is kept");
            }
        }
    }

    /// <summary>The probabilities that the forest's fast path gives, row by row.</summary>
    private static unsafe float[] Predict(DecisionForest forest, float[] features, int rows)
    {
        using var cpu = new ForestRowsCpu(forest);
        fixed (float* first = features)
        {
            for (int i = 0; i < rows; i++)
            {
                cpu.Put(i, first + (i * forest.Features));
            }
        }
        float* byClass = stackalloc float[256 * MostRows];
        Decision.Probabilities(cpu.Margins(rows), cpu.GroupStride, forest.Groups, byClass, MostRows, rows);
        float[] probabilities = new float[rows * forest.Classes];
        for (int i = 0; i < probabilities.Length; i++)
        {
            probabilities[i] = byClass[(i % forest.Classes * MostRows) + (i / forest.Classes)];
        }
        return probabilities;
    }
}
