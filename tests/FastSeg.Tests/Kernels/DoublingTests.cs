using FastSeg.Deep.Convolutions;
using FastSeg.Gpu;
using FastSeg.Kernels;
using ILGPU;
using ILGPU.Runtime;
using NUnit.Framework;

namespace FastSeg.Tests.Kernels;

[TestFixture]
[NonParallelizable]
internal sealed class DoublingTests
{
    private const int Window = Doubling.Window;

    private delegate void RowsOf<TSink>(ConvolutionShape shape, ConvolutionSource sums, ArrayView<float> bias, TSink sink, int firstPlane);

    // Source's columns and rows, the region of the doubled whole; inputs and outputs.
    [TestCase(5, 4, 0, 0, 10, 8, 3, 4)]
    [TestCase(70, 9, 3, 2, 137, 11, 9, 6)]
    [TestCase(41, 12, 20, 7, 57, 9, 8, 18)]
    [TestCase(1, 1, 0, 0, 2, 2, 2, 1)]
    public void HasTheBitsOfTheScalarLoop(int sourceWidth, int sourceHeight, int x, int y, int width, int height, int inputs, int outputs)
    {
        foreach ((int zeros, Align align) in ((int, Align)[])[
            (0, Align.Corners), (1, Align.Corners), (0, Align.HalfPixel), (1, Align.HalfPixel)
        ])
        {
            using GpuDevice device = GpuDevice.OpenSimulated();
            using var scalar = new ConvolutionScalar(device.Accelerator);
            var shape = new ConvolutionShape
            {
                X = x,
                Y = y,
                Width = width,
                Height = height,
                WholeWidth = 2 * sourceWidth,
                WholeHeight = 2 * sourceHeight,
                Outputs = outputs,
                Quads = (outputs + 3) / 4,
                Zeros = zeros,
                Slope = 1,
                Kernel = Window,
                Target = 2,
                TargetWidth = width + 1,
            };
            (ConvolutionSource source, float[] values) = scalar.Source(
                inputs, sourceWidth, sourceHeight, ConvolutionSource.Doubled, 2 * sourceWidth, 2 * sourceHeight, align);
            scalar.Draw(shape, inputs);
            FloatSink sink = scalar.Sink(outputs + 2, shape.Target + (shape.TargetWidth * height));
            (int low, int high) = DoublingConvolutionGpu<FloatSink>.SourceRows(y, y + height - 1, sourceHeight, align);
            ArrayView<float> scratch = scalar.Upload([.. Enumerable.Repeat(float.NaN, Window * outputs * width * (high - low + 1))]);
            new DoublingConvolutionGpu<FloatSink>(device, align).Run(
                device.Accelerator.DefaultStream, shape, source, scalar.Upload(scalar.Weights), scalar.Upload(scalar.Bias),
                scratch, sink, 1);
            device.Accelerator.Synchronize();
            float[] actual = sink.Planes.GetAsArray(), expected = [.. Enumerable.Repeat(float.NaN, actual.Length)];
            for (int i = 0; i < outputs * width * height; i++)
            {
                (int output, int row, int column) = (i / (width * height), i / width % height, i % width);
                expected[((1 + output) * sink.PlaneStride) + shape.TargetOf(column, row)] =
                    Pixel(shape, source, values, scalar, output, x + column, y + row);
            }
            Assert.That(actual, Is.EqualTo(expected), $"zeros {zeros}, {align}");
        }
    }

    [Test]
    public void CompilesForEverySink()
    {
        string columns = KernelCheck.Compiles((Action<ConvolutionShape, ConvolutionSource, ArrayView<float>, FloatSink>)Doubling.Columns);
        Assert.That(
            PtxCheck.Count(columns, "fma.rn.f32"),
            Is.EqualTo(80 + (5 * 2 * 32) + 11),
            "products, five taps of two columns, places");
        Assert.That(
            PtxCheck.Count(columns, "ld.shared.f32"),
            Is.EqualTo(4 + 20 + (5 * 2 * 32)),
            "pixels, weights, five taps of two columns");
        Assert.That(PtxCheck.Count(columns, "st.shared.f32"), Is.EqualTo(2 + (5 * 16)), "staging, five taps");
        Assert.That(PtxCheck.SharedBytes(columns), Is.EqualTo(25600));
        string rows = KernelCheck.Compiles((RowsOf<FloatSink>)Doubling.Rows);
        Assert.That(PtxCheck.Count(rows, "fma.rn.f32"), Is.EqualTo(8 + 1), "two for each of four outputs, the place");
        KernelCheck.Compiles((RowsOf<BinSink>)Doubling.Rows);
    }

    /// <summary>Products at the source's pixels, then between columns, then between rows; term by term as the kernels add.</summary>
    private static float Pixel(
        ConvolutionShape shape, ConvolutionSource source, float[] values, ConvolutionScalar scalar, int output, int x, int y)
    {
        bool zeros = shape.Zeros != 0;
        Align align = source.Offset == 0 ? Align.Corners : Align.HalfPixel;
        float Product(int tap, int column, int row)
        {
            float sum = 0;
            for (int channel = 0; channel < source.Channels; channel++)
            {
                float weight = scalar.Weights[(((channel * Window * Window) + tap) * shape.Quads * 4) + output];
                sum = MathF.FusedMultiplyAdd(weight, values[(((channel * source.Height) + row) * source.Width) + column], sum);
            }
            return sum;
        }
        float Along(int windowRow, int row)
        {
            float sum = 0;
            for (int tap = 0; tap < Window; tap++)
            {
                DoublingSource at = DoublingSource.At(x + tap - (Window / 2), source.Width, align, zeros);
                sum = MathF.FusedMultiplyAdd(at.Near, Product((windowRow * Window) + tap, at.First, row), sum);
                sum = MathF.FusedMultiplyAdd(at.Far, Product((windowRow * Window) + tap, at.First + at.Step, row), sum);
            }
            return sum;
        }
        float result = scalar.Bias[output];
        for (int tap = 0; tap < Window; tap++)
        {
            DoublingSource at = DoublingSource.At(y + tap - (Window / 2), source.Height, align, zeros);
            result = MathF.FusedMultiplyAdd(at.Near, Along(tap, at.First), result);
            result = MathF.FusedMultiplyAdd(at.Far, Along(tap, at.First + at.Step), result);
        }
        return result;
    }
}
