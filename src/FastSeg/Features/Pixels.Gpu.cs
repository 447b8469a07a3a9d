using FastSeg.Gpu;
using FastSeg.Kernels;
using ILGPU;
using ILGPU.Runtime;
using PixelsKernels = FastSeg.Kernels.Pixels;

namespace FastSeg.Features;

/// <summary>Launches the conversion of one channel of a tile's samples to a plane of floats.</summary>
internal sealed class PixelsGpu
{
    private readonly int _groupSize;
    private readonly Action<AcceleratorStream, KernelConfig, ArrayView<byte>, int, int, ArrayView<float>> _bytes;
    private readonly Action<AcceleratorStream, KernelConfig, ArrayView<ushort>, int, int, ArrayView<float>> _shorts;
    private readonly Action<AcceleratorStream, KernelConfig, ArrayView<short>, int, int, ArrayView<float>> _signedShorts;
    private readonly Action<AcceleratorStream, KernelConfig, ArrayView<float>, int, int, ArrayView<float>> _floats;

    /// <summary>Compiles the kernels.</summary>
    public PixelsGpu(GpuDevice device)
    {
        _groupSize = device.GroupSize;
        _bytes = device.Accelerator.LoadKernel<ArrayView<byte>, int, int, ArrayView<float>>(PixelsKernels.FromBytes);
        _shorts = device.Accelerator.LoadKernel<ArrayView<ushort>, int, int, ArrayView<float>>(PixelsKernels.FromShorts);
        _signedShorts = device.Accelerator.LoadKernel<ArrayView<short>, int, int, ArrayView<float>>(PixelsKernels.FromSignedShorts);
        _floats = device.Accelerator.LoadKernel<ArrayView<float>, int, int, ArrayView<float>>(PixelsKernels.FromFloats);
    }

    /// <summary>Converts one channel.</summary>
    /// <param name="stream">Where the launch is queued.</param>
    /// <param name="samples">Row-major samples, channels interleaved, from byte 0 on.</param>
    /// <param name="type">Type of a sample.</param>
    /// <param name="channels">Samples of a pixel.</param>
    /// <param name="channel">The sample of a pixel that is converted.</param>
    /// <param name="plane">Receives one float a pixel; its length is the number of pixels.</param>
    public void Run(AcceleratorStream stream, ArrayView<byte> samples, SampleType type, int channels, int channel, ArrayView<float> plane)
    {
        var config = new KernelConfig((int)((plane.Length + _groupSize - 1) / _groupSize), _groupSize);
        long used = plane.Length * channels;
        switch (type)
        {
            case SampleType.UInt8:
                _bytes(stream, config, samples, channels, channel, plane);
                break;
            case SampleType.UInt16:
                _shorts(stream, config, samples.SubView(0, used * sizeof(ushort)).Cast<ushort>(), channels, channel, plane);
                break;
            case SampleType.Int16:
                _signedShorts(stream, config, samples.SubView(0, used * sizeof(short)).Cast<short>(), channels, channel, plane);
                break;
            default:
                _floats(stream, config, samples.SubView(0, used * sizeof(float)).Cast<float>(), channels, channel, plane);
                break;
        }
    }
}
