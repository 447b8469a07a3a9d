using FastSeg.Deep.Weights;

namespace FastSeg.Checks;

/// <summary>Random weights and inputs of an upsampler.</summary>
internal static class RandomNetwork
{
    /// <summary>A network with the same number of channels at its input, inside and at its output.</summary>
    public static UpsamplerConfig Config(int channels, int patch, Padding padding, Align align) => new()
    {
        ChannelsIn = channels,
        ChannelsHidden = channels,
        ChannelsOut = channels,
        ChannelsDown = 32,
        Patch = patch,
        Padding = padding,
        Align = align,
    };

    /// <summary>Every padding with every alignment: those of the paper, and those of networks trained here.</summary>
    public static IEnumerable<(Padding Padding, Align Align)> Geometries =>
        Enum.GetValues<Align>().SelectMany(align => Enum.GetValues<Padding>().Select(padding => (padding, align)));

    /// <summary>What a check of a geometry is called.</summary>
    public static string Operation(Padding padding, Align align) =>
        $"deep: upsampler, padding {padding.ToString().ToLowerInvariant()}{(align == Align.Corners ? "" : ", half-pixel")}";

    /// <summary>Random weights, with which values neither grow nor vanish from layer to layer, and no batch norm is the identity.</summary>
    public static WeightTensor[] Tensors(UpsamplerConfig config, Random random) =>
        [.. UpsamplerShapes.Of(config, UpsamplerShapes.Widths(config)).Select(tensor => Weights(random, tensor.Name, tensor.Shape))];

    /// <summary>An image's samples, between 0 and 1.</summary>
    public static float[] Samples(Random random, int count) => [.. Numbers(random, count).Select(value => (value + 1) / 2)];

    /// <summary>Numbers between -1 and 1.</summary>
    public static float[] Numbers(Random random, int count) => [.. Enumerable.Range(0, count).Select(_ => (random.NextSingle() * 2) - 1)];

    /// <summary>
    /// One random tensor. A convolution's weights keep the variance of what goes through them; gains and variances lie around 1, biases and
    /// means around 0.
    /// </summary>
    private static WeightTensor Weights(Random random, string name, long[] shape)
    {
        const StringComparison ordinal = StringComparison.Ordinal;
        float[] values = Numbers(random, (int)shape.Aggregate(1L, (a, b) => a * b));
        bool scale = shape.Length == 1 && (name.EndsWith("running_var", ordinal) || name.EndsWith(".weight", ordinal));
        double spread = shape.Length == 4 ? Math.Sqrt(3.0 / (shape[1] * shape[2] * shape[3])) : scale ? 0.5 : 0.2;
        return new WeightTensor(name, shape, [.. values.Select(value => (float)((scale ? 1 : 0) + (spread * value)))]);
    }
}
