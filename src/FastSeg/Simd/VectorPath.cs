using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace FastSeg.Simd;

/// <summary>
/// Vector width of the CPU loops. It is chosen once, from the machine; the environment variable FASTSEG_VECTOR (256 or 512) forces it,
/// so that the narrow loops can be run on a machine that has the wide ones. Both widths give the same bits.
/// </summary>
internal static class VectorPath
{
    /// <summary>The widths this machine has, narrowest first: 256 needs AVX2 and FMA, 512 needs AVX-512 F and BW.</summary>
    public static IReadOnlyList<int> Available { get; } = Supported(
        Avx2.IsSupported && Fma.IsSupported,
        Avx512F.IsSupported && Avx512BW.IsSupported);

    /// <summary>
    /// 256 or 512; read whenever loops are created. The whole process shares it, so only tests set it; they put back what they found.
    /// </summary>
    public static int Bits { get; internal set; } = Choose(
        Environment.GetEnvironmentVariable("FASTSEG_VECTOR"), Available, Vector512.IsHardwareAccelerated);

    /// <summary>Chooses the width to run with.</summary>
    /// <param name="forced">Value of FASTSEG_VECTOR; null or empty where nothing is forced.</param>
    /// <param name="available">The widths the machine has.</param>
    /// <param name="wideIsFast">Whether the machine runs 512 bits without slowing its clock down.</param>
    /// <exception cref="FastSegException">The machine lacks the forced width, or has none that we can run with.</exception>
    internal static int Choose(string? forced, IReadOnlyList<int> available, bool wideIsFast)
    {
        if (available.Count == 0)
        {
            throw new FastSegException(
                "This processor has no AVX2 with FMA, which FastSeg's filters and trees need (Intel since 2013, AMD since 2015).");
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
            : throw new FastSegException(
                $"FASTSEG_VECTOR is {wanted}, but this processor has vectors of at most {available[^1]} bits; leave it unset.");
    }

    private static IReadOnlyList<int> Supported(bool narrow, bool wide) => (narrow, wide) switch
    {
        (false, _) => [],
        (true, false) => [256],
        (true, true) => [256, 512],
    };
}
