using FastSeg.Kernels;
using FastSeg.Tests.Features;
using ILGPU;
using NUnit.Framework;

namespace FastSeg.Tests.Kernels;

[TestFixture]
internal sealed class PixelsTests
{
    private static readonly FeatureSpec Image = new() { Families = Families.Gaussian, Sigmas = [] };

    [Test]
    public void EverySampleBecomesTheCpusFloat([Values(SampleType.UInt8, SampleType.UInt16, SampleType.Int16)] SampleType type)
    {
        // All values of a type, and three channels that differ.
        int side = type == SampleType.UInt8 ? 16 : 256, last = (side * side) - 1;
        FilterRun.EqualsTheCpu(Image, SampleReader.Create(side, side, 1, type, (x, y, _) => ((y * side) + x) / (double)last));
        FilterRun.EqualsTheCpu(Image, Pictures.Create("random", 19, 7, 3, type));
    }

    [Test]
    public void FloatsStayButForNegativeZero()
    {
        float[] values = [-0f, 0f, 1e-42f, -1e-42f, -2.5f, float.MaxValue];
        SampleReader reader = SampleReader.Create(3, 2, 1, SampleType.Float32, (x, y, _) => values[(y * 3) + x]);
        FilterRun.EqualsTheCpu(Image, reader);
        Assert.That(BitConverter.SingleToInt32Bits(FilterRun.Planes(Image, reader, 3, 2)[0][0]), Is.Zero);
    }

    [Test]
    public void CompilesForBothKindsOfDevice()
    {
        string bytes = KernelCheck.Compiles((Action<ArrayView<byte>, int, int, ArrayView<float>>)Pixels.FromBytes);
        string shorts = KernelCheck.Compiles((Action<ArrayView<ushort>, int, int, ArrayView<float>>)Pixels.FromShorts);
        string signedShorts = KernelCheck.Compiles((Action<ArrayView<short>, int, int, ArrayView<float>>)Pixels.FromSignedShorts);
        Assert.That(bytes, Does.Contain("div.rn.f32"));
        Assert.That(shorts, Does.Contain("div.rn.f32"));
        Assert.That(signedShorts, Does.Contain("div.rn.f32"));
        KernelCheck.Compiles((Action<ArrayView<float>, int, int, ArrayView<float>>)Pixels.FromFloats);
    }
}
