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
        double[] mean = new double[features], deviation = new double[features];
        for (int i = 0; i < samples.Length; i++)
        {
            mean[i % features] += samples[i];
        }
        for (int f = 0; f < features; f++)
        {
            // A sum of equal float32 samples is exact in float64: their mean is the sample itself, and their deviation is exactly 0.
            mean[f] /= rows;
        }
        double[,] correlation = Covariance(samples, mean);
        for (int f = 0; f < features; f++)
        {
            deviation[f] = Math.Sqrt(correlation[f, f]);
        }
        for (int f = 0; f < features; f++)
        {
            for (int g = 0; g < features; g++)
            {
                correlation[f, g] = deviation[f] == 0 || deviation[g] == 0 ? 0 : correlation[f, g] / (deviation[f] * deviation[g]);
            }
        }
        Evd<double> evd = Matrix<double>.Build.DenseOfArray(correlation).Evd(Symmetricity.Symmetric);
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

    private static double[,] Covariance(float[] samples, double[] mean)
    {
        int features = mean.Length, rows = samples.Length / features;
        double[,] covariance = new double[features, features];
        double[] row = new double[features];
        for (int i = 0; i < rows; i++)
        {
            for (int f = 0; f < features; f++)
            {
                row[f] = samples[(i * features) + f] - mean[f];
                for (int g = 0; g <= f; g++)
                {
                    covariance[f, g] += row[f] * row[g] / rows;
                }
            }
        }
        for (int f = 0; f < features; f++)
        {
            for (int g = 0; g < f; g++)
            {
                covariance[g, f] = covariance[f, g];
            }
        }
        return covariance;
    }
}
