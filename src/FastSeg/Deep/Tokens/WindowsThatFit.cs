using FastSeg.Common;

namespace FastSeg.Deep.Tokens;

/// <summary>Chooses how many windows run at once where no plan does.</summary>
internal static class WindowsThatFit
{
    /// <summary>The most windows at once, at least 1, that take the process no further than the memory that is allowed.</summary>
    /// <param name="most">Windows that may run at once where memory does not matter.</param>
    /// <param name="options">The memory.</param>
    /// <param name="bytes">Bytes that a number of windows needs in all.</param>
    public static int Most(int most, ComputeOptions options, Func<int, long> bytes)
    {
        if (options.Memory <= 0)
        {
            return most;
        }
        long room = options.Memory - ProcessMemory.Resident() - ProcessMemory.CodeBytes;
        int atOnce = most;
        while (atOnce > 1 && bytes(atOnce) > room)
        {
            atOnce--;
        }
        return atOnce;
    }
}
