using FastSeg.Kernels;
using FastSeg.Tests.Features;
using NUnit.Framework;

namespace FastSeg.Tests.Kernels;

[TestFixture]
internal sealed class StructureTests
{
    [TestCase(1024, 1024), TestCase(20, 11)]
    public void EqualsTheCpu(int tileWidth, int tileHeight) => FilterRun.EqualsTheCpu(
        new FeatureSpec { Families = Families.Structure, Sigmas = [0.7, 2] },
        Pictures.Create("random", 37, 29, 1, SampleType.UInt8), tileWidth, tileHeight);

    [Test]
    public void CompilesForBothKindsOfDevice()
    {
        KernelCheck.Compiles((Action<PlaneWindow, PlaneWindow, int>)Structure.Products);
        string floats = KernelCheck.Compiles((Action<PlaneWindow, int, TileShape, int, FloatSink>)Structure.Eigenvalues);
        Assert.That(PtxCheck.Count(floats, "sqrt.rn.f32"), Is.EqualTo(1));
        KernelCheck.Compiles((Action<PlaneWindow, int, TileShape, int, BinSink>)Structure.Eigenvalues);
    }
}
