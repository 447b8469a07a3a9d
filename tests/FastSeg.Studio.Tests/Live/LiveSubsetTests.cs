using FastSeg.Studio.Live;
using NUnit.Framework;

namespace FastSeg.Studio.Tests.Live;

/// <summary>Of very many labelled pixels the live model sees a fair part, always the same one.</summary>
[TestFixture]
internal sealed class LiveSubsetTests
{
    [Test]
    public void UpToTheLimitNothingIsLeftOut()
    {
        (long[], byte[])[] pages = [Page(LiveSubset.Most, i => (byte)(1 + (i % 2)))];
        Assert.That(LiveSubset.Of(pages, 0), Is.SameAs(pages));
    }

    [Test]
    public void ClassesKeepTheirSharesButNeverFallBelowFiveHundred()
    {
        // 120,000 of class 1, 79,300 of class 2, 600 of class 3, 100 of class 4.
        (long[] Positions, byte[] Values)[] pages =
        [
            Page(120_000, _ => 1), Page(79_300, _ => 2), Page(700, i => (byte)(i < 600 ? 3 : 4)),
        ];
        var counts = LiveSubset.Of(pages, 5).SelectMany(page => page.Values).CountBy(value => value).ToDictionary();
        Assert.That(counts[1], Is.EqualTo(Math.Round(50_000.0 * 120_000 / 200_000)));
        Assert.That(counts[2], Is.EqualTo(Math.Round(50_000.0 * 79_300 / 200_000)));
        Assert.That(counts[3], Is.EqualTo(500));
        Assert.That(counts[4], Is.EqualTo(100));
    }

    [Test]
    public void ThePixelsWithTheSmallestNumbersAreTakenInTheirOrder()
    {
        (long[] Positions, byte[] Values)[] pages = [Page(40_000, _ => 1), Page(40_000, _ => 1)];
        IReadOnlyList<(long[] Positions, byte[] Values)> kept = LiveSubset.Of(pages, 9);
        var ranks = from image in Enumerable.Range(0, 2)
                    from position in pages[image].Positions
                    select (Rank: LiveSubset.Rank(9, image, position), image, position);
        var expected = ranks.Order().Take(50_000).OrderBy(r => r.image).ThenBy(r => r.position).Select(r => (r.image, r.position));
        Assert.That(
            kept.SelectMany((page, image) => page.Positions.Select(position => (image, position))), Is.EqualTo(expected));
    }

    [Test]
    public void TheNumberIsTheOneOfThePublishedGenerator() =>
        // The first number of SplitMix64 with seed 0 is known: E220A8397B1DCDAF.
        Assert.That(LiveSubset.Rank(0, 0, 0), Is.EqualTo(Step(Step(0xE220A8397B1DCDAF))));

    private static ulong Step(ulong state)
    {
        ulong z = unchecked(state + 0x9E3779B97F4A7C15UL);
        z = unchecked((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9UL);
        z = unchecked((z ^ (z >> 27)) * 0x94D049BB133111EBUL);
        return z ^ (z >> 31);
    }

    private static (long[] Positions, byte[] Values) Page(int count, Func<int, byte> value) =>
        ([.. Enumerable.Range(0, count).Select(i => i * 3L)], [.. Enumerable.Range(0, count).Select(value)]);
}
