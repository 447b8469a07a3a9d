using FastSeg.Kernels;
using ILGPU;
using ILGPU.Runtime;
using NUnit.Framework;
using Kernel = FastSeg.Kernels.Convolution;

namespace FastSeg.Tests.Kernels;

[TestFixture]
[NonParallelizable]
internal sealed class ConvolutionTests
{
    private delegate void Run<TSink>(
        ConvolutionShape shape, ConvolutionSource first, ConvolutionSource second, ArrayView<float> weights, ArrayView<float> bias,
        TSink sink, int firstPlane);

    // Whole width, whole height, first column, first row, columns, rows; outputs.
    [TestCase(37, 11, 0, 0, 37, 11, 4)]
    [TestCase(41, 19, 3, 2, 35, 9, 18)]
    [TestCase(40, 18, 39, 17, 1, 1, 7)]
    public void HasTheBitsOfTheScalarLoop(int wholeWidth, int wholeHeight, int x, int y, int width, int height, int outputs)
    {
        foreach ((int zeros, int mapping, Align align) in ((int, int, Align)[])[
            (0, ConvolutionSource.Same, Align.Corners), (1, ConvolutionSource.Nearest, Align.Corners),
            (wholeWidth % 2, ConvolutionSource.Doubled, Align.Corners), (0, ConvolutionSource.Doubled, Align.HalfPixel)
        ])
        {
            int quads = (outputs + 3) / 4;
            var shape = new ConvolutionShape
            {
                X = x,
                Y = y,
                Width = width,
                Height = height,
                WholeWidth = wholeWidth,
                WholeHeight = wholeHeight,
                Outputs = outputs,
                Quads = quads,
                GroupQuads = Math.Min(quads, 3),
                Zeros = zeros,
                Slope = 0.01f,
                Kernel = 3,
                // A part of a sink's plane, which is wider.
                Target = 3,
                TargetWidth = width + 2,
            };
            AssertEqual(shape, mapping, align);
        }
    }

    [Test]
    public void CompilesForEverySink()
    {
        string ptx = KernelHost.Ptx((Run<FloatSink>)Kernel.Run);
        KernelHost.CheckPtx(ptx);
        // 288 in the loop over channels; three for a source's doubling, and the roundings of its places.
        Assert.That(PtxCheck.Count(ptx, "fma.rn.f32"), Is.EqualTo(288 + 3 + 2));
        Assert.That(PtxCheck.Count(ptx, "ld.shared.f32"), Is.EqualTo(24 + 36), "pixels and weights of a channel");
        Assert.That(PtxCheck.SharedBytes(ptx), Is.EqualTo(4 * 8 * (385 + 288)));
        KernelHost.CheckPtx(KernelHost.Ptx((Run<BinSink>)Kernel.Run));
        Assert.That(KernelHost.OpenCl((Run<FloatSink>)Kernel.Run), Does.Contain("fma"));
        Assert.That(KernelHost.OpenCl((Run<BinSink>)Kernel.Run), Does.Contain("fma"));
    }

    private static void AssertEqual(ConvolutionShape shape, int mapping, Align align)
    {
        using var scalar = new ConvolutionScalar();
        int width = mapping == ConvolutionSource.Same ? shape.WholeWidth : (shape.WholeWidth + 1) / 2;
        int height = mapping == ConvolutionSource.Same ? shape.WholeHeight : (shape.WholeHeight + 1) / 2;
        (ConvolutionSource, float[])[] sources =
        [
            scalar.Source(7, width, height, mapping, shape.WholeWidth, shape.WholeHeight, align),
            scalar.Source(3, shape.WholeWidth, shape.WholeHeight, ConvolutionSource.Same, shape.WholeWidth, shape.WholeHeight),
        ];
        scalar.Draw(shape, 10);
        FloatSink sink = scalar.Sink(shape.Outputs + 2, shape.Target + (shape.TargetWidth * shape.Height));
        var kernel = KernelHost.Simulated.LoadKernel<
            ConvolutionShape, ConvolutionSource, ConvolutionSource, ArrayView<float>, ArrayView<float>, FloatSink, int>(Kernel.Run);
        var grid = new Index3D((shape.Width + 31) / 32, (shape.Height + 7) / 8, (shape.Quads + shape.GroupQuads - 1) / shape.GroupQuads);
        kernel(
            KernelHost.Simulated.DefaultStream, (grid, new Index3D(32, 4, 1)), shape, sources[0].Item1, sources[1].Item1,
            scalar.Upload(scalar.Weights), scalar.Upload(scalar.Bias), sink, 1);
        KernelHost.Simulated.Synchronize();
        float[] actual = sink.Planes.GetAsArray();
        Assert.That(
            actual,
            Is.EqualTo(scalar.Expected(shape, sources, tapsFirst: false, sink.PlaneStride, actual.Length, 1)),
            $"mapping {mapping}, {align}");
    }
}
