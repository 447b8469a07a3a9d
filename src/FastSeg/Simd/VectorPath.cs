using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace FastSeg.Native;

/// <summary>
/// Which vector width the CPU loops run with. Chosen once from the machine; FASTSEG_VECTOR=256 or 512 forces it, so that the narrower
/// path can be run where the wider one exists. Both give the same bits.
/// </summary>
internal static class VectorPath
{
    /// <summary>The widths this machine has, narrowest first: 256 with AVX2 and FMA, 512 with AVX-512 F and BW.</summary>
    public static IReadOnlyList<int> Available { get; } = (Avx2.IsSupported && Fma.IsSupported, Avx512F.IsSupported && Avx512BW.IsSupported) switch
    {
        (false, _) => [],
        (true, false) => [256],
        (true, true) => [256, 512],
    };

    /// <summary>512 or 256. Tests set it; nothing else does after start.</summary>
    public static int Bits { get; set; } = Choose(Environment.GetEnvironmentVariable("FASTSEG_VECTOR"), Available, Vector512.IsHardwareAccelerated);

    /// <summary>The width to run with.</summary>
    /// <param name="forced">What FASTSEG_VECTOR says, if anything.</param>
    /// <param name="available">The widths the machine has.</param>
    /// <param name="wideIsFast">Whether the machine runs 512 bits without slowing its clock down.</param>
    /// <exception cref="FastSegException">The machine has no width we can run with, or not the one that is forced.</exception>
    internal static int Choose(string? forced, IReadOnlyList<int> available, bool wideIsFast)
    {
        if (available.Count == 0)
        {
            throw new FastSegException("This processor has no AVX2 with FMA, which FastSeg's filters and trees need (Intel since 2013, AMD since 2015).");
        }
        int wanted = forced switch
        {
            null or "" => wideIsFast ? available[^1] : available[0],
            "512" => 512,
            "256" => 256,
            _ => throw new FastSegException($"FASTSEG_VECTOR is \"{forced}\"; it can be 256 or 512."),
        };
        return available.Contains(wanted)
            ? wanted
            : throw new FastSegException($"FASTSEG_VECTOR is {wanted}, but this processor has vectors of at most {available[^1]} bits; leave it unset.");
    }
}
