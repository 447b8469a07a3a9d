using FastSeg.Kernels;
using FastSeg.Tests.Features;
using NUnit.Framework;

namespace FastSeg.Tests.Kernels;

[TestFixture]
internal sealed class DerivativesTests
{
    private const Families All = Families.Gaussian | Families.Sobel | Families.Hessian | Families.Laplacian;

    [Test]
    public void EqualsTheCpu(
        [Values(Families.Sobel, Families.Hessian, Families.Laplacian, All)] Families families,
        [Values("random", "constant", "impulse")] string picture) => FilterRun.EqualsTheCpu(
        new FeatureSpec { Families = families, Sigmas = [1] }, Pictures.Create(picture, 37, 29, 1, SampleType.UInt8), 33, 17);

    [TestCase(1, 1), TestCase(2, 3), TestCase(64, 1)]
    public void EqualsTheCpuInSmallImages(int width, int height) => FilterRun.EqualsTheCpu(
        new FeatureSpec { Families = All, Sigmas = [1, 2] }, Pictures.Create("random", width, height, 1, SampleType.Float32));

    [Test]
    public void CompilesForBothKindsOfDevice()
    {
        string floats = KernelCheck.Compiles((Action<PlaneWindow, TileShape, DerivativePlanes, FloatSink>)Derivatives.Run);
        Assert.That(PtxCheck.Count(floats, "sqrt.rn.f32"), Is.EqualTo(3));
        Assert.That(PtxCheck.Count(floats, "fma.rn.f32"), Is.EqualTo(3 + 1 + 4 + 1 + 2 + 1), "first, sobel, second, eigenvalues, mod, det");
        Assert.That(PtxCheck.SharedBytes(floats), Is.EqualTo(14_432));
        string bins = KernelCheck.Compiles((Action<PlaneWindow, TileShape, DerivativePlanes, BinSink>)Derivatives.Run);
        Assert.That(PtxCheck.Count(bins, "sqrt.rn.f32"), Is.EqualTo(3));
    }
}
