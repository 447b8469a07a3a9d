using System.Globalization;

namespace FastSeg;

/// <summary>Resident memory of this process, as Linux counts it.</summary>
public static class ProcessMemory
{
    /// <summary>
    /// Memory that a process gains between its plan and its peak without being in the plan: machine code of the loops, thread stacks, slack
    /// of the garbage collector. Runs of `segment` were measured at 6 to 9 MiB.
    /// </summary>
    internal const long CodeBytes = 8L << 20;

    /// <summary>Bytes resident now (VmRSS).</summary>
    /// <exception cref="FastSegException">The system does not say.</exception>
    public static long Resident() => Status("VmRSS:");

    /// <summary>Most bytes ever resident (VmHWM).</summary>
    /// <exception cref="FastSegException">The system does not say.</exception>
    public static long Peak() => Status("VmHWM:");

    /// <summary>Lets <see cref="Peak"/> begin anew with what is resident now, where the system allows that.</summary>
    /// <returns>Whether it does.</returns>
    internal static bool ResetPeak()
    {
        const string ForgetPeak = "5";
        try
        {
            File.WriteAllText("/proc/self/clear_refs", ForgetPeak);
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

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
