using FastSeg.Deep.Backbones;
using FastSeg.Images;
using FastSeg.Images.Samples;
using FastSeg.Kernels;
using ILGPU;
using ILGPU.Runtime;
using NUnit.Framework;

namespace FastSeg.Tests.Kernels;

[TestFixture]
[NonParallelizable]
internal sealed class GuidanceTests
{
    [Test]
    public void HasTheBitsOfTheCpu([Values] bool standardised, [NarrowTypes] SampleType type, [Values(1, 3)] int channels)
    {
        const int Pixels = 133, Guard = 5;
        int sampleBytes = type.Bytes();
        var random = new Random(sampleBytes);
        byte[] bytes = new byte[Pixels * channels * sampleBytes];
        random.NextBytes(bytes);
        for (int i = 0; sampleBytes == 4 && i < Pixels * channels; i++)
        {
            BitConverter.TryWriteBytes(bytes.AsSpan(4 * i), (random.NextSingle() * 3) - 1);
        }
        var range = new InputRange(-0.13f, 0.81f);
        SampleMap map = standardised ? SampleMap.Of(new SampleStatistics(120, 70)) : default;
        var seen = new InputMap(range, map);
        float[] expected = [.. Enumerable.Repeat(float.NaN, (Pixels * channels) + Guard)];
        for (int i = 0; i < Pixels * channels; i++)
        {
            float sample = type switch
            {
                SampleType.UInt8 => bytes[i],
                SampleType.UInt16 => BitConverter.ToUInt16(bytes, 2 * i),
                SampleType.Int16 => BitConverter.ToInt16(bytes, 2 * i),
                SampleType.Int8 => (sbyte)bytes[i],
                _ => BitConverter.ToSingle(bytes, 4 * i),
            };
            expected[(i % channels * Pixels) + (i / channels)] = seen.Unit(sample, type.Divisor());
        }
        using MemoryBuffer1D<byte, Stride1D.Dense> raw = KernelHost.Simulated.Allocate1D(bytes);
        using MemoryBuffer1D<float, Stride1D.Dense> planes =
            KernelHost.Simulated.Allocate1D((float[])[.. Enumerable.Repeat(float.NaN, expected.Length)]);
        var samples = new GuidanceSamples
        {
            Bytes = raw.View.AsContiguous(),
            SampleBytes = sampleBytes,
            Channels = channels,
            Pixels = Pixels,
            SignBit = type == SampleType.Int16 ? 0x8000 : type == SampleType.Int8 ? 0x80 : 0,
            Divisor = type.Divisor(),
            Scale = map.Scale,
            Shift = map.Shift,
            Low = standardised ? InputMap.Centre : range.Low,
            Span = standardised ? InputMap.PerDeviation : range.High - range.Low,
        };
        KernelHost.Simulated.LoadStreamKernel<GuidanceSamples, ArrayView<float>>(Guidance.ToUnit)(
            (5, 32), samples, planes.View.AsContiguous());
        KernelHost.Simulated.Synchronize();
        Assert.That(planes.GetAsArray1D(), Is.EqualTo(expected));
    }

    [Test]
    public void Compiles()
    {
        string ptx = KernelHost.Ptx((Action<GuidanceSamples, ArrayView<float>>)Guidance.ToUnit);
        KernelHost.CheckPtx(ptx);
        Assert.That(PtxCheck.Count(ptx, "div.rn.f32"), Is.EqualTo(2));
        Assert.That(KernelHost.OpenCl((Action<GuidanceSamples, ArrayView<float>>)Guidance.ToUnit), Is.Not.Empty);
    }
}
