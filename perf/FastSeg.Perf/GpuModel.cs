using FastSeg.Checks;

namespace FastSeg.Perf;

/// <summary>A GPU for predictions: as its maker describes it, which nobody measured, or by its measured rates.</summary>
/// <param name="Name">Its name.</param>
/// <param name="BytesPerSecond">Bytes that its memory moves in a second.</param>
/// <param name="Multiprocessors">Its multiprocessors, each of 128 lanes and 32 words of shared memory a cycle.</param>
internal sealed record GpuModel(string Name, double BytesPerSecond, double Multiprocessors)
{
    private const double Cycles = 1.7e9, Lanes = 128, SharedWords = 32;

    /// <summary>NVIDIA H100 SXM.</summary>
    public static readonly GpuModel H100 = new("H100", 3.35e12, 132);

    /// <summary>NVIDIA A10.</summary>
    public static readonly GpuModel A10 = new("A10", 600e9, 72);

    /// <summary>A device by its own rates: as many multiprocessors of that clock as its multiply-adds need.</summary>
    public static GpuModel Of(double bytesPerSecond, double flopsPerSecond) =>
        new("here", bytesPerSecond, flopsPerSecond / (2 * Lanes * Cycles));

    /// <summary>Multiply-adds, two each, in a second.</summary>
    public double FlopsPerSecond => 2 * Multiprocessors * Lanes * Cycles;

    /// <summary>
    /// Pixels a second that a tile's kernels, launched one after the other, should reach; each takes its longest.
    /// </summary>
    /// <param name="launches">The kernels that are launched for a tile.</param>
    public double PixelsPerSecond(IEnumerable<KernelCount> launches) =>
        1 / launches.Sum(count => Bound(count).Seconds);

    /// <summary>Seconds that a kernel takes for a pixel, and which of memory, instructions and shared memory takes that long.</summary>
    public (double Seconds, string By) Bound(KernelCount count)
    {
        double memory = count.Bytes / BytesPerSecond, shared = count.Shared / (Multiprocessors * SharedWords * Cycles);
        double issue = count.Slots / (Multiprocessors * Lanes * Cycles);
        double most = Math.Max(memory, Math.Max(shared, issue));
        return (most, most == memory ? "memory" : most == issue ? "instructions" : "shared memory");
    }
}
