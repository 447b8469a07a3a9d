using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.LinearAlgebra.Factorization;

namespace FastSeg.Cli.Pictures;

/// <summary>The directions in which standardised features vary most.</summary>
internal sealed class PrincipalComponents
{
    private readonly float[] _mean;

    private PrincipalComponents(float[] mean, float[][] weights) => (_mean, Weights) = (mean, weights);

    /// <summary>For each component, a weight for every feature, to be applied to feature minus mean.</summary>
    public float[][] Weights { get; }

    /// <summary>Finds the first components of samples x features; features that never change get no weight.</summary>
    /// <param name="samples">Row-major.</param>
    /// <param name="features">Features of a row.</param>
    /// <param name="count">Components wanted; fewer come of fewer features.</param>
    public static PrincipalComponents Of(float[] samples, int features, int count)
    {
        int rows = samples.Length / features;
        double[] mean = new double[features];
        double[] deviation = new double[features];
        for (int f = 0; f < features; f++)
        {
            for (int i = 0; i < rows; i++)
            {
                mean[f] += samples[(i * features) + f];
            }
            // Sums of float32 are exact here, so that the mean of equal samples is exactly them.
            mean[f] /= rows;
            for (int i = 0; i < rows; i++)
            {
                double d = samples[(i * features) + f] - mean[f];
                deviation[f] += d * d / rows;
            }
            deviation[f] = Math.Sqrt(deviation[f]);
        }
        var standard = Matrix<double>.Build.Dense(rows, features, (i, f) => deviation[f] == 0 ? 0 : (samples[(i * features) + f] - mean[f]) / deviation[f]);
        Evd<double> evd = (standard.TransposeThisAndMultiply(standard) / rows).Evd(Symmetricity.Symmetric);
        float[][] weights = new float[Math.Min(count, features)][];
        for (int k = 0; k < weights.Length; k++)
        {
            // Eigenvalues come in ascending order. An eigenvector's sign is arbitrary; fix it so that pictures repeat.
            Vector<double> vector = evd.EigenVectors.Column(features - 1 - k);
            double sign = vector[vector.AbsoluteMaximumIndex()] < 0 ? -1 : 1;
            weights[k] = [.. vector.Select((value, f) => (float)(deviation[f] == 0 ? 0 : sign * value / deviation[f]))];
        }
        return new PrincipalComponents([.. mean.Select(value => (float)value)], weights);
    }

    /// <summary>Features that are principal components already: those from <paramref name="first"/> on, as they are.</summary>
    /// <param name="first">The first of them.</param>
    /// <param name="features">All features.</param>
    /// <param name="count">Components wanted; fewer come of fewer features.</param>
    public static PrincipalComponents Ready(int first, int features, int count)
    {
        float[][] weights = new float[Math.Min(count, features - first)][];
        for (int k = 0; k < weights.Length; k++)
        {
            weights[k] = new float[features];
            weights[k][first + k] = 1;
        }
        return new PrincipalComponents(new float[features], weights);
    }

    /// <summary>One feature's part in a component.</summary>
    public float Part(int component, int feature, float value) => Weights[component][feature] * (value - _mean[feature]);
}
