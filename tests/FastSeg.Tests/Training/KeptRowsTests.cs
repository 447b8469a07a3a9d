using FastSeg.Training;
using NUnit.Framework;

namespace FastSeg.Tests.Training;

/// <summary>The rows that stay between trainings: found again, bounded, and what goes first.</summary>
[TestFixture]
internal sealed unsafe class KeptRowsTests
{
    [Test]
    public void RowsAreFoundAgainWhateverIsRemoved()
    {
        using var rows = new KeptRows(3);
        var random = new Random(1);
        var expected = new Dictionary<(string, long), float>();
        for (int turn = 0; turn < 40; turn++)
        {
            rows.Begin();
            for (int i = 0; i < 400; i++)
            {
                (string page, long position) = (random.Next(3) == 0 ? "b" : "a", random.NextInt64(1L << 40));
                if (rows.Find(page, position) < 0)
                {
                    new Span<float>(rows.Row(rows.Add(page, position)), 3).Fill(turn + (i / 1000f));
                    expected.Add((page, position), turn + (i / 1000f));
                }
            }
            if (turn % 8 == 3)
            {
                rows.Trim(rows.Bytes * 2 / 3);
            }
            if (turn == 20)
            {
                rows.Forget("b");
            }
            foreach (((string page, long position), float value) in expected)
            {
                int slot = rows.Find(page, position);
                Assert.That(slot < 0 || new ReadOnlySpan<float>(rows.Row(slot), 3).SequenceEqual([value, value, value]), $"{turn}");
            }
        }
        Assert.That(rows.Count, Is.GreaterThan(1000).And.LessThan(expected.Count));
    }

    [TestCase(0)]
    [TestCase(100_000)]
    [TestCase(250_000)]
    [TestCase(1_000_000)]
    public void TheLimitHoldsAndTheOldestGoFirst(long limit)
    {
        using var rows = new KeptRows(20);
        for (int turn = 0; turn < 5; turn++)
        {
            rows.Begin();
            for (int i = 0; i < 1000; i++)
            {
                rows.Add("page", (1000 * turn) + i);
            }
        }
        rows.Begin();
        for (int i = 0; i < 500; i++)
        {
            rows.Find("page", i);
        }
        int before = rows.Count;
        rows.Trim(limit);
        Assert.That(rows.Bytes, Is.LessThanOrEqualTo(limit));
        // The first 500 were used last; of the others those of the later turns stay.
        int kept = rows.Count;
        bool Held(long position) => rows.Find("page", position) >= 0;
        Assert.That(kept == before || limit < 1_000_000);
        Assert.That(kept, limit >= 250_000 ? Is.GreaterThan(1000) : Is.LessThan(1000));
        Assert.That(Enumerable.Range(0, 500).Count(i => Held(i)), Is.EqualTo(Math.Min(kept, 500)));
        int old = Enumerable.Range(500, 4500).Count(i => Held(i));
        Assert.That(old, Is.EqualTo(Math.Max(0, kept - 500)));
        Assert.That(kept > 500 + 1000 || !Enumerable.Range(500, 3500).Any(i => Held(i)), "only the last turn's beside them");
    }
}
