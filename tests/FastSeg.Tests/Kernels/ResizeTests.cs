using FastSeg.Deep.Tokens;
using FastSeg.Gpu;
using FastSeg.Kernels;
using ILGPU;
using ILGPU.Runtime;
using NUnit.Framework;
using Kernel = FastSeg.Kernels.Resize;

namespace FastSeg.Tests.Kernels;

[TestFixture]
[NonParallelizable]
internal sealed unsafe class ResizeTests
{
    private const int Channels = 3, Rows = 4, Columns = 5, Guard = 9;

    [Test]
    public void HasTheBitsOfTheCpu([Values(1, 2, 7, 8, 14, 16)] int patch, [Values] bool bilinear, [Values(0, 1, 3)] int overlaps)
    {
        using GpuDevice device = GpuDevice.OpenSimulated();
        using LowResolution map = RandomMap(patch, overlaps * patch);
        var kernel = new LowResolutionPlanesGpu<FloatSink>(device, bilinear);
        int width = (Columns * patch) - (patch / 2), height = (Rows * patch) - (patch / 3);
        // The whole image, a part at its far corner, a part inside.
        AssertEqual(device, kernel, map, bilinear, new Region(0, 0, width, height));
        AssertEqual(device, kernel, map, bilinear, new Region(width / 2, height / 3, width - (width / 2), height - (height / 3)));
        AssertEqual(device, kernel, map, bilinear, new Region(width / 3, height / 2, 1, 1));
    }

    [Test]
    public void CompilesForEverySink()
    {
        foreach (Delegate kernel in (Delegate[])[
            (Action<CellMap, FloatSink, int>)Kernel.Nearest, (Action<CellMap, BinSink, int>)Kernel.Nearest,
            (Action<CellMap, FloatSink, int>)Kernel.Bilinear, (Action<CellMap, BinSink, int>)Kernel.Bilinear])
        {
            KernelHost.CheckPtx(KernelHost.Ptx(kernel));
            Assert.That(KernelHost.OpenCl(kernel), Is.Not.Empty);
        }
        string ptx = KernelHost.Ptx((Action<CellMap, FloatSink, int>)Kernel.Bilinear);
        Assert.That(PtxCheck.Count(ptx, "fma.rn.f32"), Is.EqualTo(3), "two along x, one along y");
        Assert.That(PtxCheck.Count(ptx, "div.rn.f32"), Is.EqualTo(2), "the two fractions, once a pixel");
    }

    private static void AssertEqual(
        GpuDevice device, LowResolutionPlanesGpu<FloatSink> kernel, LowResolution map, bool bilinear, Region core)
    {
        int pixels = (int)core.Pixels, stride = pixels + Guard;
        float[] expected = new float[(Channels + 1) * stride];
        Array.Fill(expected, float.NaN);
        using (var planes = new LowResolutionPlanesCpu(map, bilinear, (int)core.Width, (int)core.Height))
        {
            fixed (float* first = expected)
            {
                // The kernel's first plane is 1: plane 0 stays as it is.
                planes.Planes(core.X, core.Y, (int)core.Width, (int)core.Height, first + stride, (nint)core.Width, stride);
            }
        }
        float[] actual = new float[expected.Length];
        Array.Fill(actual, float.NaN);
        using MemoryBuffer1D<float, Stride1D.Dense> cells = device.Accelerator.Allocate1D(
            new ReadOnlySpan<float>(map.Plane(0), Channels * Rows * Columns).ToArray());
        using MemoryBuffer1D<float, Stride1D.Dense> result = device.Accelerator.Allocate1D(actual);
        var shape = new CellMap
        {
            Cells = cells.View.AsContiguous(),
            Channels = Channels,
            Rows = Rows,
            Columns = Columns,
            Patch = map.Patch,
            Overlap = map.Overlap,
        };
        kernel.Run(
            device.Accelerator.DefaultStream, shape, core, new FloatSink { Planes = result.View.AsContiguous(), PlaneStride = stride }, 1);
        device.Accelerator.Synchronize();
        result.CopyToCPU(actual);
        Assert.That(actual.Select(BitConverter.SingleToInt32Bits), Is.EqualTo(expected.Select(BitConverter.SingleToInt32Bits)), $"{core}");
    }

    private static LowResolution RandomMap(int patch, int overlap)
    {
        var random = new Random(patch);
        var map = new LowResolution(Channels, Rows, Columns, patch, overlap);
        for (int i = 0; i < Channels * Rows * Columns; i++)
        {
            map.Plane(0)[i] = (float)((random.NextDouble() * 2) - 1);
        }
        return map;
    }
}
