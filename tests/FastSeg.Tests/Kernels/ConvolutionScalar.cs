using FastSeg.Deep.Convolutions;
using FastSeg.Kernels;
using ILGPU;
using ILGPU.Runtime;
using HostResize = FastSeg.Deep.Convolutions.Resize;

namespace FastSeg.Tests.Kernels;

/// <summary>A convolution of random numbers on the simulated device and, in the kernels' order of operations, on the host.</summary>
internal sealed class ConvolutionScalar : IDisposable
{
    private readonly List<IDisposable> _buffers = [];
    private readonly Random _random = new(5);
    private readonly Accelerator _accelerator;

    /// <summary>On the simulated device of all tests, or another one.</summary>
    public ConvolutionScalar(Accelerator? accelerator = null) => _accelerator = accelerator ?? KernelHost.Simulated;

    /// <summary>The weights as the kernels want them.</summary>
    public float[] Weights { get; private set; } = [];

    /// <summary>The biases, padded to fours.</summary>
    public float[] Bias { get; private set; } = [];

    /// <summary>Random weights for a shape.</summary>
    public void Draw(ConvolutionShape shape, int inputs)
    {
        Weights = Floats(inputs * shape.Kernel * shape.Kernel * shape.Quads * 4);
        Bias = Floats(shape.Quads * 4);
    }

    /// <summary>Values between -1 and 1.</summary>
    public float[] Floats(int count) => [.. Enumerable.Range(0, count).Select(_ => (_random.NextSingle() * 2) - 1)];

    /// <summary>Uploads.</summary>
    public ArrayView<float> Upload(float[] values)
    {
        MemoryBuffer1D<float, Stride1D.Dense> buffer = _accelerator.Allocate1D(values);
        _buffers.Add(buffer);
        return buffer.View.AsContiguous();
    }

    /// <summary>Planes of NaN with room behind them.</summary>
    public FloatSink Sink(int planes, int pixels) =>
        new() { Planes = Upload([.. Enumerable.Repeat(float.NaN, (planes * (pixels + 3)) + 11)]), PlaneStride = pixels + 3 };

    /// <summary>A source of a random whole whose stored part is all of it.</summary>
    public (ConvolutionSource Source, float[] Values) Source(
        int channels, int width, int height, int mapping, int ownWidth, int ownHeight, Align align = Align.Corners)
    {
        float[] values = Floats(channels * width * height);
        bool doubled = mapping == ConvolutionSource.Doubled;
        return (new ConvolutionSource
        {
            Planes = Upload(values),
            Channels = channels,
            Width = width,
            Height = height,
            WholeWidth = width,
            WholeHeight = height,
            Mapping = mapping,
            RatioX = doubled ? HostResize.DoubledRatio(width, align) : (float)width / ownWidth,
            RatioY = doubled ? HostResize.DoubledRatio(height, align) : (float)height / ownHeight,
            Offset = doubled ? HostResize.DoubledOffset(align) : 0,
        }, values);
    }

    /// <summary>The result; <paramref name="tapsFirst"/> says whether taps or input channels are the outer loop.</summary>
    public float[] Expected(
        ConvolutionShape shape,
        IReadOnlyList<(ConvolutionSource Source, float[] Values)> sources,
        bool tapsFirst,
        int stride,
        int length,
        int firstPlane)
    {
        float[] result = [.. Enumerable.Repeat(float.NaN, length)];
        int inputs = sources.Sum(source => source.Source.Channels), window = shape.Kernel * shape.Kernel;
        for (int output = 0; output < shape.Outputs; output++)
        {
            for (int pixel = 0; pixel < shape.Width * shape.Height; pixel++)
            {
                float sum = Bias[output];
                for (int i = 0; i < inputs * window; i++)
                {
                    (int tap, int input) = tapsFirst ? (i / inputs, i % inputs) : (i % window, i / window);
                    int x = shape.X + (pixel % shape.Width) + (tap % shape.Kernel) - (shape.Kernel / 2);
                    int y = shape.Y + (pixel / shape.Width) + (tap / shape.Kernel) - (shape.Kernel / 2);
                    sum = MathF.FusedMultiplyAdd(
                        Weights[(((input * window) + tap) * shape.Quads * 4) + output], Value(shape, sources, input, x, y), sum);
                }
                int at = shape.TargetOf(pixel % shape.Width, pixel / shape.Width);
                result[((firstPlane + output) * stride) + at] = sum < 0 ? sum * shape.Slope : sum;
            }
        }
        return result;
    }

    /// <inheritdoc/>
    public void Dispose() => _buffers.ForEach(buffer => buffer.Dispose());

    private static float Value(
        ConvolutionShape shape, IReadOnlyList<(ConvolutionSource Source, float[] Values)> sources, int input, int x, int y)
    {
        if (shape.Zeros != 0 && (x < 0 || y < 0 || x >= shape.WholeWidth || y >= shape.WholeHeight))
        {
            return 0;
        }
        (x, y) = (Math.Clamp(x, 0, shape.WholeWidth - 1), Math.Clamp(y, 0, shape.WholeHeight - 1));
        int which = input < sources[0].Source.Channels ? 0 : 1;
        (ConvolutionSource source, float[] values) = sources[which];
        int channel = input - (which * sources[0].Source.Channels);
        float At(int column, int row) => values[(((channel * source.Height) + row) * source.Width) + column];
        if (source.Mapping != ConvolutionSource.Doubled)
        {
            return At(HostResize.Nearest(x, source.Width, shape.WholeWidth), HostResize.Nearest(y, source.Height, shape.WholeHeight));
        }
        Align align = source.Offset == 0 ? Align.Corners : Align.HalfPixel;
        Interpolation across = HostResize.Doubled(x, source.Width, align), down = HostResize.Doubled(y, source.Height, align);
        float Row(int row) => MathF.FusedMultiplyAdd(across.Weight, At(across.Second, row) - At(across.First, row), At(across.First, row));
        return MathF.FusedMultiplyAdd(down.Weight, Row(down.Second) - Row(down.First), Row(down.First));
    }
}
