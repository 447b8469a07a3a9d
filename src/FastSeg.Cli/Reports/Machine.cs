using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace FastSeg.Cli.Reports;

/// <summary>The hardware and software a run happened on, for reports.</summary>
/// <param name="Processor">Model name of the processor.</param>
/// <param name="Cores">Logical processors this process may use.</param>
/// <param name="VectorBits">Widest vectors that the processor runs in hardware.</param>
/// <param name="MemoryBytes">Physical memory, or the container's limit.</param>
/// <param name="System">Operating system.</param>
/// <param name="Runtime">.NET's version.</param>
internal sealed record Machine(string Processor, int Cores, int VectorBits, long MemoryBytes, string System, string Runtime)
{
    /// <summary>This machine.</summary>
    public static Machine Here()
    {
        int bits = Vector512.IsHardwareAccelerated ? 512 : Vector256.IsHardwareAccelerated ? 256 : 128;
        long memory = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;
        return new Machine(
            ProcessorName(),
            Environment.ProcessorCount,
            bits,
            memory,
            RuntimeInformation.OSDescription,
            RuntimeInformation.FrameworkDescription);
    }

    private static string ProcessorName()
    {
        const string CpuInfo = "/proc/cpuinfo", Key = "model name";
        string? line = File.Exists(CpuInfo)
            ? File.ReadLines(CpuInfo).FirstOrDefault(text => text.StartsWith(Key, StringComparison.Ordinal))
            : null;
        return line is null
            ? RuntimeInformation.ProcessArchitecture.ToString()
            : line[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim();
    }
}
