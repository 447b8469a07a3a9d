using FastSeg.Native;
using NUnit.Framework;

namespace FastSeg.Tests;

/// <summary>Vector widths in tests.</summary>
internal static class Widths
{
    /// <summary>The test is skipped, and counted so, where the machine lacks this width.</summary>
    public static void Need(int bits)
    {
        if (!VectorPath.Available.Contains(bits))
        {
            Assert.Ignore($"needs vectors of {bits} bits");
        }
    }
}
