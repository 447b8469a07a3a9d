using FastSeg.Features;
using FastSeg.Kernels;
using FastSeg.Tests.Features;
using NUnit.Framework;

namespace FastSeg.Tests.Kernels;

[TestFixture]
internal sealed class MembraneTests
{
    private static readonly string Generated = TestData.File(Path.Combine("kernels", "FastSeg.Kernels", "MembraneDefault.cs"));

    [Test]
    public void TheDefaultEqualsTheCpu([Values("random", "constant")] string picture) =>
        FilterRun.EqualsTheCpu(Lines(new MembraneGeometry()), Pictures.Create(picture, 37, 29, 1, SampleType.UInt8), 34, 18);

    [TestCase(19, 31, 1), TestCase(7, 12, 2.5), TestCase(3, 5, 0.5), TestCase(1, 1, 1)]
    [TestCase(5, 2, 1), TestCase(5, 3, 1), TestCase(63, 90, 1)]
    public void AnyOtherEqualsTheCpu(int patch, int angles, double thickness) => FilterRun.EqualsTheCpu(
        Lines(new MembraneGeometry(patch, angles, thickness)), Pictures.Create("random", 35, 5, 1, SampleType.Float32), 33, 3);

    [Test]
    public void StacksFit([Values(1, 3, 9, 19, 33, 63)] int patch, [Values(1, 7, 30, 90)] int angles, [Values(0.5, 1, 3)] double thickness)
    {
        var geometry = new MembraneGeometry(patch, angles, Math.Min(thickness, patch));
        Assert.That(new MembraneProgram(new MembranePlan(geometry)).Depth, Is.LessThanOrEqualTo(Membrane.MaxStack));
    }

    [Test]
    public void TheGeneratedFileIsWhatThePlanGives() => Assert.That(
        MembraneSource.Create(),
        Is.EqualTo(File.ReadAllText(Generated)),
        $"write it anew: run the test {nameof(WriteTheGeneratedFile)}");

    [Test, Explicit("writes a source file")]
    public void WriteTheGeneratedFile() => File.WriteAllText(Generated, MembraneSource.Create());

    [Test]
    public void CompilesForBothKindsOfDevice()
    {
        string floats = KernelCheck.Compiles((Action<PlaneWindow, TileShape, int, FloatSink>)Membrane.Default);
        Assert.That(PtxCheck.Count(floats, "fma.rn.f32"), Is.EqualTo(2 * (30 + 1 + 30)), "responses, mean, squares; two pixels");
        Assert.That(PtxCheck.SharedBytes(floats), Is.EqualTo(10_000));
        KernelCheck.Compiles((Action<PlaneWindow, TileShape, int, BinSink>)Membrane.Default);
        KernelCheck.Compiles((Action<PlaneWindow, TileShape, MembraneTables, int, FloatSink>)Membrane.Any);
        KernelCheck.Compiles((Action<PlaneWindow, TileShape, MembraneTables, int, BinSink>)Membrane.Any);
    }

    private static FeatureSpec Lines(MembraneGeometry geometry) => new() { Families = Families.Membrane, Membrane = geometry };
}
