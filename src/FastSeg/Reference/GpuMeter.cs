using FastSeg.Gpu;

namespace FastSeg.Reference;

/// <summary>A device with its own measured rates, and the rows of what is compared and timed on it.</summary>
internal sealed class GpuMeter
{
    private readonly GpuThread _thread;
    private readonly GpuRates _rates;

    /// <summary>Measures the device's rates.</summary>
    public GpuMeter(GpuEngine engine)
    {
        _thread = engine.Thread;
        _rates = On(GpuRates.Measure);
    }

    /// <summary>Whether the device is a simulation, which has counts and no rates.</summary>
    public bool Simulated => _thread.Device.Kind == BackendKind.Simulated;

    /// <summary>Whether its roots, quotients and products may differ from the CPU's in the last bits.</summary>
    public bool MayDiffer => _thread.Device.Kind == BackendKind.OpenCl;

    /// <summary>Runs something on the device's thread.</summary>
    public T On<T>(Func<GpuDevice, T> action)
    {
        T result = default!;
        _thread.Invoke(device => result = action(device));
        return result;
    }

    /// <summary>What an error may be: 0, and on OpenCL 16 units in the last place of the largest value.</summary>
    public double Allowed(float[] expected) => MayDiffer ? 16 * Math.Pow(2, -24) * expected.Max(Math.Abs) : 0;

    /// <summary>The device's own rates.</summary>
    public IEnumerable<EngineCheckResult> Rows()
    {
        (long floats, (long groups, long rounds), long threads) =
            On(device => (GpuRates.CopiedFloats(device), GpuRates.FmaWork(device), device.GroupSize));
        double bytes = 2.0 * floats * sizeof(float), flops = 2.0 * groups * threads * rounds * Kernels.Throughput.RoundFmas;
        yield return new EngineCheckResult("device: copying", $"{floats / 1024} Ki floats", _rates.CopyError, 0, Simulated ? 0 : bytes / _rates.BytesPerSecond)
        {
            Rate = Simulated ? null : new EngineRate(_rates.BytesPerSecond, false, null),
        };
        // OpenCL's fma is rounded once, as everywhere.
        yield return new EngineCheckResult(
            "device: multiply-adds", $"{groups * threads} x {rounds} x {Kernels.Throughput.RoundFmas}", _rates.FlopsError, 0, Simulated ? 0 : flops / _rates.FlopsPerSecond)
        {
            Rate = Simulated ? null : new EngineRate(_rates.FlopsPerSecond, true, null),
        };
    }

    /// <summary>A row with its work and, on a device, its rate.</summary>
    /// <param name="operation">What was computed.</param>
    /// <param name="size">On how much.</param>
    /// <param name="error">Largest difference from the CPU engine.</param>
    /// <param name="allowed">What it may be.</param>
    /// <param name="seconds">Time of the kernels alone.</param>
    /// <param name="launches">What was launched, by count.</param>
    /// <param name="pixels">Pixels that the counts are for.</param>
    public EngineCheckResult Row(
        string operation, string size, double error, double allowed, double seconds, IReadOnlyList<KernelCount> launches, double pixels)
    {
        double bytes = launches.Sum(count => count.Bytes), flops = launches.Sum(count => count.Flops);
        return new EngineCheckResult(operation, size, error, allowed, seconds)
        {
            Work = new EngineWork(bytes, flops, launches.Sum(count => count.Launches)),
            Rate = Simulated ? null : Nearer(bytes * pixels / seconds, flops * pixels / seconds),
        };
    }

    private EngineRate Nearer(double bytes, double flops)
    {
        double copied = bytes / _rates.BytesPerSecond, computed = flops / _rates.FlopsPerSecond;
        return copied >= computed ? new EngineRate(bytes, false, copied) : new EngineRate(flops, true, computed);
    }
}
