using FastSeg.Forest;
using FastSeg.Gpu;
using FastSeg.Kernels;
using FastSeg.Probabilities;
using ILGPU;
using ILGPU.Runtime;
using NUnit.Framework;
using PixelKernels = FastSeg.Kernels.SmoothedPixels;

namespace FastSeg.Tests.Kernels;

[TestFixture]
[NonParallelizable]
internal sealed unsafe class SmoothedPixelsTests
{
    private const int Classes = 3, Radius = 2;

    [Test]
    public void EqualsTheCpu()
    {
        GpuDevice device = FilterRun.Device;
        Region core = new(9, 5, 35, 21), outer = core.Inflate(4);
        int pixels = (int)core.Pixels, outside = (int)outer.Pixels;
        var random = new Random(1);
        // Few values, so that there are ties.
        float[] g = [.. Enumerable.Range(0, Classes * pixels).Select(_ => random.Next(4) / 4f)];
        float[] p = [.. Enumerable.Range(0, Classes * outside).Select(_ => random.NextSingle())];
        byte[] labels = new byte[pixels];
        ushort[] chosen = new ushort[Classes * pixels];
        fixed (float* smoothed = g, likely = p)
        {
            fixed (byte* to = labels)
            {
                Decision.Labels(smoothed, pixels, Classes, to, pixels);
            }
            fixed (ushort* to = chosen)
            {
                for (int row = 0; row < core.Height; row++)
                {
                    float* from = likely + ((row + 4) * outer.Width) + 4;
                    int at = row * (int)core.Width;
                    SmoothedPixelsCpu.Choose(from, outside, smoothed + at, pixels, Classes, to + at, pixels, (int)core.Width);
                }
            }
        }
        var filter = new GuidedFilterGpu(device, Classes, Radius, 0.05);
        using var gTable = new DeviceTable<float>(device, g);
        using var pTable = new DeviceTable<float>(device, p);
        using var labelTable = new DeviceTable<byte>(device, new byte[pixels]);
        using var chosenTable = new DeviceTable<ushort>(device, new ushort[Classes * pixels]);
        GuidedShape shape = filter.Shape(core, outer, false);
        var planes = new GuidedPlanes { Smoothed = gTable.View, Probabilities = pTable.View };
        filter.Label(device.Accelerator.DefaultStream, shape, planes, labelTable.View);
        filter.Choose(device.Accelerator.DefaultStream, shape, planes, chosenTable.View);
        device.Accelerator.Synchronize();
        Assert.That(labelTable.View.GetAsArray(), Is.EqualTo(labels));
        Assert.That(chosenTable.View.GetAsArray(), Is.EqualTo(chosen));
    }

    [Test]
    public void CompilesForBothKindsOfDevice()
    {
        KernelCheck.Compiles((Action<GuidedShape, GuidedPlanes, ArrayView<byte>>)PixelKernels.Label);
        KernelCheck.Compiles((Action<GuidedShape, GuidedPlanes, float, ArrayView<ushort>>)PixelKernels.Choose);
    }
}
