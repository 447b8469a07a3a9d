namespace FastSeg.Common;

/// <summary>Writes numbers of bytes as a person would.</summary>
internal static class ByteSize
{
    /// <summary>
    /// The number in GiB from 10 GiB on, in MiB from 1 MiB on, and in bytes below. It is rounded up, so that the text, given back as a
    /// limit, is enough.
    /// </summary>
    public static string Text(long bytes) => bytes switch
    {
        >= 10L << 30 => $"{(bytes + (1L << 30) - 1) >> 30}GiB",
        >= 1 << 20 => $"{(bytes + (1L << 20) - 1) >> 20}MiB",
        _ => $"{bytes}B",
    };

    /// <summary>
    /// The least limit that would do for a peak, so that it is still enough when it is given back: what a process holds before a run
    /// differs by a megabyte between two starts of the same command.
    /// </summary>
    public static string Least(long peak) => Text(peak + (2L << 20));
}
