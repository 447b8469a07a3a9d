using FastSeg.Backends;
using FastSeg.Gpu;
using FastSeg.Kernels;

namespace FastSeg.Checks;

/// <summary>Runs kernels on one device, and makes results of what was compared and timed, beside the device's own measured rates.</summary>
internal sealed class GpuMeter
{
    /// <summary>
    /// Sides of the images that kernels run on, on a real device and on the simulated one, where each thread of the device is one of the
    /// operating system's.
    /// </summary>
    private const int RealSide = 1024, SimulatedSide = 40;

    private readonly GpuThread _thread;
    private readonly GpuRates _rates;

    /// <summary>Measures the device's rates.</summary>
    public GpuMeter(GpuBackendFactory factory)
    {
        _thread = factory.Thread;
        _rates = On(GpuRates.Measure);
    }

    /// <summary>Whether the device is a simulation, whose work is counted but not timed.</summary>
    public bool Simulated => Kind == BackendKind.Simulated;

    /// <summary>The kind of device.</summary>
    public BackendKind Kind => _thread.Device.Kind;

    /// <summary>Whether the device's roots, quotients and products may differ from the CPU's in the last bits.</summary>
    public bool MayDiffer => Kind == BackendKind.OpenCl;

    /// <summary>Side of the images that kernels run on.</summary>
    public int Side => Simulated ? SimulatedSide : RealSide;

    /// <summary>Calls a function on the device's thread.</summary>
    public T On<T>(Func<GpuDevice, T> action)
    {
        T result = default!;
        _thread.Invoke(device => result = action(device));
        return result;
    }

    /// <summary>The largest error that passes: 0, but on OpenCL 16 units in the last place of the largest value.</summary>
    public double Allowed(float[] expected) => MayDiffer ? 16 * Math.Pow(2, -24) * expected.Max(Math.Abs) : 0;

    /// <summary>The results for the device's own rates, of copying and of multiply-adds.</summary>
    public IEnumerable<BackendCheckResult> Rows()
    {
        (long floats, (long groups, long rounds), long threads) =
            On(device => (GpuRates.CopiedFloats(device), GpuRates.FmaWork(device), device.GroupSize));
        double bytes = 2.0 * floats * sizeof(float), flops = 2.0 * groups * threads * rounds * Throughput.RoundFmas;
        yield return new BackendCheckResult(
            "device: copying", $"{floats / 1024} Ki floats", _rates.CopyError, 0, Simulated ? 0 : bytes / _rates.BytesPerSecond)
        {
            Rate = Simulated ? null : new BackendRate(_rates.BytesPerSecond, false, null),
        };
        // No error passes on OpenCL either: its fma rounds once, as everywhere.
        yield return new BackendCheckResult(
            "device: multiply-adds", $"{groups * threads} x {rounds} x {Throughput.RoundFmas}", _rates.FlopsError, 0,
            Simulated ? 0 : flops / _rates.FlopsPerSecond)
        {
            Rate = Simulated ? null : new BackendRate(_rates.FlopsPerSecond, true, null),
        };
    }

    /// <summary>A result with its counted work and, on a real device, its rate.</summary>
    /// <param name="operation">What was computed.</param>
    /// <param name="size">The size of its input.</param>
    /// <param name="error">Largest difference from the CPU's result.</param>
    /// <param name="allowed">The largest difference that passes.</param>
    /// <param name="seconds">Time of the kernels alone.</param>
    /// <param name="launches">What was launched, by count.</param>
    /// <param name="pixels">Pixels that the counts are for.</param>
    public BackendCheckResult Row(
        string operation, string size, double error, double allowed, double seconds, IReadOnlyList<KernelCount> launches, double pixels)
    {
        double bytes = launches.Sum(count => count.Bytes), flops = launches.Sum(count => count.Flops);
        return new BackendCheckResult(operation, size, error, allowed, seconds)
        {
            Work = new BackendWork(bytes, flops, launches.Sum(count => count.Launches)),
            Rate = Simulated ? null : Nearer(bytes * pixels / seconds, flops * pixels / seconds),
        };
    }

    /// <summary>The rate in bytes or in flops a second, whichever is the larger part of the device's own rate.</summary>
    private BackendRate Nearer(double bytes, double flops)
    {
        double copied = bytes / _rates.BytesPerSecond, computed = flops / _rates.FlopsPerSecond;
        return copied >= computed ? new BackendRate(bytes, false, copied) : new BackendRate(flops, true, computed);
    }
}
