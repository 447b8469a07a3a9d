using FastSeg.Native;
using NUnit.Framework;

namespace FastSeg.Tests.Common;

/// <summary>What the system says of this process's memory.</summary>
internal sealed unsafe class ProcessMemoryTests
{
    [Test]
    public void ThePeakBeginsAnew()
    {
        const long Bytes = 64 << 20;
        using (var buffer = new HostBuffer(Bytes))
        {
            new Span<byte>(buffer.Pointer, (int)Bytes).Fill(1);
        }
        long before = ProcessMemory.Peak();
        if (!ProcessMemory.ResetPeak())
        {
            Assert.Ignore("The system does not let a process forget its peak.");
        }
        Assert.That(before - ProcessMemory.Peak(), Is.GreaterThan(Bytes / 2), "what was given back is forgotten");
    }
}
