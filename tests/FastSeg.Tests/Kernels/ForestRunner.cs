using System.Runtime.InteropServices;
using FastSeg.Forest;
using FastSeg.Gpu;
using FastSeg.Kernels;
using ILGPU;
using ILGPU.Runtime;
using NUnit.Framework;

namespace FastSeg.Tests.Kernels;

/// <summary>
/// Runs rows through bins and trees on a device. Guard values frame every output and must stay as they are; margins are compared with the
/// walk node by node, labels with <see cref="Decision"/>.
/// </summary>
internal sealed class ForestRunner(GpuDevice device)
{
    private const byte Guard = 0xEE;
    private const int Gap = 5;

    private readonly Action<AcceleratorStream, KernelConfig, ArrayView<float>, BinSink, int, int> _bin =
        device.Load<Action<AcceleratorStream, KernelConfig, ArrayView<float>, BinSink, int, int>>(BinRows);

    /// <summary>Checks every margin's bits and every label; returns the margins, row-major.</summary>
    public unsafe float[] Check(DecisionForest forest, float[] rows, ForestWalk walk)
    {
        int count = rows.Length / forest.Features;
        float[] margins = new float[count * forest.Groups], expected = new float[count * forest.Groups];
        byte[] labels = new byte[count], chosen = new byte[count];
        for (int i = 0; i < count; i++)
        {
            forest.Margins(rows.AsSpan(i * forest.Features, forest.Features), expected.AsSpan(i * forest.Groups, forest.Groups));
        }
        Assert.That(Run(forest, rows, walk, labels, margins), Is.False, "a feature is not a number");
        float[] planes = new float[margins.Length];
        for (int i = 0; i < margins.Length; i++)
        {
            planes[i] = margins[(i % count * forest.Groups) + (i / count)];
        }
        Assert.That(Bits(margins), Is.EqualTo(Bits(expected)), "margins");
        fixed (float* all = planes)
        fixed (byte* to = chosen)
        {
            Decision.Labels(all, count, forest.Groups, to, count);
        }
        Assert.That(labels, Is.EqualTo(chosen), "labels");
        return margins;
    }

    /// <summary>Labels and, row-major, margins (not asked for where null); returns whether a feature was not a number.</summary>
    public bool Run(DecisionForest forest, float[] rows, ForestWalk walk, byte[] labels, float[]? margins)
    {
        int count = rows.Length / forest.Features, stride = count + Gap, groups = forest.Groups;
        Accelerator accelerator = device.Accelerator;
        using var gpu = new ForestGpu(device, forest);
        Assert.That(gpu.Walk, Is.EqualTo(walk));
        using MemoryBuffer1D<float, Stride1D.Dense> values = accelerator.Allocate1D(rows);
        using MemoryBuffer1D<byte, Stride1D.Dense> bins = accelerator.Allocate1D(Filled((gpu.BytePlanes * stride) + Gap, Guard));
        using MemoryBuffer1D<int, Stride1D.Dense> notANumber = accelerator.Allocate1D(new int[1]);
        using MemoryBuffer1D<byte, Stride1D.Dense> classes = accelerator.Allocate1D(Filled(count + Gap, Guard));
        using MemoryBuffer1D<float, Stride1D.Dense> sums = accelerator.Allocate1D(Filled((groups * count) + Gap, float.NaN));
        using AcceleratorStream stream = accelerator.CreateStream();
        int groupSize = device.GroupSize;
        _bin(stream, ((count + groupSize - 1) / groupSize, groupSize), values.View.AsContiguous(),
            gpu.Sink(bins.View.AsContiguous(), notANumber.View.AsContiguous(), stride), forest.Features, count);
        ArrayView<float> wanted = margins is null ? ArrayView<float>.Empty : sums.View.AsContiguous().SubView(0, groups * count);
        gpu.Run(stream, bins.View.AsContiguous(), stride, count, classes.View.AsContiguous(), wanted);
        stream.Synchronize();

        byte[] binned = bins.GetAsArray1D();
        Assert.That(
            Enumerable.Range(0, binned.Length).Where(i => i % stride >= count && binned[i] != Guard), Is.Empty, "bytes between the bins");
        byte[] written = classes.GetAsArray1D();
        Assert.That(written.Skip(count), Is.All.EqualTo(Guard), "bytes behind the labels");
        written.AsSpan(0, count).CopyTo(labels);
        float[] read = sums.GetAsArray1D();
        Assert.That(read.Skip(margins is null ? 0 : groups * count), Is.All.NaN, "floats behind the margins");
        for (int i = 0; i < margins?.Length; i++)
        {
            margins[i] = read[(i % groups * count) + (i / groups)];
        }
        return notANumber.GetAsArray1D()[0] != 0;
    }

    /// <summary>What a float is, for comparisons of every bit.</summary>
    public static int[] Bits(float[] values) => MemoryMarshal.Cast<float, int>(values.AsSpan()).ToArray();

    /// <summary>A kernel as a filter would be: hands each row's features to the sink.</summary>
    public static void BinRows(ArrayView<float> rows, BinSink sink, int features, int count)
    {
        int row = (Grid.IdxX * Group.DimX) + Group.IdxX;
        if (row < count)
        {
            for (int feature = 0; feature < features; feature++)
            {
                sink.Store(feature, row, rows[(row * features) + feature]);
            }
        }
    }

    private static T[] Filled<T>(int count, T value)
    {
        T[] values = new T[count];
        Array.Fill(values, value);
        return values;
    }
}
