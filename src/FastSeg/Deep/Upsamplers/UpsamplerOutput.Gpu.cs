using FastSeg.Deep.Convolutions;
using FastSeg.Gpu;
using FastSeg.Kernels;
using ILGPU;
using ILGPU.Runtime;

namespace FastSeg.Deep.Upsamplers;

/// <summary>
/// The last doubling on a GPU and the convolutions behind it, composed into one. It runs band by band, so that the sums between its two
/// steps stay in the L2 cache; then the result's outermost pixels are computed once more by the convolutions one after the other.
/// </summary>
internal sealed class UpsamplerOutputGpu<TSink> where TSink : struct, IPlaneSink
{
    private readonly UpsamplerPlanGpu _plan;
    private readonly DoublingConvolutionGpu<TSink> _composed;
    private readonly ConvolutionGpu<FloatSink> _up;
    private readonly ConvolutionGpu<TSink> _last;

    /// <summary>Compiles the kernels.</summary>
    public UpsamplerOutputGpu(GpuDevice device, UpsamplerPlanGpu plan)
    {
        _plan = plan;
        _composed = new DoublingConvolutionGpu<TSink>(device, plan.Network.Config.Align);
        (_up, _last) = (new ConvolutionGpu<FloatSink>(device), new ConvolutionGpu<TSink>(device));
    }

    /// <summary>Computes a region of the result, before it is resized to the image.</summary>
    /// <param name="stream">Where it is launched.</param>
    /// <param name="weights">The network's.</param>
    /// <param name="source">The last level's features, mapped doubled.</param>
    /// <param name="region">What to compute.</param>
    /// <param name="scratch">What the plan has from <see cref="UpsamplerPlanGpu.OutputScratchOffset"/> on.</param>
    /// <param name="sink">Takes the region's pixels.</param>
    /// <param name="firstPlane">The plane of channel 0.</param>
    public void Run(
        AcceleratorStream stream, UpsamplerWeightsGpu weights, in ConvolutionSource source, Region region, ArrayView<float> scratch,
        TSink sink, int firstPlane)
    {
        int last = _plan.Stages.Count - 1;
        for (long y = region.Y; y < region.Bottom; y += UpsamplerPlanGpu.BandRows)
        {
            var band = new Region(region.X, y, region.Width, Math.Min(UpsamplerPlanGpu.BandRows, region.Bottom - y));
            ConvolutionShape shape = Shape(band, region, _plan.Network.OutputWeights);
            _composed.Run(stream, shape, source, weights.Weights(last), weights.Bias(last), scratch, sink, firstPlane);
        }
        UpsamplerStageGpu whole = _plan.Stages[last];
        Region top = new(0, 0, whole.Width, 1), bottom = new(0, whole.Height - 1, whole.Width, 1);
        Region left = new(0, 0, 1, whole.Height), right = new(whole.Width - 1, 0, 1, whole.Height);
        foreach (Region strip in (ReadOnlySpan<Region>)[top, bottom, left, right])
        {
            Region border = strip.Intersect(region);
            if (!border.IsEmpty)
            {
                Border(stream, weights, source, border, region, scratch, sink, firstPlane);
            }
        }
    }

    /// <summary>
    /// Computes outermost pixels, where the last convolution reads the padding of the layer before it; the composed one has no such layer.
    /// </summary>
    private void Border(
        AcceleratorStream stream,
        UpsamplerWeightsGpu weights,
        in ConvolutionSource source,
        Region border,
        Region region,
        ArrayView<float> scratch,
        TSink sink,
        int firstPlane)
    {
        UpsamplerStageGpu whole = _plan.Stages[^1];
        Region between = new Region(border.X - 1, border.Y - 1, border.Width + 2, border.Height + 2)
            .Intersect(new Region(0, 0, whole.Width, whole.Height));
        var planes = new FloatSink { Planes = scratch, PlaneStride = (int)between.Pixels };
        ConvolutionShape doubled = Shape(between, between, _plan.Network.UpWeights[^1]);
        _up.Run(stream, doubled, source, null, weights.BorderUp.Weights, weights.BorderUp.Bias, planes, 0);
        var enlarged = new ConvolutionSource
        {
            Planes = scratch,
            Channels = _plan.Network.LastWeights.Inputs,
            X = (int)between.X,
            Y = (int)between.Y,
            Width = (int)between.Width,
            Height = (int)between.Height,
            WholeWidth = whole.Width,
            WholeHeight = whole.Height,
            Mapping = ConvolutionSource.Same,
        };
        ConvolutionShape shape = Shape(border, region, _plan.Network.LastWeights);
        _last.Run(stream, shape, enlarged, null, weights.BorderLast.Weights, weights.BorderLast.Bias, sink, firstPlane);
    }

    /// <summary>What is computed for a part of a region; the sink holds the whole region.</summary>
    private ConvolutionShape Shape(Region part, Region region, ConvolutionWeights weights) => new()
    {
        X = (int)part.X,
        Y = (int)part.Y,
        Width = (int)part.Width,
        Height = (int)part.Height,
        WholeWidth = _plan.Stages[^1].Width,
        WholeHeight = _plan.Stages[^1].Height,
        Outputs = weights.Outputs,
        Quads = GpuDevice.Groups(weights.Outputs, FastSeg.Kernels.Convolution.WarpOutputs),
        Zeros = _plan.Network.Config.Padding == Padding.Zeros ? 1 : 0,
        Slope = 1,
        Kernel = weights.Kernel,
        Target = (int)(((part.Y - region.Y) * region.Width) + part.X - region.X),
        TargetWidth = (int)region.Width,
    };
}
