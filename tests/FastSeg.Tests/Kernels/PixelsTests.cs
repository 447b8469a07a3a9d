using FastSeg.Images;
using FastSeg.Images.Samples;
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
    public void EverySampleBecomesTheCpusFloat(
        [Values(SampleType.UInt8, SampleType.Int8, SampleType.UInt16, SampleType.Int16)] SampleType type)
    {
        // All values of a type, and three channels that differ.
        int side = type.Bytes() == 1 ? 16 : 256, last = (side * side) - 1;
        FilterRun.EqualsTheCpu(Image, SampleReader.Create(side, side, 1, type, (x, y, _) => ((y * side) + x) / (double)last));
        FilterRun.EqualsTheCpu(Image, Pictures.Create("random", 19, 7, 3, type));
    }

    /// <summary>What is stored, not what is divided, is multiplied and shifted, in one rounding.</summary>
    [Test]
    public void StandardisedSamplesAreTheCpusToo([NarrowTypes] SampleType type, [Values(1, 3)] int channels)
    {
        var map = SampleMap.Of(new SampleStatistics(0.31, 0.173));
        SampleReader reader = Pictures.Create("random", 19, 7, channels, type);
        FilterRun.EqualsTheCpu(Image, reader, map: map);
        float[] plane = FilterRun.Planes(Image, reader, 19, 7, map: map)[0];
        Assert.That(plane[25], Is.EqualTo(MathF.FusedMultiplyAdd(reader.Stored(25 * channels), map.Scale, map.Shift)));
    }

    [Test]
    public void StandardisedNegativeZeroIsZero()
    {
        float[] values = [-0f, 0f, 1e-42f, -1e-42f, -2.5f, 1e17f];
        SampleReader reader = SampleReader.Create(3, 2, 1, SampleType.Float32, (x, y, _) => values[(y * 3) + x]);
        var map = SampleMap.Of(new SampleStatistics(0, 1e10));
        FilterRun.EqualsTheCpu(Image, reader, map: map);
        Assert.That(
            FilterRun.Planes(Image, reader, 3, 2, map: map)[0][..4].Select(BitConverter.SingleToInt32Bits), Is.All.Zero);
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
        Standardises<byte>(Pixels.StandardiseBytes);
        Standardises<ushort>(Pixels.StandardiseShorts);
        Standardises<short>(Pixels.StandardiseSignedShorts);
        Standardises<float>(Pixels.StandardiseFloats);
    }

    private static void Standardises<T>(Action<ArrayView<T>, int, int, float, float, ArrayView<float>> kernel) where T : unmanaged
    {
        Assert.That(KernelCheck.Compiles(kernel), Does.Contain("fma.rn.f32").And.Not.Contain("div.rn.f32"));
    }
}
