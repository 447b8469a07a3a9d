using FastSeg.Forest;
using FastSeg.Simd;
using NUnit.Framework;

namespace FastSeg.Tests;

/// <summary>Skips tests of vector widths that the machine lacks; a skipped test is counted as skipped.</summary>
internal static class Widths
{
    /// <summary>Skips the test where the machine has no vectors of <paramref name="bits"/> bits.</summary>
    public static void Need(int bits)
    {
        if (!VectorPath.Available.Contains(bits))
        {
            Assert.Ignore($"needs vectors of {bits} bits");
        }
    }

    /// <summary>
    /// Skips the test where the forest cannot run with vectors of <paramref name="bits"/> bits. With 512 bits the forest also needs the
    /// byte permutations of VBMI and VBMI2.
    /// </summary>
    public static void NeedForest(int bits)
    {
        Need(bits);
        if (bits == 512 && !VectorTrees.IsSupported)
        {
            Assert.Ignore("needs AVX-512 VBMI and VBMI2");
        }
    }
}
