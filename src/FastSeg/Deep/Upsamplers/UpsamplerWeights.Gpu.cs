using FastSeg.Deep.Convolutions;
using FastSeg.Gpu;
using FastSeg.Kernels;
using ILGPU;
using ILGPU.Runtime;
using Kernel = FastSeg.Kernels.Convolution;

namespace FastSeg.Deep.Upsamplers;

/// <summary>
/// A network's convolutions on the device in one buffer, each as input channel, tap, output padded to fours; its biases follow.
/// </summary>
internal sealed class UpsamplerWeightsGpu : IDisposable
{
    private readonly DeviceTable<float> _buffer;
    private readonly (long Weights, long Bias, long End)[] _places;
    private readonly int _stages;

    /// <summary>Packs and uploads the weights of every stage, and of the two convolutions that the result's border needs.</summary>
    public UpsamplerWeightsGpu(GpuDevice device, UpsamplerPlanGpu plan)
    {
        ConvolutionWeights?[] all = [.. All(plan)];
        _places = new (long, long, long)[all.Length];
        _stages = plan.Stages.Count;
        long end = 0;
        for (int s = 0; s < _places.Length; s++)
        {
            if (all[s] is { } weights)
            {
                long outputs = Padded(weights);
                long bias = end + (outputs * weights.Inputs * weights.Kernel * weights.Kernel);
                _places[s] = (end, bias, bias + outputs);
                end = bias + outputs;
            }
        }
        float[] packed = new float[end];
        for (int s = 0; s < _places.Length; s++)
        {
            if (all[s] is { } weights)
            {
                Pack(weights, packed, _places[s].Weights, _places[s].Bias);
            }
        }
        _buffer = new DeviceTable<float>(device, packed);
    }

    /// <summary>Bytes on the device.</summary>
    public static long Bytes(UpsamplerPlanGpu plan) => DeviceTable<float>.Bytes(All(plan)
        .Sum(each => each is { } weights ? Padded(weights) * ((weights.Inputs * weights.Kernel * weights.Kernel) + 1) : 0));

    /// <summary>The last doubling's convolution by itself, for the border.</summary>
    public (ArrayView<float> Weights, ArrayView<float> Bias) BorderUp => (Weights(_stages), Bias(_stages));

    /// <summary>The last convolutions behind it, for the border.</summary>
    public (ArrayView<float> Weights, ArrayView<float> Bias) BorderLast => (Weights(_stages + 1), Bias(_stages + 1));

    /// <summary>A stage's weights.</summary>
    public ArrayView<float> Weights(int stage) => Part(_places[stage].Weights, _places[stage].Bias);

    /// <summary>A stage's biases.</summary>
    public ArrayView<float> Bias(int stage) => Part(_places[stage].Bias, _places[stage].End);

    /// <inheritdoc/>
    public void Dispose() => _buffer.Dispose();

    private static IEnumerable<ConvolutionWeights?> All(UpsamplerPlanGpu plan) =>
        plan.Stages.Select(stage => stage.Weights).Append(plan.Network.UpWeights[^1]).Append(plan.Network.LastWeights);

    private static long Padded(ConvolutionWeights weights) =>
        (long)(weights.Outputs + Kernel.WarpOutputs - 1) / Kernel.WarpOutputs * Kernel.WarpOutputs;

    private static void Pack(ConvolutionWeights weights, float[] to, long at, long bias)
    {
        long outputs = Padded(weights);
        int kernel = weights.Kernel;
        for (int output = 0; output < weights.Outputs; output++)
        {
            to[bias + output] = (float)weights.Bias[output];
            for (int input = 0; input < weights.Inputs; input++)
            {
                for (int tap = 0; tap < kernel * kernel; tap++)
                {
                    long place = at + ((((long)input * kernel * kernel) + tap) * outputs) + output;
                    to[place] = (float)weights[output, input, tap / kernel, tap % kernel];
                }
            }
        }
    }

    private ArrayView<float> Part(long begin, long end) => _buffer.View.SubView(begin, end - begin);
}
