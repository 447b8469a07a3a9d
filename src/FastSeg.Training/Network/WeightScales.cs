using FastSeg.Deep.Weights;

namespace FastSeg.Learning.Network;

/// <summary>
/// Weights between a file and training. In training features come divided by the roots of the projection's eigenvalues, and the guidance
/// image is (x - mean) / std, so that all inputs are of one size; a file's first convolution takes features as they are projected.
/// </summary>
internal static class WeightScales
{
    private const string Input = "upsampler.inp_conv.double_conv.0.weight";

    /// <summary>The configuration in training: guidance is not scaled where that can be moved into the weights.</summary>
    public static UpsamplerConfig Config(UpsamplerConfig config) =>
        config.Padding == Padding.Replicate ? config with { GuidanceScale = 1 } : config;

    /// <summary>A file's weights for training.</summary>
    /// <param name="config">The file's configuration.</param>
    /// <param name="weights">The file's weights.</param>
    /// <param name="deviations">What features are divided by in training.</param>
    public static List<WeightTensor> FromFile(UpsamplerConfig config, IEnumerable<WeightTensor> weights, float[] deviations)
    {
        var all = weights.Select(weight => weight with { Values = [.. weight.Values] }).ToDictionary(weight => weight.Name);
        ScaleInputs(all[Input], 0, deviations);
        if (config.Padding == Padding.Replicate && config.GuidanceScale != 1)
        {
            foreach (string name in all.Keys.Where(IsGuided).ToArray())
            {
                MoveGuidanceScale(config, all[name], all[name.Replace(".weight", ".bias", StringComparison.Ordinal)].Values);
            }
        }
        return [.. all.Values];
    }

    /// <summary>Weights of a training as a file has them.</summary>
    public static List<WeightTensor> ToFile(IEnumerable<WeightTensor> weights, float[] deviations)
    {
        List<WeightTensor> all = [.. weights.Select(weight => weight with { Values = [.. weight.Values] })];
        ScaleInputs(all.Single(weight => weight.Name == Input), 0, [.. deviations.Select(deviation => 1 / deviation)]);
        return all;
    }

    /// <summary>Whether a convolution reads the guidance image, as its last three channels.</summary>
    private static bool IsGuided(string name) =>
        name.EndsWith(".double_conv.0.weight", StringComparison.Ordinal) && name != Input;

    private static void ScaleInputs(WeightTensor weight, int first, float[] factors)
    {
        int inputs = (int)weight.Shape[1], taps = (int)(weight.Shape[2] * weight.Shape[3]);
        for (int i = 0; i < weight.Values.Length; i++)
        {
            int input = (i / taps % inputs) - first;
            weight.Values[i] *= input >= 0 && input < factors.Length ? factors[input] : 1;
        }
    }

    /// <summary>
    /// (s x - m) / d is s times (x - m) / d, plus (s - 1) m / d: a constant that every tap sees, so it goes into the shift. With zero
    /// padding it would not be seen outside of the image.
    /// </summary>
    private static void MoveGuidanceScale(UpsamplerConfig config, WeightTensor weight, float[] bias)
    {
        int inputs = (int)weight.Shape[1], taps = (int)(weight.Shape[2] * weight.Shape[3]);
        for (int output = 0; output < bias.Length; output++)
        {
            double shift = 0;
            for (int colour = 0; colour < 3; colour++)
            {
                double constant = (config.GuidanceScale - 1) * config.GuidanceMean[colour] / config.GuidanceStd[colour];
                int at = ((output * inputs) + inputs - 3 + colour) * taps;
                for (int tap = 0; tap < taps; tap++)
                {
                    shift += weight.Values[at + tap] * constant;
                }
            }
            bias[output] += (float)shift;
        }
        ScaleInputs(weight, inputs - 3, [config.GuidanceScale, config.GuidanceScale, config.GuidanceScale]);
    }
}
