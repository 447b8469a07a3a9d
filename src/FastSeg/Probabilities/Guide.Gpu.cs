using FastSeg.Features;
using FastSeg.Gpu;
using FastSeg.Images;
using FastSeg.Images.Samples;
using FastSeg.Kernels;
using ILGPU;
using ILGPU.Runtime;
using GuideKernels = FastSeg.Kernels.Guide;

namespace FastSeg.Probabilities;

/// <summary>Computes the guide on a device. Made and disposed on the device's thread.</summary>
internal sealed class GuideGpu : IDisposable
{
    private readonly int _groupSize;
    private readonly PixelsGpu _pixels;
    private readonly GaussianGpu _gaussian;
    private readonly Action<AcceleratorStream, KernelConfig, ArrayView<float>, int, int, float> _mean;
    private readonly DeviceTable<float> _taps;

    /// <summary>Compiles the kernels and uploads the taps.</summary>
    public GuideGpu(GpuDevice device)
    {
        _groupSize = device.GroupSize;
        _pixels = new PixelsGpu(device);
        _gaussian = new GaussianGpu(device);
        device.Load(GuideKernels.Mean, out _mean);
        _taps = new DeviceTable<float>(device, Guide.Taps);
    }

    /// <summary>Bytes of the taps on the device.</summary>
    public static long TableBytes => DeviceTable<float>.Bytes(Guide.Radius + 1);

    /// <summary>Bytes that a tile of so many pixels, as read, works in.</summary>
    public static long ScratchBytes(long pixels, int channels) => pixels * (channels + 1) * sizeof(float);

    /// <summary>Queues the guide of a rectangle.</summary>
    /// <param name="stream">Where the launches are queued.</param>
    /// <param name="samples">Samples of the tile as read: row-major, channels interleaved.</param>
    /// <param name="type">Type of a sample.</param>
    /// <param name="page">Brings the page's samples to mean 0 and deviation 1.</param>
    /// <param name="channels">Channels.</param>
    /// <param name="read">The rectangle that was read, in image coordinates.</param>
    /// <param name="region">The wanted rectangle.</param>
    /// <param name="scratch">Memory of at least <see cref="ScratchBytes"/>.</param>
    /// <param name="guide">Receives the guide of the wanted rectangle.</param>
    public void Run(
        AcceleratorStream stream, ArrayView<byte> samples, SampleType type, SampleMap page, int channels, Region read, Region region,
        ArrayView<byte> scratch, ArrayView<float> guide)
    {
        int pixels = (int)read.Pixels;
        ArrayView<float> planes = scratch.SubView(0, ScratchBytes(pixels, channels)).Cast<float>();
        for (int channel = 0; channel < channels; channel++)
        {
            _pixels.Run(stream, samples, type, page, channels, channel, planes.SubView((long)channel * pixels, pixels));
        }
        if (channels > 1)
        {
            _mean(stream, (GpuDevice.Groups(pixels, _groupSize), _groupSize), planes, channels, pixels, 1f / channels);
        }
        var source = new PlaneWindow { Values = planes, Width = (int)read.Width, Height = (int)read.Height };
        var target = new PlaneWindow
        {
            Values = guide,
            X = (int)(region.X - read.X),
            Y = (int)(region.Y - read.Y),
            Width = (int)region.Width,
            Height = (int)region.Height,
        };
        _gaussian.Run(stream, source, planes.SubView((long)channels * pixels, pixels), target, _taps.View, Guide.Radius);
    }

    /// <inheritdoc/>
    public void Dispose() => _taps.Dispose();
}
