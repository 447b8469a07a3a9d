namespace FastSeg.Common;

/// <summary>Numbers of bytes as a person writes them.</summary>
internal static class ByteSize
{
    /// <summary>Bytes in the unit a person would use, rounded up so that the text can be given back as an option.</summary>
    public static string Text(long bytes) => bytes switch
    {
        >= 10L << 30 => $"{(bytes + (1L << 30) - 1) >> 30}GiB",
        >= 1 << 20 => $"{(bytes + (1L << 20) - 1) >> 20}MiB",
        _ => $"{bytes}B",
    };
}
