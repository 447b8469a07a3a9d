using FastSeg.Deep;
using FastSeg.Deep.Weights;

namespace FastSeg.Reference;

/// <summary>Random weights and inputs of an upsampler.</summary>
internal static class RandomNetwork
{
    /// <summary>Convolutions that keep the size of what goes through them, batch norms that are no identity.</summary>
    public static WeightTensor[] Tensors(UpsamplerConfig config, Random random) =>
        [.. UpsamplerShapes.Of(config, UpsamplerShapes.Widths(config)).Select(tensor => Weights(random, tensor.Name, tensor.Shape))];

    /// <summary>Numbers between -1 and 1.</summary>
    public static float[] Numbers(Random random, int count) => [.. Enumerable.Range(0, count).Select(_ => (random.NextSingle() * 2) - 1)];

    private static WeightTensor Weights(Random random, string name, long[] shape)
    {
        float[] values = Numbers(random, (int)shape.Aggregate(1L, (a, b) => a * b));
        bool scale = shape.Length == 1 && (name.EndsWith("running_var", StringComparison.Ordinal) || name.EndsWith(".weight", StringComparison.Ordinal));
        double spread = shape.Length == 4 ? Math.Sqrt(3.0 / (shape[1] * shape[2] * shape[3])) : scale ? 0.5 : 0.2;
        return new WeightTensor(name, shape, [.. values.Select(value => (float)((scale ? 1 : 0) + (spread * value)))]);
    }
}
