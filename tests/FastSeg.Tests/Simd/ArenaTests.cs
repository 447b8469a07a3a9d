using FastSeg.Native;
using FastSeg.Simd;
using NUnit.Framework;

namespace FastSeg.Tests.Simd;

[TestFixture]
internal sealed unsafe class ArenaTests
{
    [Test]
    public void WhatIsCountedCanBeTakenAndNotAByteMore()
    {
        var count = new Arena();
        Assert.That(count.Floats(17) == null, "an arena without memory only counts");
        using var buffer = new HostBuffer(count.Bytes);
        var arena = new Arena(buffer);
        Assert.That(arena.Floats(17) == (float*)buffer.Pointer);
        Assert.That(arena.Bytes, Is.EqualTo(128), "two lines of 64 bytes");
        Assert.That(() => arena.Ints(1) == null, Throws.InvalidOperationException);
    }
}
