using FastSeg.Checks;
using FastSeg.Kernels;
using FastSeg.Simd;
using FastSeg.Tests.Probabilities;
using NUnit.Framework;
using FilterKernels = FastSeg.Kernels.GuidedFilter;

namespace FastSeg.Tests.Kernels;

[TestFixture]
[NonParallelizable]
internal sealed class GuidedFilterTests
{
    [TestCase(1), TestCase(2), TestCase(8), TestCase(20), TestCase(32), TestCase(64)]
    public void EqualsTheCpu(int radius)
    {
        foreach (bool masked in (bool[])[false, true])
        {
            var scene = new SmoothingScene(51, 40, 2 + (radius % 2), radius, masked);
            float[] expected = scene.Smooth(radius, 0.05, VectorPath.Bits, 51, 40);
            float[] found = scene.SmoothOnDevice(FilterRun.Device, radius, 0.05, 51, 40);
            Assert.That(Deviation.OfBits(found, expected), Is.Zero, $"masked: {masked}");
        }
    }

    [Test]
    public void TilesGiveTheSameBits([Values] bool masked)
    {
        var scene = new SmoothingScene(70, 61, 3, 7, masked);
        float[] expected = scene.Smooth(3, 0.05, VectorPath.Bits, 70, 61);
        Assert.That(Deviation.OfBits(scene.SmoothOnDevice(FilterRun.Device, 3, 0.05, 40, 23), expected), Is.Zero);
    }

    [Test]
    public void CompilesForBothKindsOfDevice()
    {
        string sums = KernelCheck.Compiles((Action<GuidedShape, GuidedPlanes>)FilterKernels.ProductSums);
        Assert.That(PtxCheck.Count(sums, "fma.rn.f32"), Is.EqualTo(2), "one a direction");
        KernelCheck.Compiles((Action<GuidedShape, GuidedPlanes>)FilterKernels.CoefficientSums);
        Assert.That(PtxCheck.SharedBytes(KernelCheck.Compiles((Action<GuidedShape, GuidedPlanes, float>)FilterKernels.Fit)), Is.Zero);
        string result = KernelCheck.Compiles((Action<GuidedShape, GuidedPlanes>)FilterKernels.Result);
        Assert.That(PtxCheck.Count(result, "rcp.rn.f32"), Is.EqualTo(1), "rounded, not approximate");
    }
}
