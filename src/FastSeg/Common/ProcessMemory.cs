using System.Globalization;

namespace FastSeg;

/// <summary>Resident memory of this process, as Linux counts it.</summary>
public static class ProcessMemory
{
    /// <summary>
    /// What a process gains between its plan and its peak outside the plan's buffers: machine code of the loops, thread stacks, the
    /// collector's slack. Measured on `segment` runs (6 to 9 MiB a run).
    /// </summary>
    internal const long CodeBytes = 8L << 20;

    /// <summary>Bytes resident now (VmRSS).</summary>
    public static long Resident() => Status("VmRSS:");

    /// <summary>Most bytes ever resident (VmHWM).</summary>
    public static long Peak() => Status("VmHWM:");

    private static long Status(string key)
    {
        foreach (string line in File.ReadLines("/proc/self/status"))
        {
            if (line.StartsWith(key, StringComparison.Ordinal))
            {
                return long.Parse(line.AsSpan(key.Length).Trim().ToString().Split(' ')[0], CultureInfo.InvariantCulture) * 1024;
            }
        }
        throw new FastSegException($"/proc/self/status has no line {key} (is this Linux?).");
    }
}
