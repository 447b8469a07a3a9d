using FastSeg.Backends;
using NUnit.Framework;

namespace FastSeg.Tests.Gpu;

/// <summary>How much of a device's memory a plan may take.</summary>
[TestFixture]
internal sealed class GpuLimitTests
{
    private const long Gibi = 1L << 30;

    [TestCase(BackendKind.Cuda, 0, 80 * Gibi, 72 * Gibi)]
    [TestCase(BackendKind.Cuda, 5 * Gibi, 80 * Gibi, 5 * Gibi)]
    [TestCase(BackendKind.OpenCl, Gibi, 80 * Gibi, Gibi)]
    // The place of a byte view is 32 bits with a sign.
    [TestCase(BackendKind.OpenCl, 0, 80 * Gibi, (2 * Gibi) - 1)]
    [TestCase(BackendKind.OpenCl, 5 * Gibi, 80 * Gibi, (2 * Gibi) - 1)]
    public void IsWhatWasAskedForOrAShareAndOnOpenClLessThan2Gibi(BackendKind kind, long asked, long memory, long limit) =>
        Assert.That(GpuBackendFactory.Limit(kind, asked, memory), Is.EqualTo(limit).Within(1));
}
