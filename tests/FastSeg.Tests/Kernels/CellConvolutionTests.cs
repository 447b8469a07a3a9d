using FastSeg.Kernels;
using ILGPU;
using ILGPU.Runtime;
using NUnit.Framework;

namespace FastSeg.Tests.Kernels;

[TestFixture]
[NonParallelizable]
internal sealed class CellConvolutionTests
{
    [Test]
    public void HasTheBitsOfTheScalarLoop([Values(0, 1)] int zeros, [Values(3, 5)] int window)
    {
        using var scalar = new ConvolutionScalar();
        var shape = new ConvolutionShape
        {
            X = 1,
            Y = 2,
            Width = 34,
            Height = 5,
            WholeWidth = 36,
            WholeHeight = 7,
            Outputs = 6,
            Quads = 2,
            Zeros = zeros,
            Slope = 0.01f,
            Kernel = window,
            TargetWidth = 34,
        };
        (ConvolutionSource, float[])[] sources = [scalar.Source(5, 36, 7, ConvolutionSource.Same, 36, 7)];
        scalar.Draw(shape, 5);
        FloatSink sink = scalar.Sink(shape.Outputs, shape.Width * shape.Height);
        Action<AcceleratorStream, KernelConfig, ConvolutionShape, ConvolutionSource, ArrayView<float>, ArrayView<float>, FloatSink> kernel =
            KernelHost.Simulated.LoadKernel<ConvolutionShape, ConvolutionSource, ArrayView<float>, ArrayView<float>, FloatSink>(
                CellConvolution.Run);
        kernel(
            KernelHost.Simulated.DefaultStream, (new Index3D(2, 2, 2), new Index3D(32, 4, 1)), shape, sources[0].Item1,
            scalar.Upload(scalar.Weights), scalar.Upload(scalar.Bias), sink);
        KernelHost.Simulated.Synchronize();
        float[] actual = sink.Planes.GetAsArray();
        Assert.That(actual, Is.EqualTo(scalar.Expected(shape, sources, tapsFirst: true, sink.PlaneStride, actual.Length, 0)));
    }

    [Test]
    public void Compiles()
    {
        Delegate kernel = (Action<ConvolutionShape, ConvolutionSource, ArrayView<float>, ArrayView<float>, FloatSink>)CellConvolution.Run;
        string ptx = KernelHost.Ptx(kernel);
        KernelHost.CheckPtx(ptx);
        Assert.That(PtxCheck.Count(ptx, "fma.rn.f32"), Is.EqualTo(4 + 3 + 2));
        Assert.That(KernelHost.OpenCl(kernel), Does.Contain("fma"));
    }
}
