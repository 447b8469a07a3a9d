using System.Runtime.Intrinsics;
using FastSeg.Deep.Weights;

namespace FastSeg.Deep.Tokens;

/// <summary>
/// The projection of tokens on their leading principal components. It is fitted once and kept in the model; applying a model never refits
/// it.
/// </summary>
internal sealed unsafe class SharedPca
{
    private const int Lanes = 8;
    private const int CellsAtOnce = 4;

    private readonly float[] _transposed;
    private readonly int _padded;

    /// <summary>Takes a projection as it is stored.</summary>
    /// <param name="mean">Mean token.</param>
    /// <param name="components">Channels x dimension, unit length, largest eigenvalue first.</param>
    /// <param name="eigenvalues">Variance along each component.</param>
    public SharedPca(float[] mean, float[] components, float[] eigenvalues)
    {
        if (mean.Length == 0 || eigenvalues.Length == 0 || components.Length != (long)mean.Length * eigenvalues.Length)
        {
            throw new ArgumentException(
                $"{components.Length} numbers are no {eigenvalues.Length} components of {mean.Length}", nameof(components));
        }
        (Mean, Components, Eigenvalues) = (mean, components, eigenvalues);
        _padded = (Channels + Lanes - 1) / Lanes * Lanes;
        _transposed = new float[_padded * Dimension];
        for (int channel = 0; channel < Channels; channel++)
        {
            for (int number = 0; number < Dimension; number++)
            {
                _transposed[(number * _padded) + channel] = components[(channel * Dimension) + number];
            }
        }
    }

    /// <summary>Takes a projection as a file holds it.</summary>
    public SharedPca(ProjectionTensors tensors) : this(tensors.Mean, tensors.Components, tensors.Eigenvalues)
    {
    }

    /// <summary>Mean token.</summary>
    public float[] Mean { get; }

    /// <summary>Channels x dimension.</summary>
    public float[] Components { get; }

    /// <summary>Variance along each component, descending.</summary>
    public float[] Eigenvalues { get; }

    /// <summary>The same as a file holds it.</summary>
    public ProjectionTensors Tensors => new(Mean, Components, Eigenvalues);

    /// <summary>Numbers of a token.</summary>
    public int Dimension => Mean.Length;

    /// <summary>Components kept.</summary>
    public int Channels => Eigenvalues.Length;

    /// <summary>The projection's identity, by which a learned upsampler names the one that it was trained for.</summary>
    public string Identity() => Tensors.Identity();

    /// <summary>Refuses a backbone with tokens of another size.</summary>
    /// <exception cref="FastSegException">The dimensions differ.</exception>
    public void CheckFits(Backbone backbone)
    {
        if (backbone.Description.Dimension != Dimension)
        {
            throw backbone.Misfit(
                $"its tokens have {backbone.Description.Dimension} numbers, but the model's projection takes {Dimension}; "
                + "use the backbone that the model was trained with");
        }
    }

    /// <summary>
    /// Computes components x (token - mean) of each cell in float32: for every channel one chain of fused multiply-adds, over the token's
    /// numbers in order.
    /// </summary>
    /// <param name="tokens">Cells x dimension.</param>
    /// <param name="cells">Cells.</param>
    /// <param name="features">Channel 0 of cell 0; the cells of a channel lie back to back.</param>
    /// <param name="planeStride">Floats from a channel to the next.</param>
    public void Project(float* tokens, int cells, float* features, long planeStride)
    {
        float* block = stackalloc float[CellsAtOnce * Lanes];
        for (int cell = 0; cell < cells; cell += CellsAtOnce)
        {
            // The last step moves back to end with the last cell, so some cells may be computed twice.
            int from = Math.Max(0, Math.Min(cell, cells - CellsAtOnce));
            int count = Math.Min(CellsAtOnce, cells);
            for (int channel = 0; channel < Channels; channel += Lanes)
            {
                Block(tokens + ((nint)from * Dimension), count, channel, block);
                for (int lane = 0; lane < Math.Min(Lanes, Channels - channel); lane++)
                {
                    for (int i = 0; i < count; i++)
                    {
                        features[((channel + lane) * planeStride) + from + i] = block[(i * Lanes) + lane];
                    }
                }
            }
        }
    }

    /// <summary>Eight channels (the lanes) of up to four cells; each component that is loaded serves all four.</summary>
    private void Block(float* tokens, int cells, int channel, float* block)
    {
        // Where there are fewer than four cells, the first one stands in for the missing ones.
        float* t0 = tokens, t1 = tokens + (cells > 1 ? Dimension : 0);
        float* t2 = tokens + (cells > 2 ? 2 * Dimension : 0), t3 = tokens + (cells > 3 ? 3 * Dimension : 0);
        Vector256<float> s0 = default, s1 = default, s2 = default, s3 = default;
        fixed (float* components = _transposed, mean = Mean)
        {
            for (int number = 0; number < Dimension; number++)
            {
                Vector256<float> component = Vector256.Load(components + ((nint)number * _padded) + channel);
                float m = mean[number];
                s0 = Vector256.FusedMultiplyAdd(Vector256.Create(t0[number] - m), component, s0);
                s1 = Vector256.FusedMultiplyAdd(Vector256.Create(t1[number] - m), component, s1);
                s2 = Vector256.FusedMultiplyAdd(Vector256.Create(t2[number] - m), component, s2);
                s3 = Vector256.FusedMultiplyAdd(Vector256.Create(t3[number] - m), component, s3);
            }
        }
        s0.Store(block);
        s1.Store(block + Lanes);
        s2.Store(block + (2 * Lanes));
        s3.Store(block + (3 * Lanes));
    }
}
