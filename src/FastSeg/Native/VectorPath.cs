using System.Runtime.Intrinsics;

namespace FastSeg.Native;

/// <summary>
/// Which vector width the CPU loops run with. Chosen once from the machine; FASTSEG_VECTOR=256 or 512 forces it, so that the narrower
/// path can be run where the wider one exists. Both give the same bits.
/// </summary>
internal static class VectorPath
{
    /// <summary>512 or 256. Tests set it; nothing else does after start.</summary>
    public static int Bits { get; set; } = Choose(Environment.GetEnvironmentVariable("FASTSEG_VECTOR"));

    private static int Choose(string? forced) => forced switch
    {
        null or "" => Vector512.IsHardwareAccelerated ? 512 : 256,
        "512" => 512,
        "256" => 256,
        _ => throw new FastSegException($"FASTSEG_VECTOR is \"{forced}\"; it can be 256 or 512."),
    };
}
