using FastSeg.Kernels;
using FastSeg.Tests.Features;
using ILGPU;
using NUnit.Framework;
using MedianKernels = FastSeg.Kernels.Median;

namespace FastSeg.Tests.Kernels;

[TestFixture]
internal sealed class MedianTests
{
    [Test]
    public void EqualsTheCpu([NarrowTypes] SampleType type) => FilterRun.EqualsTheCpu(
        new FeatureSpec { Families = Families.Median, Sigmas = [0.5, 1, 5] }, Pictures.Create("random", 37, 29, 1, type), 33, 17);

    [Test]
    public void EqualsTheCpuAroundZero()
    {
        float[] values = [-1.5f, -0f, 0f, 0f, 1e-42f, -1e-42f, 2.5f];
        FilterRun.EqualsTheCpu(
            new FeatureSpec { Families = Families.Median, Sigmas = [1, 3] },
            SampleReader.Create(23, 11, 1, SampleType.Float32, (x, y, _) => values[((5 * x) + (3 * y) + (x * y)) % values.Length]));
    }

    [Test]
    public void CompilesForBothKindsOfDevice()
    {
        KernelCheck.Compiles((Action<PlaneWindow, TileShape, ArrayView<int>, int, int, int, FloatSink>)MedianKernels.Run);
        KernelCheck.Compiles((Action<PlaneWindow, TileShape, ArrayView<int>, int, int, int, BinSink>)MedianKernels.Run);
    }
}
