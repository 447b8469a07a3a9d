using FastSeg.Deep.Tokens;
using FastSeg.Deep.Weights;

namespace FastSeg.Learning.Network;

/// <summary>
/// The weights that a training begins with: at first the network interpolates the features and looks at the image only a little. Features
/// go through every convolution unchanged, shifted so far above zero that the leaky ReLUs hardly touch them.
/// </summary>
internal static class IdentityStart
{
    /// <summary>How far features are shifted, in deviations; the last convolution takes it off again.</summary>
    private const float Shift = 2;

    /// <summary>By what the guidance's weights are multiplied where features and guidance are mixed.</summary>
    private const float GuidanceShare = 0.02f;

    /// <summary>Weights for features that have a deviation of about 1.</summary>
    /// <param name="config">The network; its channels in, hidden and out are equal.</param>
    /// <param name="seed">Seed of what is drawn.</param>
    public static List<WeightTensor> Weights(UpsamplerConfig config, ulong seed)
    {
        List<WeightTensor> weights = Random(config, seed);
        foreach (WeightTensor weight in weights.Where(weight => weight.Name.StartsWith("upsampler.", StringComparison.Ordinal)))
        {
            Pass(weight, config.ChannelsHidden);
        }
        return weights;
    }

    /// <summary>
    /// Weights as PyTorch draws them: uniform within 1 / sqrt(inputs of an output), batch norms of gain 1 and shift 0, mean 0, variance 1.
    /// </summary>
    public static List<WeightTensor> Random(UpsamplerConfig config, ulong seed)
    {
        var random = new SplitMix64(seed);
        var weights = new List<WeightTensor>();
        double bound = 0;
        foreach ((string name, long[] shape) in UpsamplerShapes.Of(config, UpsamplerShapes.Widths(config)))
        {
            float[] values = new float[shape.Aggregate((a, b) => a * b)];
            bool isConvolution = shape.Length == 4;
            bound = isConvolution ? 1 / Math.Sqrt(shape[1] * shape[2] * shape[3]) : bound;
            if (isConvolution || IsConvolutionBias(name))
            {
                for (int i = 0; i < values.Length; i++)
                {
                    values[i] = (float)(((random.NextDouble() * 2) - 1) * bound);
                }
            }
            else
            {
                bool one = name.EndsWith(".weight", StringComparison.Ordinal) || name.EndsWith("_var", StringComparison.Ordinal);
                Array.Fill(values, one ? 1 : 0);
            }
            weights.Add(new WeightTensor(name, shape, values));
        }
        return weights;
    }

    /// <summary>Whether a tensor is the shift of a convolution, not that of a batch norm.</summary>
    private static bool IsConvolutionBias(string name) =>
        name.EndsWith(".bias", StringComparison.Ordinal) && !name.EndsWith("conv.1.bias", StringComparison.Ordinal)
        && !name.EndsWith("conv.4.bias", StringComparison.Ordinal);

    /// <summary>Lets the features through one tensor.</summary>
    private static void Pass(WeightTensor weight, int features)
    {
        if (weight.Shape.Count == 4)
        {
            Dirac(weight, features);
        }
        else if (IsConvolutionBias(weight.Name))
        {
            weight.Values.AsSpan(0, features).Fill(weight.Name == "upsampler.mlp.bias" ? -Shift : 0);
        }
        else if (weight.Name.EndsWith(".bias", StringComparison.Ordinal))
        {
            weight.Values.AsSpan(0, features).Fill(Shift);
        }
    }

    /// <summary>
    /// Output c of the features is input c. Other inputs are guidance: the second convolution of a pair looks at them a little, the first
    /// one not at all.
    /// </summary>
    private static void Dirac(WeightTensor weight, int features)
    {
        (int inputs, int taps) = ((int)weight.Shape[1], (int)(weight.Shape[2] * weight.Shape[3]));
        bool second = weight.Name.EndsWith("conv.3.weight", StringComparison.Ordinal);
        for (int output = 0; output < features; output++)
        {
            Span<float> row = weight.Values.AsSpan(output * inputs * taps, inputs * taps);
            row[..(features * taps)].Clear();
            row[(output * taps) + (taps / 2)] = 1;
            for (int i = features * taps; i < row.Length; i++)
            {
                row[i] *= second ? GuidanceShare : 0;
            }
        }
    }
}
