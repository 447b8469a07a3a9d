using FastSeg.Checks;
using FastSeg.Gpu;
using FastSeg.Images;
using FastSeg.Images.Samples;
using FastSeg.Probabilities;
using FastSeg.Tests.Features;
using ILGPU;
using ILGPU.Runtime;
using NUnit.Framework;

namespace FastSeg.Tests.Kernels;

[TestFixture]
[NonParallelizable]
internal sealed class GuideTests
{
    [Test]
    public unsafe void EqualsTheCpu(
        [Values(1, 3, 6)] int channels, [Values(SampleType.UInt8, SampleType.Int16, SampleType.Int8)] SampleType type)
    {
        using ImageReader image = Pictures.Create("random", 61, 37, channels, type);
        var page = new SampleStatistics(101.5, 33);
        GpuDevice device = FilterRun.Device;
        // A rectangle in the middle, and one at a corner of the image.
        foreach (Region region in (Region[])[new(20, 11, 23, 9), new(0, 20, 30, 17)])
        {
            using var tile = new Tile(region, Guide.Radius + 3, channels, image.Info);
            tile.Fill(image, region);
            float[] expected = new float[region.Pixels];
            using var cpu = new GuideCpu(region.Width);
            fixed (float* to = expected)
            {
                cpu.Run(tile, page, region, to, (nint)region.Width);
            }
            long pixels = tile.Bounds.Pixels;
            byte[] bytes = new ReadOnlySpan<byte>(tile.Samples, (int)(pixels * image.Info.PixelBytes)).ToArray();
            using var samples = new DeviceTable<byte>(device, bytes);
            byte[] junk = [.. Enumerable.Repeat((byte)255, (int)GuideGpu.ScratchBytes(pixels, channels))];
            using var scratch = new DeviceTable<byte>(device, junk);
            using var plane = new DeviceTable<float>(device, [.. Enumerable.Repeat(float.NaN, expected.Length)]);
            using var guide = new GuideGpu(device);
            guide.Run(
                device.Accelerator.DefaultStream, samples.View, type, SampleMap.Of(page), channels, tile.Bounds, region, scratch.View,
                plane.View);
            device.Accelerator.Synchronize();
            Assert.That(Deviation.OfBits(plane.View.GetAsArray(), expected), Is.Zero);
        }
    }

    [Test]
    public void CompilesForBothKindsOfDevice() =>
        KernelCheck.Compiles((Action<ArrayView<float>, int, int, float>)FastSeg.Kernels.Guide.Mean);
}
