using FastSeg.Kernels;
using FastSeg.Tests.Features;
using ILGPU;
using NUnit.Framework;
using GaussianKernels = FastSeg.Kernels.Gaussian;
using Kernel = System.Action<FastSeg.Kernels.PlaneWindow, FastSeg.Kernels.PlaneWindow, ILGPU.ArrayView<float>, int>;

namespace FastSeg.Tests.Kernels;

[TestFixture]
internal sealed class GaussianTests
{
    [TestCase(1, TestName = "Radius 4 to 64 in shared memory")]
    [TestCase(1.3, TestName = "Odd radii")]
    [TestCase(0.1, TestName = "Radius 0 and 1")]
    public void EqualsTheCpu(double scale) => FilterRun.EqualsTheCpu(
        new FeatureSpec { Families = Families.Gaussian, SigmaScale = scale }, Pictures.Create("random", 37, 29, 1, SampleType.UInt8));

    [Test]
    public void EqualsTheCpuBeyondSharedMemory() => FilterRun.EqualsTheCpu(
        new FeatureSpec { Families = Families.Gaussian, Sigmas = [16.2, 16.3, 40] },
        Pictures.Create("random", 37, 29, 1, SampleType.UInt8));

    [Test]
    public void EqualsTheCpuInWideAndHighTiles()
    {
        var spec = new FeatureSpec { Families = Families.Gaussian, Sigmas = [3] };
        FilterRun.EqualsTheCpu(spec, Pictures.Create("random", 307, 5, 1, SampleType.UInt16));
        FilterRun.EqualsTheCpu(spec, Pictures.Create("random", 5, 131, 1, SampleType.Float32), 3, 67);
    }

    [Test]
    public void CompilesForBothKindsOfDevice()
    {
        string x = KernelCheck.Compiles((Kernel)GaussianKernels.AlongX), y = KernelCheck.Compiles((Kernel)GaussianKernels.AlongY);
        const int Sums = 8 * (16 + 4 + 2 + 1);
        Assert.That(PtxCheck.Count(x, "fma.rn.f32"), Is.EqualTo(Sums), "eight, two and one tap a side, the centre; eight sums");
        Assert.That(PtxCheck.Count(y, "fma.rn.f32"), Is.EqualTo(Sums));
        Assert.That(PtxCheck.Count(x, "mul.f32") + PtxCheck.Count(y, "mul.f32"), Is.Zero, "no product outside of a multiply-add");
        Assert.That(PtxCheck.SharedBytes(x), Is.EqualTo(24964));
        Assert.That(PtxCheck.SharedBytes(y), Is.EqualTo(24836));
        Assert.That(PtxCheck.Count(KernelCheck.Compiles((Kernel)GaussianKernels.AlongXFar), "fma.rn.f32"), Is.EqualTo(7));
        Assert.That(PtxCheck.Count(KernelCheck.Compiles((Kernel)GaussianKernels.AlongYFar), "fma.rn.f32"), Is.EqualTo(7));
    }
}
