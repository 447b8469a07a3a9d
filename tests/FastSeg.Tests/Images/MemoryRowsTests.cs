using FastSeg.Images;
using NUnit.Framework;

namespace FastSeg.Tests.Images;

/// <summary>Rows in memory against sets of their bytes.</summary>
[TestFixture]
internal sealed class MemoryRowsTests
{
    [Test]
    public void RowsOverlapWhereTheyShareAByte()
    {
        var random = new Random(5);
        int overlaps = 0;
        for (int i = 0; i < 20000; i++)
        {
            (MemoryRows one, HashSet<long> bytes) = Draw(random);
            (MemoryRows other, HashSet<long> others) = Draw(random);
            bool expected = bytes.Overlaps(others);
            Assert.That(one.Overlaps(other), Is.EqualTo(expected), $"{one} and {other}");
            Assert.That(other.Overlaps(one), Is.EqualTo(expected), $"{other} and {one}");
            overlaps += expected ? 1 : 0;
        }
        Assert.That(overlaps, Is.InRange(2000, 18000));
    }

    [Test]
    public void HalvesOfAPictureDoNotOverlap()
    {
        MemoryRows left = MemoryRows.Of(1000, 64, 32, 10), right = MemoryRows.Of(1032, 64, 32, 10);
        Assert.That(left.Overlaps(right), Is.False);
        Assert.That(left.Overlaps(right with { First = 1031 }), Is.True);
        Assert.That(MemoryRows.Of(1000 + (9 * 64), -64, 32, 10), Is.EqualTo(left));
    }

    private static (MemoryRows Rows, HashSet<long> Bytes) Draw(Random random)
    {
        int bytes = random.Next(0, 6), stride = (bytes + random.Next(1, 20)) * (random.Next(2) == 0 ? 1 : -1), count = random.Next(1, 8);
        int first = random.Next(300, 420);
        IEnumerable<long> all =
            from row in Enumerable.Range(0, count) from at in Enumerable.Range(0, bytes) select (long)first + (row * stride) + at;
        return (MemoryRows.Of(first, stride, bytes, count), [.. all]);
    }
}
