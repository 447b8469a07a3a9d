using FastSeg.Studio.Labels;
using FsCheck;
using FsCheck.Fluent;
using NUnit.Framework;

namespace FastSeg.Studio.Tests.Labels;

/// <summary>A polygon's inside by the even-odd rule, and what becomes of centres on its edges.</summary>
[TestFixture]
internal sealed class PolygonShapeTests
{
    private const int Width = 45, Height = 37;

    [Test]
    public void AnyPolygonIsThatOfItsDefinition() => Prop.ForAll(
        Gen.Choose(-20 * 16, 65 * 16).ArrayOf().Where(points => points.Length is >= 6 and <= 40).ToArbitrary(),
        numbers => Check([.. numbers.Take(numbers.Length / 2 * 2).Select(number => (long)number)])).QuickCheckThrowOnFailure();

    [Test]
    public void CornersOnCentresFollowTheSameRule() => Prop.ForAll(
        Gen.Choose(-3, 40).ArrayOf().Where(points => points.Length is >= 6 and <= 20).ToArbitrary(),
        numbers => Check([.. numbers.Take(numbers.Length / 2 * 2).Select(number => (16L * number) + 8)])).QuickCheckThrowOnFailure();

    [Test]
    public void LeftAndTopEdgesAreInAndRightAndBottomOnesOut()
    {
        // The square from the centre of pixel 2,3 to that of 6,7.
        byte[] labels = Draw([40, 56, 104, 56, 104, 120, 40, 120]);
        for (int y = 0; y < Height; y++)
        {
            for (int x = 0; x < Width; x++)
            {
                Assert.That(labels[(y * Width) + x] == 1, Is.EqualTo(x is >= 2 and < 6 && y is >= 3 and < 7), $"{x},{y}");
            }
        }
    }

    [Test]
    public void NeighboursShareNoPixelAndLeaveNoneOut()
    {
        // Four triangles around a point that is a pixel's centre, in a square whose corners are centres, too.
        long[] middle = [168, 184], square = [8, 8, 328, 8, 328, 328, 8, 328];
        int[] times = new int[Width * Height];
        for (int i = 0; i < 8; i += 2)
        {
            byte[] triangle = Draw([square[i], square[i + 1], square[(i + 2) % 8], square[(i + 3) % 8], .. middle]);
            for (int p = 0; p < times.Length; p++)
            {
                times[p] += triangle[p];
            }
        }
        Assert.That(times, Is.EqualTo(Draw(square).Select(label => (int)label)));
    }

    [TestCase(new long[] { 0, 0, 0, 0, 0, 0 }, TestName = "APoint")]
    [TestCase(new long[] { 0, 0, 300, 300, 0, 0 }, TestName = "ALineThereAndBack")]
    [TestCase(new long[] { 0, 0, 300, 300, 300, 0, 0, 300 }, TestName = "ABowTie")]
    [TestCase(new long[] { 0, 0, 500, 0, 500, 500, 0, 500, 0, 0, 500, 0, 500, 500, 0, 500 }, TestName = "TwiceAroundIsOutside")]
    [TestCase(new long[] { -(1L << 40), -(1L << 40), 1L << 40, -(1L << 40), 5, 1L << 40 }, TestName = "TheLargestCoordinates")]
    [TestCase(new long[] { -(1L << 40), 100, 1L << 40, 101, 1L << 40, 137 }, TestName = "AlmostLevel")]
    [TestCase(new long[] { 5000, 5000, 6000, 5000, 6000, 6000 }, TestName = "OutsidePolygon")]
    public void SpecialPolygonsAreThoseOfTheDefinition(long[] points) => Check(points);

    private static byte[] Draw(long[] points) =>
        Rasters.Drawn(Width, Height, edit => edit.Paint(PolygonShape.Runs(points, Height), 1));

    private static void Check(long[] points) => Assert.That(Draw(points), Is.EqualTo(ShapeReference.Polygon(Width, Height, points)));
}
