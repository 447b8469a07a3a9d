using FastSeg.Backends;
using NUnit.Framework;

namespace FastSeg.Tests.Backends;

/// <summary>Classes become label values, and are counted.</summary>
public sealed unsafe class LabelMappingTests
{
    [Test]
    public void EveryPixelGetsItsClassesValueAndIsCounted([Values(2, 3, 16, 17, 200)] int count, [Values(1, 31, 32, 33, 1000)] int pixels)
    {
        var random = new Random(count + pixels);
        ushort[] values = [.. Enumerable.Range(0, count).Select(_ => (ushort)random.Next(256))];
        byte[] classes = new byte[pixels + 1], expected = new byte[pixels + 1];
        long[] counts = [.. Enumerable.Range(0, count).Select(c => (long)c)], expectedCounts = [.. counts];
        for (int i = 0; i < pixels; i++)
        {
            int own = random.Next(count);
            (classes[i], expected[i]) = ((byte)own, (byte)values[own]);
            expectedCounts[own]++;
        }
        // What lies behind the last pixel stays.
        (classes[pixels], expected[pixels]) = (1, 1);
        fixed (byte* first = classes)
        {
            LabelMapping.Map(first, pixels, values, counts);
        }
        Assert.Multiple(() =>
        {
            Assert.That(classes, Is.EqualTo(expected));
            Assert.That(counts, Is.EqualTo(expectedCounts));
        });
    }
}
