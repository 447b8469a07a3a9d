using FastSeg.Kernels;
using ILGPU;
using ILGPU.Runtime;
using NUnit.Framework;

namespace FastSeg.Tests.Kernels;

/// <summary>Pooling by numbers; every kernel also runs within the whole network, which is compared with the CPU's.</summary>
[TestFixture]
[NonParallelizable]
internal sealed class PyramidTests
{
    [TestCase(9, 7)]
    [TestCase(1, 8)]
    public void PoolsTwoByTwoAndKeepsToItsPlanes(int width, int height)
    {
        using var scalar = new ConvolutionScalar();
        int ownWidth = Math.Max(1, width / 2), ownHeight = height / 2;
        (ConvolutionSource source, float[] values) = scalar.Source(2, width, height, ConvolutionSource.Same, width, height);
        var shape = new ConvolutionShape
        {
            X = 0,
            Y = 1,
            Width = ownWidth,
            Height = ownHeight - 1,
            WholeWidth = ownWidth,
            WholeHeight = ownHeight,
        };
        int pixels = shape.Width * shape.Height;
        FloatSink sink = scalar.Sink(2, pixels);
        Action<AcceleratorStream, KernelConfig, ConvolutionShape, ConvolutionSource, FloatSink> kernel =
            KernelHost.Simulated.LoadKernel<ConvolutionShape, ConvolutionSource, FloatSink>(Pyramid.Pool);
        kernel(KernelHost.Simulated.DefaultStream, (new Index3D(1, 1, 2), new Index3D(32, 4, 1)), shape, source, sink);
        KernelHost.Simulated.Synchronize();
        float[] actual = sink.Planes.GetAsArray(), expected = [.. Enumerable.Repeat(float.NaN, actual.Length)];
        for (int i = 0; i < 2 * pixels; i++)
        {
            int channel = i / pixels, x = i % pixels % ownWidth, y = (i % pixels / ownWidth) + 1;
            int[] columns = [2 * x, Math.Min((2 * x) + 1, width - 1)], rows = [2 * y, (2 * y) + 1];
            expected[(channel * sink.PlaneStride) + (i % pixels)] =
                columns.Max(column => rows.Max(row => values[(((channel * height) + row) * width) + column]));
        }
        Assert.That(actual, Is.EqualTo(expected));
    }

    [Test]
    public void Compiles()
    {
        foreach (Delegate kernel in (Delegate[])[
            (Action<ConvolutionShape, ConvolutionSource, FloatSink>)Pyramid.Pool,
            (Action<ConvolutionShape, GuidancePart, int, int, GuidanceScale, FloatSink>)Pyramid.PoolImage,
            (Action<ConvolutionShape, GuidancePart, int, int, GuidanceScale, FloatSink, int>)Pyramid.ResizeImage,
            (Action<CellMap, int, FloatSink>)Pyramid.Cells,
            (Action<ConvolutionShape, ConvolutionSource, FloatSink, int>)Pyramid.ResizeLayer,
            (Action<ConvolutionShape, ConvolutionSource, BinSink, int>)Pyramid.ResizeLayer])
        {
            KernelHost.CheckPtx(KernelHost.Ptx(kernel));
            Assert.That(KernelHost.OpenCl(kernel), Is.Not.Empty);
        }
    }
}
