using FastSeg.Forest;
using FastSeg.Native;
using NUnit.Framework;

namespace FastSeg.Tests;

/// <summary>Vector widths in tests.</summary>
internal static class Widths
{
    /// <summary>The same for the forest, which takes 512 bits only together with the byte permutations of VBMI.</summary>
    public static void NeedForest(int bits)
    {
        Need(bits);
        if (bits == 512 && !VectorTrees.IsSupported)
        {
            Assert.Ignore("needs AVX-512 VBMI and VBMI2");
        }
    }

    /// <summary>The test is skipped, and counted so, where the machine lacks this width.</summary>
    public static void Need(int bits)
    {
        if (!VectorPath.Available.Contains(bits))
        {
            Assert.Ignore($"needs vectors of {bits} bits");
        }
    }
}
