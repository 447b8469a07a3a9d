namespace FastSeg.Simd;

/// <summary>Sizes of the machine's caches, by which loops choose their block sizes. No result depends on them.</summary>
internal static class Caches
{
    private const string Level2 = "/sys/devices/system/cpu/cpu0/cache/index2/size";

    /// <summary>Bytes of a core's second-level cache; 1 MiB where the system does not say.</summary>
    public static long L2Bytes { get; } = Read(Level2) ?? 1 << 20;

    /// <summary>Reads a size such as "512K" or "2M" from a file; null where the file is missing or says something else.</summary>
    internal static long? Read(string file)
    {
        try
        {
            string text = File.ReadAllText(file).Trim();
            int shift = text[^1] switch { 'K' => 10, 'M' => 20, _ => 0 };
            return long.TryParse(shift == 0 ? text : text[..^1], out long size) && size > 0 ? size << shift : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or IndexOutOfRangeException)
        {
            return null;
        }
    }
}
