using FastSeg.Kernels;
using FastSeg.Tests.Features;
using NUnit.Framework;

namespace FastSeg.Tests.Kernels;

[TestFixture]
internal sealed class DogTests
{
    [TestCase(0), TestCase(1), TestCase(2), TestCase(4), TestCase(5), TestCase(6)]
    public void EqualsTheCpuForAnyNumberOfSigmas(int sigmas)
    {
        // Fewer than two sigmas have no difference; another family then keeps the specification from being empty.
        Families families = sigmas < 2 ? Families.Dog | Families.Gaussian : Families.Dog;
        double[] values = [.. Enumerable.Range(1, sigmas).Select(i => 0.75 * i)];
        FilterRun.EqualsTheCpu(
            new FeatureSpec { Families = families, Sigmas = values }, Pictures.Create("blobs", 37, 13, 1, SampleType.UInt16), 35, 8);
    }

    [Test]
    public void CompilesForBothKindsOfDevice()
    {
        string floats = KernelCheck.Compiles((Action<PlaneWindow, int, TileShape, int, FloatSink>)Dog.Five);
        Assert.That(PtxCheck.Count(floats, "ld.global.f32"), Is.EqualTo(5), "each blur read once");
        Assert.That(PtxCheck.Count(floats, "sub.f32"), Is.EqualTo(10));
        Assert.That(PtxCheck.Count(floats, "st.global.f32"), Is.EqualTo(10));
        KernelCheck.Compiles((Action<PlaneWindow, int, TileShape, int, BinSink>)Dog.Five);
        KernelCheck.Compiles((Action<PlaneWindow, int, int, TileShape, int, FloatSink>)Dog.Any);
        KernelCheck.Compiles((Action<PlaneWindow, int, int, TileShape, int, BinSink>)Dog.Any);
    }
}
