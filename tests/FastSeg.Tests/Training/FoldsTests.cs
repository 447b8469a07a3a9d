using FastSeg.Backends;
using FastSeg.Training;
using NUnit.Framework;

namespace FastSeg.Tests.Training;

/// <summary>Which labelled pixels are held out together.</summary>
[TestFixture]
internal sealed class FoldsTests
{
    private static readonly ModelClass[] Two = [new(1, "matrix", 1), new(2, "pore", 1)];

    [Test]
    public void StrokesThatTouchAtACornerAreOneAndAreDealtOutByTheirFirstPixel()
    {
        LabelledPixels pixels = DrawnLabels.Of(
            "1..1..22",
            ".1.1...2",
            "..1....1",
            "2......1",
            "2.22..1.");
        // Class 1: the V from the top left over the corner to column 3 (stroke 0), the hook at the right (1).
        // Class 2: the top right (0), the left (1), the bottom (2). The class with fewest has two strokes, so there are two folds.
        Folds folds = Folds.Make([pixels], Two, out string reason)!;
        Assert.That(reason, Is.Empty);
        Assert.That((folds.Count, folds.OfImages), Is.EqualTo((2, false)));
        Assert.That(
            Enumerable.Range(0, pixels.Count).Select(rank => folds.Of(0, rank)),
            Is.EqualTo((int[])[0, 0, 0, 0, /* row 1 */ 0, 0, 0, /* row 2 */ 0, 1, /* row 3 */ 1, 1, /* row 4 */ 1, 0, 0, 1]));
    }

    [Test]
    public void StrokesAreCountedOverAllImagesInTheirOrder()
    {
        LabelledPixels first = DrawnLabels.Of("1.2.1"), second = DrawnLabels.Of("2.1.2", ".....", "..2.2");
        Folds folds = Folds.Make([first, second], Two, out _)!;
        Assert.That(folds.Count, Is.EqualTo(3), "class 1 has three strokes, class 2 has five");
        Assert.That(Enumerable.Range(0, 3).Select(rank => folds.Of(0, rank)), Is.EqualTo((int[])[0, 0, 1]));
        Assert.That(Enumerable.Range(0, 5).Select(rank => folds.Of(1, rank)), Is.EqualTo((int[])[1, 2, 2, 0, 1]));
        Assert.That((folds.Holds(2, 0), folds.Holds(2, 1), folds.Holds(0, 0)), Is.EqualTo((false, true, true)));
    }

    [Test]
    public void ThereAreAtMostFiveFolds()
    {
        LabelledPixels pixels = DrawnLabels.Of("1.1.1.1.1.1.1", "2.2.2.2.2.2.2");
        Folds folds = Folds.Make([pixels], Two, out _)!;
        Assert.That(folds.Count, Is.EqualTo(5));
        Assert.That(Enumerable.Range(0, 7).Select(rank => folds.Of(0, rank)), Is.EqualTo((int[])[0, 1, 2, 3, 4, 0, 1]));
    }

    [TestCase(4, 4)]
    [TestCase(5, 5)]
    [TestCase(7, 5)]
    public void FromFourImagesOnWholeImagesAreHeldOut(int images, int count)
    {
        LabelledPixels pixels = DrawnLabels.Of("12");
        Folds folds = Folds.Make([.. Enumerable.Repeat(pixels, images)], Two, out string reason)!;
        Assert.That(reason, Is.Empty);
        Assert.That((folds.Count, folds.OfImages), Is.EqualTo((count, true)));
        for (int i = 0; i < images; i++)
        {
            Assert.That((folds.Of(i, 0), folds.Of(i, 1)), Is.EqualTo((i % count, i % count)));
            Assert.That(folds.Holds(i % count, i), Is.True);
        }
    }

    [Test]
    public void AClassOfOneStrokeCannotBeHeldOut()
    {
        Assert.That(Folds.Make([DrawnLabels.Of("11.2.2")], Two, out string one), Is.Null);
        Assert.That(one, Does.StartWith("The class \"matrix\" was drawn in one stroke only and cannot be held out").And.EndsWith("."));
        Assert.That(Folds.Make([DrawnLabels.Of("12")], Two, out string both), Is.Null);
        Assert.That(both, Does.StartWith("The classes \"matrix\", \"pore\" were drawn in one stroke each"));
    }

    [TestCase(1, 1, 3)]
    [TestCase(40, 1, 2)]
    [TestCase(1, 40, 2)]
    [TestCase(61, 47, 2)]
    [TestCase(61, 47, 3)]
    [TestCase(64, 64, 9)]
    public void StrokesAreThoseThatAFloodFinds(int width, int height, int sparse)
    {
        var random = new Random((width * 100) + sparse);
        byte[] labels = [.. Enumerable.Range(0, width * height).Select(_ => (byte)(random.Next(sparse) == 0 ? random.Next(1, 4) : 0))];
        labels[0] = 1;
        LabelledPixels pixels = DrawnLabels.Of(labels, width, height);
        var counts = new Dictionary<int, int>();
        var strokes = new Strokes(pixels);
        strokes.Number(counts);
        int[] flooded = Flood(labels, width, height);
        for (int folds = 2; folds <= 5; folds++)
        {
            byte[] dealt = strokes.Deal(folds);
            for (int rank = 0; rank < pixels.Count; rank++)
            {
                Assert.That(dealt[rank], Is.EqualTo(flooded[pixels.Position(rank)] % folds), $"pixel {pixels.Position(rank)}");
            }
        }
        foreach (int value in counts.Keys)
        {
            Assert.That(counts[value], Is.EqualTo(1 + labels.Index().Where(l => l.Item == value).Max(l => flooded[l.Index])));
        }
    }

    [Test]
    public void AWholeLabelImageIsQuick()
    {
        const int Side = 2000;
        byte[] labels = [.. Enumerable.Range(0, Side * Side).Select(i => (byte)(1 + (((i % Side / 50) + (i / Side / 50)) % 2)))];
        LabelledPixels pixels = DrawnLabels.Of(labels, Side, Side);
        long start = System.Diagnostics.Stopwatch.GetTimestamp();
        var counts = new Dictionary<int, int>();
        new Strokes(pixels).Number(counts);
        Assert.That(counts, Is.EqualTo(new Dictionary<int, int> { [1] = 1, [2] = 1 }), "squares of a chessboard touch at their corners");
        Assert.That(System.Diagnostics.Stopwatch.GetElapsedTime(start).TotalSeconds, Is.LessThan(10));
    }

    /// <summary>The number of each pixel's stroke among those of its value, by flooding from pixel to pixel.</summary>
    private static int[] Flood(byte[] labels, int width, int height)
    {
        int[] stroke = new int[labels.Length];
        Array.Fill(stroke, -1);
        var counts = new Dictionary<int, int>();
        for (int start = 0; start < labels.Length; start++)
        {
            if (labels[start] == 0 || stroke[start] >= 0)
            {
                continue;
            }
            int number = counts.GetValueOrDefault(labels[start]);
            counts[labels[start]] = number + 1;
            var open = new Stack<int>([start]);
            while (open.TryPop(out int at))
            {
                if (stroke[at] >= 0)
                {
                    continue;
                }
                stroke[at] = number;
                for (int i = 0; i < 9; i++)
                {
                    int x = (at % width) + (i % 3) - 1, y = (at / width) + (i / 3) - 1;
                    if (x >= 0 && x < width && y >= 0 && y < height && labels[(y * width) + x] == labels[start])
                    {
                        open.Push((y * width) + x);
                    }
                }
            }
        }
        return stroke;
    }
}
