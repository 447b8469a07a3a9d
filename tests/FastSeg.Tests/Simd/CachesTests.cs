using FastSeg.Simd;
using NUnit.Framework;

namespace FastSeg.Tests.Simd;

[TestFixture]
internal sealed class CachesTests
{
    [TestCase("512K\n", 512L << 10)]
    [TestCase("2M", 2L << 20)]
    [TestCase("4096", 4096L)]
    [TestCase("", null)]
    [TestCase("large", null)]
    public void SizesAreReadAsTheSystemWritesThem(string text, long? bytes)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("size"), text);
        Assert.That(Caches.Read(folder.File("size")), Is.EqualTo(bytes));
        Assert.That(Caches.Read(folder.File("none")), Is.Null);
        Assert.That(Caches.L2Bytes, Is.GreaterThanOrEqualTo(64 << 10));
    }
}
