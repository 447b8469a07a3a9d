using FastSeg.Kernels;
using FastSeg.Tests.Features;
using ILGPU;
using NUnit.Framework;
using DiskKernels = FastSeg.Kernels.Disk;

namespace FastSeg.Tests.Kernels;

[TestFixture]
internal sealed class DiskTests
{
    [TestCase(Families.Mean), TestCase(Families.Min), TestCase(Families.Max), TestCase(Families.Mean | Families.Min | Families.Max)]
    public void EqualsTheCpu(Families families) => FilterRun.EqualsTheCpu(
        new FeatureSpec { Families = families, Sigmas = [0.5, 1, 2.3, 9] }, Pictures.Create("random", 37, 29, 1, SampleType.UInt8), 33, 17);

    [Test]
    public void CompilesForBothKindsOfDevice()
    {
        KernelCheck.Compiles((Action<PlaneWindow, TileShape, ArrayView<int>, int, float, DiskPlanes, FloatSink>)DiskKernels.Run);
        KernelCheck.Compiles((Action<PlaneWindow, TileShape, ArrayView<int>, int, float, DiskPlanes, BinSink>)DiskKernels.Run);
    }
}
