using FastSeg.Forest;
using FastSeg.Gpu;
using FastSeg.Kernels;
using ILGPU;
using ILGPU.Runtime;
using NUnit.Framework;

namespace FastSeg.Tests.Kernels;

/// <summary>The search for a value's bin.</summary>
[TestFixture]
internal sealed class BinSinkTests
{
    [Test]
    public void CountsTheThresholdsNotAboveAValue([Values(1, 4, 5, 24, 25, 124, 125, 253, 254)] int count)
    {
        float[] thresholds = [.. Enumerable.Range(0, count).Select(i => (i * i * 0.37f) - 40)];
        float[] values =
        [
            .. thresholds, .. thresholds.Select(MathF.BitDecrement), .. thresholds.Select(MathF.BitIncrement),
            float.PositiveInfinity, float.NegativeInfinity, float.MaxValue, -float.MaxValue,
        ];
        Assert.That(Bins(thresholds, values), Is.EqualTo(values.Select(value => (byte)thresholds.Count(threshold => threshold <= value))));
    }

    [Test]
    public void InfiniteThresholdsCount()
    {
        float[] thresholds = [float.NegativeInfinity, 0, 1, 2, 3, float.PositiveInfinity];
        float[] values = [float.NegativeInfinity, -1, 0, 3, 4, float.PositiveInfinity];
        Assert.That(Bins(thresholds, values), Is.EqualTo((byte[])[1, 1, 2, 5, 5, 6]));
    }

    private static byte[] Bins(float[] thresholds, float[] values)
    {
        // A feature without thresholds and one with some come first.
        var search = new BinSearch([[], [1, 2, 3], thresholds]);
        float[] three = [.. values.SelectMany(value => (float[])[0, 2, value])];
        Accelerator accelerator = KernelHost.Simulated;
        using MemoryBuffer1D<float, Stride1D.Dense> rows = accelerator.Allocate1D(three);
        using MemoryBuffer1D<byte, Stride1D.Dense> bins = accelerator.Allocate1D<byte>(2 * values.Length);
        using MemoryBuffer1D<BinRange, Stride1D.Dense> features = accelerator.Allocate1D(search.Features);
        using MemoryBuffer1D<BinPlane, Stride1D.Dense> planes = accelerator.Allocate1D(search.Planes);
        using MemoryBuffer1D<BinNode, Stride1D.Dense> nodes = accelerator.Allocate1D(search.Nodes);
        using MemoryBuffer1D<int, Stride1D.Dense> notANumber = accelerator.Allocate1D([0]);
        var sink = new BinSink
        {
            Bins = bins.View.AsContiguous(),
            Features = features.View.AsContiguous(),
            Planes = planes.View.AsContiguous(),
            Nodes = nodes.View.AsContiguous(),
            NotANumber = notANumber.View.AsContiguous(),
            PlaneStride = values.Length,
        };
        var kernel = accelerator.LoadKernel<ArrayView<float>, BinSink, int, int>(ForestRunner.BinRows);
        KernelConfig config = (GpuDevice.Groups(values.Length, KernelHost.MaxGroup), KernelHost.MaxGroup);
        kernel(accelerator.DefaultStream, config, rows.View.AsContiguous(), sink, 3, values.Length);
        accelerator.Synchronize();
        Assert.That(notANumber.GetAsArray1D(), Is.EqualTo((int[])[0]));
        byte[] found = bins.GetAsArray1D();
        Assert.That(found.Take(values.Length), Is.All.EqualTo(2));
        return [.. found.Skip(values.Length)];
    }
}
