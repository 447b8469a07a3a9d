using FastSeg.Deep.Tokens;
using NUnit.Framework;

namespace FastSeg.Tests.Deep.Tokens;

[TestFixture]
internal sealed class WindowsTests
{
    [Test]
    public void AnAxisOfAtMostAWindowIsOneWindow()
    {
        var policy = new WindowPolicy(37, 12, false);
        foreach (long cells in (long[])[1, 5, 36, 37])
        {
            var axis = new WindowAxis(cells, policy, fixedSize: false);
            Assert.That((axis.Count, (long)axis.Size, axis.Start(0)), Is.EqualTo((1L, cells, 0L)));
            var whole = new WindowAxis(cells, policy, fixedSize: true);
            Assert.That((whole.Count, whole.Size, whole.Start(0)), Is.EqualTo((1L, 37, 0L)));
            Assert.That(Enumerable.Range(0, axis.Size).Select(i => axis.Weight(0, i)), Is.All.EqualTo(1f));
        }
    }

    [Test]
    public void TheGridIsTheSpecifications()
    {
        // 64 cells, windows of 37, stride 25: the second window would end at 62, the third is moved inwards from 50 to 27.
        var axis = new WindowAxis(64, new WindowPolicy(37, 12, false), false);
        Assert.That(Enumerable.Range(0, (int)axis.Count).Select(i => axis.Start(i)), Is.EqualTo(new long[] { 0, 25, 27 }));
        Assert.That(new WindowAxis(62, new WindowPolicy(37, 12, false), false).Count, Is.EqualTo(2));
        Assert.That(new WindowAxis(63, new WindowPolicy(37, 12, false), false).Count, Is.EqualTo(3));
    }

    [Test]
    public void WeightsRampOverTheOverlapExceptAtTheBorder()
    {
        var axis = new WindowAxis(64, new WindowPolicy(37, 12, false), false);
        Assert.That(axis.Weight(0, 0), Is.EqualTo(1f), "the image's border");
        Assert.That(axis.Weight(0, 36), Is.EqualTo((float)(1 / 13.0)));
        Assert.That(axis.Weight(0, 25), Is.EqualTo((float)(12 / 13.0)));
        Assert.That(axis.Weight(0, 24), Is.EqualTo(1f));
        Assert.That(axis.Weight(1, 0), Is.EqualTo((float)(1 / 13.0)));
        Assert.That(axis.Weight(1, 11), Is.EqualTo((float)(12 / 13.0)));
        Assert.That(axis.Weight(1, 12), Is.EqualTo(1f));
        Assert.That(axis.Weight(2, 36), Is.EqualTo(1f), "the image's border");
    }

    [Test]
    public void WindowsCoverEveryCellAndEndAtTheBorder()
    {
        var random = new Random(3);
        for (int round = 0; round < 2000; round++)
        {
            int tokens = random.Next(1, 40);
            var policy = new WindowPolicy(tokens, random.Next(0, tokens), false);
            long cells = random.Next(1, 200);
            var axis = new WindowAxis(cells, policy, false);
            float[] weights = new float[cells];
            for (long window = 0; window < axis.Count; window++)
            {
                Assert.That(axis.Start(window), Is.LessThanOrEqualTo(window * policy.Stride));
                Assert.That(window == 0 || axis.Start(window) > axis.Start(window - 1), Is.True, "every window adds cells");
                for (int i = 0; i < axis.Size; i++)
                {
                    float weight = axis.Weight(window, i);
                    Assert.That(weight, Is.GreaterThan(0).And.LessThanOrEqualTo(1));
                    weights[axis.Start(window) + i] += weight;
                }
            }
            Assert.That(weights, Is.All.GreaterThan(0f));
            Assert.That(axis.Start(axis.Count - 1) + axis.Size, Is.EqualTo(cells));
        }
    }

    [Test]
    public void SmallWindowsOverlapByAThird()
    {
        Assert.That(BackboneDescription.UsualOverlap(37), Is.EqualTo(12));
        Assert.That(BackboneDescription.UsualOverlap(36), Is.EqualTo(12));
        Assert.That(BackboneDescription.UsualOverlap(16), Is.EqualTo(5));
        Assert.That(BackboneDescription.UsualOverlap(13), Is.EqualTo(4));
        Assert.That(BackboneDescription.UsualOverlap(1), Is.Zero);
        for (int tokens = 1; tokens < 60; tokens++)
        {
            var axis = new WindowAxis(1000, new WindowPolicy(tokens, BackboneDescription.UsualOverlap(tokens), false), false);
            Assert.That(axis.Count * tokens, Is.LessThan((1000 * 1.5) + (2 * tokens)), $"passes of windows of {tokens}");
        }
        Assert.Throws<FastSegException>(() => new WindowPolicy(5, 5, false).Check());
    }
}
