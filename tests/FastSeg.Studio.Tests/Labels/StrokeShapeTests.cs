using FastSeg.Studio.Labels;
using FsCheck;
using FsCheck.Fluent;
using NUnit.Framework;

namespace FastSeg.Studio.Tests.Labels;

/// <summary>A stroke sets exactly the pixels whose centres lie within the radius of its polyline.</summary>
[TestFixture]
internal sealed class StrokeShapeTests
{
    private const int Width = 45, Height = 37;

    [Test]
    public void AnyStrokeIsThatOfItsDefinition() => Prop.ForAll(
        Gen.Choose(-20 * 16, 65 * 16).ArrayOf().Where(points => points.Length is >= 2 and <= 40).ToArbitrary(),
        Gen.Frequency((3, Gen.Choose(0, 200)), (1, Gen.Choose(0, 16))).ToArbitrary(),
        (numbers, radius) => Check([.. numbers.Take(numbers.Length / 2 * 2).Select(number => (long)number)], radius))
        .QuickCheckThrowOnFailure();

    [TestCase(new long[] { 168, 168 }, 0, TestName = "ADotOfRadius0OnACentre")]
    [TestCase(new long[] { 160, 160 }, 0, TestName = "ADotOfRadius0OnACorner")]
    [TestCase(new long[] { 168, 168 }, 16, TestName = "ARimThroughCentresIsIn")]
    [TestCase(new long[] { 168, 168, 168, 168, 168, 168 }, 33, TestName = "RepeatedPoints")]
    [TestCase(new long[] { 8, 8, 40 * 16 + 8, 8 }, 0, TestName = "ALineOfRadius0AlongCentres")]
    [TestCase(new long[] { 8, 8, 30 * 16 + 8, 30 * 16 + 8 }, 0, TestName = "ADiagonalOfRadius0ThroughCentres")]
    [TestCase(new long[] { 8, 8, 8, 500 }, 0, TestName = "AColumnOfRadius0")]
    [TestCase(new long[] { 100, -5000, 100, 5000 }, 40, TestName = "FromAboveToBelow")]
    [TestCase(new long[] { -5000, 100, 5000, 117 }, 40, TestName = "FromLeftToRight")]
    [TestCase(new long[] { -900, -900, -700, -800 }, 64, TestName = "Outside")]
    [TestCase(new long[] { 100, 100, 400, 300 }, 1 << 20, TestName = "TheLargestRadius")]
    [TestCase(new long[] { -(1L << 40), -(1L << 40), 1L << 40, (1L << 40) - 77 }, 55, TestName = "TheLargestCoordinates")]
    [TestCase(new long[] { -(1L << 40), 200, 1L << 40, 203 }, 1 << 20, TestName = "TheLargestOfAll")]
    [TestCase(new long[] { -(1L << 40), 1L << 40, 1L << 40, -(1L << 40) + 333 }, 0, TestName = "AThinLineAcrossEverything")]
    [TestCase(new long[] { (1L << 34) - 5, 10, 7, 400 }, 31, TestName = "BesideTheBoundOfSmallCoordinates")]
    public void SpecialStrokesAreThoseOfTheDefinition(long[] points, long radius) => Check(points, radius);

    [Test]
    public void WholeAndSmallArithmeticAgreeAtTheirBound()
    {
        // The length times the radius is just below and above 2^26, where 64 bits end.
        foreach (long radius in (long[])[511, 512, 513])
        {
            Check([0, 0, 65_536, 3_000], radius);
            Check([65_536, -200, -300, 700], radius);
        }
    }

    [Test]
    public void ThousandsOfPointsAreTheUnionOfTheirSegments()
    {
        var random = new Random(5);
        long[] points = [.. Enumerable.Range(0, 6000).Select(_ => (long)random.Next(-100, 900))];
        byte[] together = Draw(points, 9);
        byte[] single = Rasters.Drawn(Width, Height, edit =>
        {
            for (int i = 0; i + 3 < points.Length; i += 2)
            {
                edit.Paint(StrokeShape.Runs(points.AsSpan(i, 4), 9, Height), 1);
            }
        });
        Assert.That(together, Is.EqualTo(single));
    }

    [Test]
    public void RunsComeByRowAndNeverOverlap()
    {
        var random = new Random(6);
        long[] points = [.. Enumerable.Range(0, 200).Select(_ => (long)random.Next(-100, 2000))];
        PixelRun[] runs = [.. StrokeShape.Runs(points, 20, 200)];
        for (int i = 1; i < runs.Length; i++)
        {
            bool later = runs[i].Y > runs[i - 1].Y || (runs[i].Y == runs[i - 1].Y && runs[i].X > runs[i - 1].End);
            Assert.That(later, Is.True, $"{runs[i - 1]} {runs[i]}");
        }
    }

    [Test]
    public void RootsAreRoundedDown()
    {
        foreach (UInt128 root in (UInt128[])[0, 1, 2, 3, 1 << 20, (1UL << 53) + 1, (UInt128)1 << 61, ((UInt128)1 << 62) - 1])
        {
            Assert.That(Segment.Root(root * root), Is.EqualTo(root));
            Assert.That(Segment.Root((root * root) + (2 * root)), Is.EqualTo(root));
        }
    }

    private static byte[] Draw(long[] points, long radius) =>
        Rasters.Drawn(Width, Height, edit => edit.Paint(StrokeShape.Runs(points, radius, Height), 1));

    private static void Check(long[] points, long radius) =>
        Assert.That(Draw(points, radius), Is.EqualTo(ShapeReference.Stroke(Width, Height, points, radius)));
}
