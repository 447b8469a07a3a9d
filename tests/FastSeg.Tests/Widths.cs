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
}
