using FastSeg.Gpu;
using FastSeg.Images;
using FastSeg.Images.Samples;
using FastSeg.Kernels;
using FastSeg.Probabilities;
using ILGPU;
using ILGPU.Runtime;

namespace FastSeg.Backends;

/// <summary>What follows the trees where a device smooths. Made and disposed on the device's thread.</summary>
internal sealed class GpuSmoothing : IDisposable
{
    private readonly Work _work;
    private readonly SoftmaxGpu _softmax;
    private readonly GuideGpu _guide;
    private readonly GuidedFilterGpu _filter;

    /// <summary>Compiles the kernels and uploads the taps.</summary>
    /// <param name="device">The device.</param>
    /// <param name="work">What is computed; the mean and deviation of its page are known.</param>
    public GpuSmoothing(GpuDevice device, Work work)
    {
        _work = work;
        _softmax = new SoftmaxGpu(device);
        _filter = new GuidedFilterGpu(device, work.Forest!.Classes, work.Smoothing.Radius, work.Smoothing.Epsilon);
        _guide = new GuideGpu(device);
    }

    /// <summary>Bytes that a tile works in while it is smoothed.</summary>
    /// <param name="work">What is computed.</param>
    /// <param name="read">Pixels of the largest tile as read.</param>
    /// <param name="computed">At least the largest core.</param>
    public static long ScratchBytes(Work work, long read, Region computed) => Math.Max(
        GuideGpu.ScratchBytes(read, work.Channels),
        GuidedFilterGpu.ScratchBytes(work.Forest!.Classes, work.Smoothing.Radius, computed, work.Mask is not null));

    /// <summary>Bytes that come down of a core; see <see cref="TilePredictions.TakeSmoothed"/>.</summary>
    public static long ResultBytes(Work work, Region core) => work.Smoothing.Mode == SmoothingMode.Safe
        ? StoredProbabilities.Bytes(core, work.Forest!.Classes) + core.Pixels
        : work.Probabilities ? core.Pixels * work.Forest!.Classes * sizeof(float) : core.Pixels;

    /// <summary>Queues the smoothing of a tile; its results are then in the views.</summary>
    /// <param name="stream">Where the launches are queued.</param>
    /// <param name="views">The slot, whose samples, margins and mask are there.</param>
    /// <param name="type">Type of a sample.</param>
    /// <param name="guide">Brings the page's samples to mean 0 and deviation 1.</param>
    /// <param name="read">The pixels that were read, in image coordinates.</param>
    /// <param name="computed">The pixels that have margins.</param>
    /// <param name="core">The pixels that are smoothed.</param>
    /// <param name="masked">Whether there is a mask.</param>
    public void Run(
        AcceleratorStream stream, GpuArenaViews views, SampleType type, SampleMap guide, Region read, Region computed, Region core,
        bool masked)
    {
        int pixels = (int)computed.Pixels;
        _softmax.Run(stream, views.Margins, _work.Forest!.Groups, pixels, views.Probabilities);
        _guide.Run(
            stream, views.Samples, type, guide, _work.Channels, read, computed, views.Scratch,
            views.Guide.SubView(0, pixels));
        GuidedShape shape = _filter.Shape(core, computed, masked);
        var planes = new GuidedPlanes
        {
            Probabilities = views.Probabilities,
            Guide = views.Guide,
            Mask = views.Mask,
            Smoothed = views.Smoothed,
        };
        _filter.Run(stream, shape, ref planes, views.Scratch);
        if (_work.Smoothing.Mode == SmoothingMode.Safe)
        {
            _filter.Choose(stream, shape, planes, views.Chosen);
            _filter.LabelUnsmoothed(stream, shape, planes, views.Labels);
        }
        else if (!_work.Probabilities)
        {
            _filter.Label(stream, shape, planes, views.Labels);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _guide.Dispose();
}
