using FastSeg.Features;
using FastSeg.Features.Local;
using FastSeg.Kernels;
using FastSeg.Native;
using FastSeg.Simd;
using ILGPU;
using NUnit.Framework;
using ColumnKernels = FastSeg.Kernels.LocalColumns;

namespace FastSeg.Tests.Kernels;

[TestFixture]
internal sealed class LocalColumnsTests
{
    [Test]
    public void HasTheBitsOfTheCpu([Values(1, 2.4, 9)] double sigma, [Values(1, 3)] int channels, [Values] bool masked)
    {
        var image = new Region(0, 0, 61, 47);
        float[][] samples = Samples(image, channels);
        byte[]? mask = masked ? Mask(image) : null;
        float[] expected = Cpu(samples, image, sigma, mask);
        foreach (Region wanted in (Region[])[image, new Region(13, 9, 20, 31), new Region(40, 30, 21, 17)])
        {
            float[] planes = LocalRun.Planes(samples, image, wanted, sigma, mask);
            float[] cut = [.. expected.Chunk((int)image.Pixels).SelectMany(plane => LocalRun.Cut(plane, image, wanted))];
            Assert.That(planes.Select(BitConverter.SingleToInt32Bits), Is.EqualTo(cut.Select(BitConverter.SingleToInt32Bits)), $"{wanted}");
        }
    }

    [Test]
    public void CompilesForBothKindsOfDevice()
    {
        KernelCheck.Compiles((Action<LocalShape, ArrayView<float>, ArrayView<int>, ArrayView<float>>)ColumnKernels.Shift);
        string ptx = KernelCheck.Compiles(
            (Action<LocalShape, ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<float>,
                ArrayView<float>>)ColumnKernels.Run);
        Assert.That(ptx, Does.Contain("div.rn.f32").And.Contain("sqrt.rn.f32"));
    }

    /// <summary>Noise on an offset of many deviations, with a constant corner.</summary>
    private static float[][] Samples(Region image, int channels)
    {
        var random = new Random(11);
        return [.. Enumerable.Range(0, channels).Select(channel => Enumerable.Range(0, (int)image.Pixels).Select(i =>
            i % image.Width < 20 && i / image.Width < 18 ? 500 : 4000 + (channel * 7) + (random.NextSingle() * 3)).ToArray())];
    }

    private static byte[] Mask(Region image)
    {
        var random = new Random(12);
        return [.. Enumerable.Range(0, (int)image.Pixels).Select(i => (byte)(random.Next(3) == 0 || i / image.Width > 35 ? 0 : 1))];
    }

    private static unsafe float[] Cpu(float[][] samples, Region image, double sigma, byte[]? mask)
    {
        int channels = samples.Length;
        float[] interleaved = [.. Enumerable.Range(0, (int)image.Pixels).SelectMany(i => samples.Select(channel => channel[i]))];
        float[] planes = new float[interleaved.Length];
        var count = new Arena();
        LocalStandardisationCpu.Create(count, sigma, channels, image.Height, mask is not null);
        using var memory = new HostBuffer(count.Bytes);
        LocalStandardisationCpu local =
            LocalStandardisationCpu.Create(new Arena(memory), sigma, channels, image.Height, mask is not null);
        fixed (float* from = interleaved, to = planes)
        fixed (byte* kept = mask)
        {
            var source = new PixelSource((byte*)from, SampleType.Float32, channels, 0, image);
            local.Run(new LocalPixels(source, image, (nint)kept), image, to);
        }
        return planes;
    }
}
