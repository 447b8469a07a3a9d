using System.Globalization;

namespace FastSeg;

/// <summary>Resident memory of this process, as Linux counts it.</summary>
public static class ProcessMemory
{
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
