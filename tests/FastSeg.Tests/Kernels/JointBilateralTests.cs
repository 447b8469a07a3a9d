using FastSeg.Checks;
using FastSeg.Deep.Tokens;
using FastSeg.Deep.Upsamplers;
using FastSeg.Gpu;
using FastSeg.Kernels;
using FastSeg.Tests.Deep.Upsamplers;
using ILGPU.Runtime;
using NUnit.Framework;
using Joint = FastSeg.Deep.Upsamplers.JointBilateral;
using Kernel = FastSeg.Kernels.JointBilateral;

namespace FastSeg.Tests.Kernels;

[TestFixture]
[NonParallelizable]
internal sealed unsafe class JointBilateralTests
{
    private const int Channels = 3, Guard = 7;

    [Test]
    public void HasTheBitsOfTheCpu([Values(4, 7, 8)] int patch, [Values(1, 3)] int colours)
    {
        var joint = new JointBilateralCase(Channels, colours, patch, (5 * patch) - 1, (6 * patch) - (patch / 2));
        AssertEqual(joint, joint.All, patch, colours);
        // A part at the far corner, and one inside.
        AssertEqual(joint, new Region(patch, joint.Height / 2, joint.Width - patch, joint.Height - (joint.Height / 2)), patch, colours);
        AssertEqual(joint, new Region((2 * patch) + 1, patch, 3, 2), patch, colours);
    }

    [Test]
    public void CompilesForEverySink()
    {
        foreach (Delegate kernel in (Delegate[])[
            (Action<JointGuidance, int, float>)Kernel.Means, (Action<CellMap, JointGuidance, FloatSink, int>)Kernel.Run,
            (Action<CellMap, JointGuidance, BinSink, int>)Kernel.Run])
        {
            KernelHost.CheckPtx(KernelHost.Ptx(kernel));
            Assert.That(KernelHost.OpenCl(kernel), Is.Not.Empty);
        }
        string ptx = KernelHost.Ptx((Action<CellMap, JointGuidance, FloatSink, int>)Kernel.Run);
        Assert.That(PtxCheck.Count(ptx, "ex2"), Is.Zero, "no exponential of the device's");
        // One colour, one cell, one channel: each stands in the code once.
        Assert.That(PtxCheck.Flops(ptx), Is.EqualTo(3 + 26 + 2 + 2));
    }

    private static void AssertEqual(JointBilateralCase joint, Region core, int patch, int colours)
    {
        GpuDevice device = FilterRun.Device;
        int pixels = (int)core.Pixels, stride = pixels + Guard;
        float[] expected = joint.Planes(core, core), image = joint.Part(Joint.Guidance(core, patch).Intersect(joint.All));
        Region seen = Joint.Guidance(core, patch).Intersect(joint.All);
        using LowResolution map = joint.Map();
        using var cells = new DeviceTable<float>(device, new ReadOnlySpan<float>(map.Plane(0), Channels * joint.Rows * joint.Columns));
        using var guide = new DeviceTable<float>(device, image);
        using var means = new DeviceTable<float>(
            device, new float[colours * Joint.MostCells(core.Width, patch) * Joint.MostCells(core.Height, patch)]);
        using var result = new DeviceTable<float>(device, [.. Enumerable.Repeat(float.NaN, (Channels + 1) * stride)]);
        var shape = new CellMap { Cells = cells.View, Channels = Channels, Rows = joint.Rows, Columns = joint.Columns, Patch = patch };
        var part = new GuidancePart
        {
            Planes = guide.View,
            PlaneStride = (int)seen.Pixels,
            X = (int)seen.X,
            Y = (int)seen.Y,
            Width = (int)seen.Width,
            Height = (int)seen.Height,
        };
        new JointBilateralGpu<FloatSink>(device).Run(
            device.Accelerator.DefaultStream, shape, part, colours, core, new FloatSink { Planes = result.View, PlaneStride = stride }, 1,
            means.View);
        device.Accelerator.Synchronize();
        float[] found = result.View.GetAsArray();
        for (int i = 0; i < found.Length; i++)
        {
            bool inside = i >= stride && i % stride < pixels;
            float value = inside ? expected[(((i / stride) - 1) * pixels) + (i % stride)] : float.NaN;
            Assert.That(BitConverter.SingleToInt32Bits(found[i]), Is.EqualTo(BitConverter.SingleToInt32Bits(value)), $"{core}, {i}");
        }
    }
}
