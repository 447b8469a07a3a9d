using FastSeg.Checks;
using FastSeg.Gpu;
using FastSeg.Probabilities;
using FastSeg.Simd;
using ILGPU;
using ILGPU.Runtime;
using NUnit.Framework;
using Margins = FastSeg.Tests.Probabilities.SoftmaxTests;

namespace FastSeg.Tests.Kernels;

[TestFixture]
[NonParallelizable]
internal sealed class SoftmaxTests
{
    [TestCase(1), TestCase(2), TestCase(3), TestCase(20)]
    public void EqualsTheCpu(int groups)
    {
        const int Pixels = 203, Guard = 5;
        GpuDevice device = FilterRun.Device;
        float[] margins = Margins.Margins(groups, Pixels), expected = Margins.Run(margins, groups, VectorPath.Bits, Pixels);
        using var from = new DeviceTable<float>(device, margins);
        using var to = new DeviceTable<float>(device, [.. Enumerable.Repeat(float.NaN, expected.Length + Guard)]);
        new SoftmaxGpu(device).Run(device.Accelerator.DefaultStream, from.View, groups, Pixels, to.View);
        device.Accelerator.Synchronize();
        float[] found = to.View.GetAsArray();
        Assert.That(Deviation.OfBits(found.AsSpan(0, expected.Length), expected), Is.Zero);
        Assert.That(found.Skip(expected.Length), Is.All.NaN);
    }

    [Test]
    public void CompilesForBothKindsOfDevice()
    {
        string ptx = KernelCheck.Compiles((Action<ArrayView<float>, int, int, ArrayView<float>>)FastSeg.Kernels.Softmax.Run);
        Assert.That(PtxCheck.Count(ptx, "rcp.rn.f32"), Is.EqualTo(2), "one reciprocal of one group, one of several");
        Assert.That(PtxCheck.Count(ptx, "ex2"), Is.Zero, "no exponential of the device's");
    }
}
