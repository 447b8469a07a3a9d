using FastSeg.Forest;
using FastSeg.Simd;
using NUnit.Framework;

namespace FastSeg.Tests;

/// <summary>Skips tests of vector widths that the machine lacks.</summary>
internal static class Widths
{
    /// <summary>Skips the test, and lets it count as skipped, where the machine has no vectors of so many bits.</summary>
    public static void Need(int bits)
    {
        if (!VectorPath.Available.Contains(bits))
        {
            Assert.Ignore($"needs vectors of {bits} bits");
        }
    }

    /// <summary>The same for the forest, which takes 512 bits only together with the byte permutations of VBMI.</summary>
    public static void NeedForest(int bits)
    {
        Need(bits);
        if (bits == 512 && !VectorTrees.IsSupported)
        {
            Assert.Ignore("needs AVX-512 VBMI and VBMI2");
        }
    }
}
