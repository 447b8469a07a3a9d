using FastSeg.Gpu;
using FastSeg.Images;
using FastSeg.Images.Samples;
using FastSeg.Kernels;
using ILGPU;
using ILGPU.Runtime;
using PixelsKernels = FastSeg.Kernels.Pixels;

namespace FastSeg.Features;

/// <summary>Launches the conversion of one channel of a tile's samples to a plane of floats.</summary>
internal sealed class PixelsGpu
{
    private readonly int _groupSize;
    private readonly Conversion<byte> _bytes;
    private readonly Conversion<ushort> _shorts;
    private readonly Conversion<short> _signedShorts;
    private readonly Conversion<sbyte> _signedBytes;
    private readonly Conversion<float> _floats;

    /// <summary>Compiles the kernels.</summary>
    public PixelsGpu(GpuDevice device)
    {
        _groupSize = device.GroupSize;
        _bytes = new(device, PixelsKernels.FromBytes, PixelsKernels.StandardiseBytes);
        _shorts = new(device, PixelsKernels.FromShorts, PixelsKernels.StandardiseShorts);
        _signedShorts = new(device, PixelsKernels.FromSignedShorts, PixelsKernels.StandardiseSignedShorts);
        _signedBytes = new(device, PixelsKernels.FromSignedBytes, PixelsKernels.StandardiseSignedBytes);
        _floats = new(device, PixelsKernels.FromFloats, PixelsKernels.StandardiseFloats);
    }

    /// <summary>Converts one channel.</summary>
    /// <param name="stream">Where the launch is queued.</param>
    /// <param name="samples">Row-major samples, channels interleaved, from byte 0 on.</param>
    /// <param name="type">Type of a sample.</param>
    /// <param name="map">What becomes of a sample.</param>
    /// <param name="channels">Samples of a pixel.</param>
    /// <param name="channel">The sample of a pixel that is converted.</param>
    /// <param name="plane">Receives one float a pixel; its length is the number of pixels.</param>
    public void Run(
        AcceleratorStream stream, ArrayView<byte> samples, SampleType type, SampleMap map, int channels, int channel,
        ArrayView<float> plane)
    {
        var config = new KernelConfig((int)((plane.Length + _groupSize - 1) / _groupSize), _groupSize);
        switch (type)
        {
            case SampleType.UInt8:
                _bytes.Run(stream, config, samples, map, channels, channel, plane);
                break;
            case SampleType.UInt16:
                _shorts.Run(stream, config, samples, map, channels, channel, plane);
                break;
            case SampleType.Int16:
                _signedShorts.Run(stream, config, samples, map, channels, channel, plane);
                break;
            case SampleType.Int8:
                _signedBytes.Run(stream, config, samples, map, channels, channel, plane);
                break;
            case SampleType.Float32:
                _floats.Run(stream, config, samples, map, channels, channel, plane);
                break;
            default:
                throw type.NotNarrow();
        }
    }

    /// <summary>The two kernels of one sample type: by its type, and standardised.</summary>
    private sealed class Conversion<T>(
        GpuDevice device, Action<ArrayView<T>, int, int, ArrayView<float>> byType,
        Action<ArrayView<T>, int, int, float, float, ArrayView<float>> standardised)
        where T : unmanaged
    {
        private readonly Action<AcceleratorStream, KernelConfig, ArrayView<T>, int, int, ArrayView<float>> _byType =
            device.Load<Action<AcceleratorStream, KernelConfig, ArrayView<T>, int, int, ArrayView<float>>>(byType);

        private readonly Action<AcceleratorStream, KernelConfig, ArrayView<T>, int, int, float, float, ArrayView<float>> _standardised =
            device.Load<Action<AcceleratorStream, KernelConfig, ArrayView<T>, int, int, float, float, ArrayView<float>>>(standardised);

        public unsafe void Run(
            AcceleratorStream stream, KernelConfig config, ArrayView<byte> samples, SampleMap map, int channels, int channel,
            ArrayView<float> plane)
        {
            ArrayView<T> typed = samples.SubView(0, plane.Length * channels * sizeof(T)).Cast<T>();
            if (map.Standardises)
            {
                _standardised(stream, config, typed, channels, channel, map.Scale, map.Shift, plane);
                return;
            }
            _byType(stream, config, typed, channels, channel, plane);
        }
    }
}
