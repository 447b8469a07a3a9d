using System.Diagnostics;
using FastSeg.Gpu;
using FastSeg.Kernels;
using ILGPU;
using ILGPU.Runtime;

namespace FastSeg.Checks;

/// <summary>The most that a device does of two things, measured on it with the kernels of <see cref="Throughput"/>.</summary>
/// <param name="BytesPerSecond">Bytes that copying reads and writes.</param>
/// <param name="FlopsPerSecond">Float32 operations of multiply-adds that do not wait for each other, two each.</param>
/// <param name="CopyError">How many floats did not arrive.</param>
/// <param name="FlopsError">Largest difference of a result from the host's.</param>
internal sealed record GpuRates(double BytesPerSecond, double FlopsPerSecond, double CopyError, double FlopsError)
{
    private const int Runs = 5, Batch = 10;
    private const float Gain = 0.999f, Step = 1e-3f;

    /// <summary>Seconds of batches that do not count: an idle GPU's clock is slow, and takes a while to rise.</summary>
    private const double WarmUp = 0.1;

    /// <summary>
    /// Seconds that one call's kernels take: the best of five batches of ten calls, after batches for a tenth of a second to warm up.
    /// </summary>
    /// <param name="device">The device. On a simulated one the call is made once, and the time is 0, because it would mean nothing.</param>
    /// <param name="launch">Puts kernels, and nothing else, into the default stream.</param>
    public static double Seconds(GpuDevice device, Action<AcceleratorStream> launch)
    {
        AcceleratorStream stream = device.Accelerator.DefaultStream;
        launch(stream);
        stream.Synchronize();
        if (device.Kind == BackendKind.Simulated)
        {
            return 0;
        }
        long first = Stopwatch.GetTimestamp();
        do
        {
            BatchSeconds(stream, launch);
        }
        while (Stopwatch.GetElapsedTime(first).TotalSeconds < WarmUp);
        return Enumerable.Range(0, Runs).Min(_ => BatchSeconds(stream, launch) / Batch);
    }

    private static double BatchSeconds(AcceleratorStream stream, Action<AcceleratorStream> launch)
    {
        long start = Stopwatch.GetTimestamp();
        for (int i = 0; i < Batch; i++)
        {
            launch(stream);
        }
        stream.Synchronize();
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    /// <summary>Floats that are copied: 256 MiB, which no cache holds; a few on the simulated device.</summary>
    public static int CopiedFloats(GpuDevice device) => device.Kind == BackendKind.Simulated ? 4096 : 64 << 20;

    /// <summary>Groups and rounds of multiply-adds: about a millisecond of a large GPU.</summary>
    public static (int Groups, int Rounds) FmaWork(GpuDevice device) =>
        device.Kind == BackendKind.Simulated ? (2, 3) : (4096, 1024);

    /// <summary>Measures both, on the device's thread. On the simulated device it only compares results, and gives rates of 0.</summary>
    public static GpuRates Measure(GpuDevice device)
    {
        (double bytes, double lost) = Copy(device);
        (double flops, double error) = MultiplyAdds(device);
        return new GpuRates(bytes, flops, lost, error);
    }

    private static (double BytesPerSecond, double Lost) Copy(GpuDevice device)
    {
        int floats = CopiedFloats(device);
        float[] values = [.. Enumerable.Range(0, floats).Select(i => (float)i)];
        using var from = new DeviceTable<float>(device, values);
        using var to = new DeviceArena(device, (long)floats * sizeof(float));
        ArrayView<float> copy = to.Take((long)floats * sizeof(float)).Cast<float>();
        device.Load(Throughput.Copy, out Action<AcceleratorStream, KernelConfig, ArrayView<float>, ArrayView<float>> kernel);
        KernelConfig config = (GpuDevice.Groups(floats / Throughput.Copies, device.GroupSize), device.GroupSize);
        double seconds = Seconds(device, stream => kernel(stream, config, from.View, copy));
        float[] arrived = new float[floats];
        copy.CopyToCPU(arrived);
        int lost = arrived.Zip(values).Count(pair => pair.First != pair.Second);
        return (seconds > 0 ? 2.0 * floats * sizeof(float) / seconds : 0, lost);
    }

    private static (double FlopsPerSecond, double Error) MultiplyAdds(GpuDevice device)
    {
        (int groups, int rounds) = FmaWork(device);
        int threads = groups * device.GroupSize;
        using var arena = new DeviceArena(device, (long)threads * sizeof(float));
        ArrayView<float> sums = arena.Take((long)threads * sizeof(float)).Cast<float>();
        device.Load(
            Throughput.MultiplyAdds, out Action<AcceleratorStream, KernelConfig, int, float, float, ArrayView<float>> kernel);
        double seconds = Seconds(device, stream => kernel(stream, (groups, device.GroupSize), rounds, Gain, Step, sums));
        float[] found = new float[threads];
        sums.CopyToCPU(found);
        // One thread in 997 is compared: all of them run the same instructions.
        double error = Enumerable.Range(0, (threads + 996) / 997).Max(i => Math.Abs((double)found[i * 997] - Expected(i * 997, rounds)));
        return (seconds > 0 ? 2.0 * threads * rounds * Throughput.RoundFmas / seconds : 0, error);
    }

    /// <summary>A thread's sum, added in the kernel's order.</summary>
    private static float Expected(int thread, int rounds)
    {
        Span<float> chains = stackalloc float[8];
        for (int chain = 0; chain < chains.Length; chain++)
        {
            chains[chain] = (float)thread + chain;
            for (int i = 0; i < rounds * Throughput.RoundFmas / chains.Length; i++)
            {
                chains[chain] = MathF.FusedMultiplyAdd(chains[chain], Gain, Step);
            }
        }
        return chains[0] + chains[1] + (chains[2] + chains[3]) + (chains[4] + chains[5] + (chains[6] + chains[7]));
    }
}
