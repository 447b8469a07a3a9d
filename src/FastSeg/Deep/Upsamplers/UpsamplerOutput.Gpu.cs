using FastSeg.Gpu;
using FastSeg.Images;
using FastSeg.Kernels;
using ILGPU;
using ILGPU.Runtime;

namespace FastSeg.Deep;

/// <summary>
/// The last doubling and the way out on a GPU: the last convolutions composed into one behind the doubling, band by band so that the sums
/// in between stay in the L2 cache, and the image's outermost pixels once more by the convolutions one after the other.
/// </summary>
internal sealed class UpsamplerOutputGpu<TSink> where TSink : struct, IPlaneSink
{
    /// <summary>
    /// Rows of a band. 96 rows of 1024 pixels are 33 MB of sums for 32 channels (an H100's L2 cache holds 50 MB), and their window costs a
    /// twelfth more rows of the source.
    /// </summary>
    public const int BandRows = 96;

    private readonly UpsamplerGpuPlan _plan;
    private readonly DoublingGpu<TSink> _composed;
    private readonly ConvolutionGpu<FloatSink> _up;
    private readonly ConvolutionGpu<TSink> _last;

    /// <summary>Compiles the kernels.</summary>
    public UpsamplerOutputGpu(GpuDevice device, UpsamplerGpuPlan plan)
    {
        _plan = plan;
        _composed = new DoublingGpu<TSink>(device);
        (_up, _last) = (new ConvolutionGpu<FloatSink>(device), new ConvolutionGpu<TSink>(device));
    }

    /// <summary>Bytes of room that <see cref="Run"/> needs for regions of at most so many columns and rows.</summary>
    public static long RoomBytes(Upsampler network, int width, int height)
    {
        long sumRows = (Math.Min(height, BandRows) / 2) + 4, sums = Doubling.Window * network.LastWeights.Outputs * sumRows * width;
        long between = network.LastWeights.Inputs * 3L * (Math.Max(width, height) + 2);
        return Math.Max(sums, between) * sizeof(float);
    }

    /// <summary>Computes a region of the result, before it is resized to the image.</summary>
    /// <param name="stream">Where it is launched.</param>
    /// <param name="weights">The network's.</param>
    /// <param name="source">The last level's features, mapped doubled.</param>
    /// <param name="region">What to compute.</param>
    /// <param name="room">At least <see cref="RoomBytes"/>.</param>
    /// <param name="sink">Takes the region's pixels.</param>
    /// <param name="firstPlane">The plane of channel 0.</param>
    public void Run(
        AcceleratorStream stream, UpsamplerGpuWeights weights, in ConvolutionSource source, Region region, ArrayView<float> room, TSink sink, int firstPlane)
    {
        int last = _plan.Stages.Count - 1;
        for (long y = region.Y; y < region.Bottom; y += BandRows)
        {
            var band = new Region(region.X, y, region.Width, Math.Min(BandRows, region.Bottom - y));
            ConvolutionShape shape = Shape(band, region, _plan.Network.OutputWeights);
            _composed.Run(stream, shape, source, weights.Weights(last), weights.Bias(last), room, sink, firstPlane);
        }
        UpsamplerGpuStage whole = _plan.Stages[last];
        foreach (Region strip in (ReadOnlySpan<Region>)[
            new(0, 0, whole.Width, 1), new(0, whole.Height - 1, whole.Width, 1), new(0, 0, 1, whole.Height), new(whole.Width - 1, 0, 1, whole.Height)])
        {
            Region border = strip.Intersect(region);
            if (!border.IsEmpty)
            {
                Border(stream, weights, source, border, region, room, sink, firstPlane);
            }
        }
    }

    /// <summary>
    /// Outermost pixels: there the last convolution sees the padding of what lies between, which the composed one does not know.
    /// </summary>
    private void Border(
        AcceleratorStream stream,
        UpsamplerGpuWeights weights,
        in ConvolutionSource source,
        Region border,
        Region region,
        ArrayView<float> room,
        TSink sink,
        int firstPlane)
    {
        UpsamplerGpuStage whole = _plan.Stages[^1];
        Region between = new Region(border.X - 1, border.Y - 1, border.Width + 2, border.Height + 2).Intersect(new Region(0, 0, whole.Width, whole.Height));
        var planes = new FloatSink { Planes = room, PlaneStride = (int)between.Pixels };
        _up.Run(stream, Shape(between, between, _plan.Network.UpWeights[^1]), source, null, weights.BorderUp.Weights, weights.BorderUp.Bias, planes, 0);
        var enlarged = new ConvolutionSource
        {
            Planes = room,
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

    /// <summary>A part of a region that lies whole in the sink.</summary>
    private ConvolutionShape Shape(Region part, Region region, ConvolutionWeights weights) => new()
    {
        X = (int)part.X,
        Y = (int)part.Y,
        Width = (int)part.Width,
        Height = (int)part.Height,
        WholeWidth = _plan.Stages[^1].Width,
        WholeHeight = _plan.Stages[^1].Height,
        Outputs = weights.Outputs,
        Quads = GpuDevice.Groups(weights.Outputs, Kernels.Convolution.WarpOutputs),
        Zeros = _plan.Network.Config.Padding == Padding.Zeros ? 1 : 0,
        Slope = 1,
        Kernel = weights.Kernel,
        Target = (int)(((part.Y - region.Y) * region.Width) + part.X - region.X),
        TargetWidth = (int)region.Width,
    };
}
