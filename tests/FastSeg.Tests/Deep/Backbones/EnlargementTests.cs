using FastSeg.Checks;
using FastSeg.Deep.Backbones;
using NUnit.Framework;

namespace FastSeg.Tests.Deep.Backbones;

/// <summary>A page enlarged twice, window by window.</summary>
[TestFixture]
internal sealed unsafe class EnlargementTests
{
    [TestCase(1, 1)]
    [TestCase(1, 9)]
    [TestCase(2, 3)]
    [TestCase(4, 1)]
    [TestCase(33, 20)]
    public void PixelsEqualTheReference(int width, int height)
    {
        float[] page = RandomPage(width, height);
        float[] actual = Window(page, width, height, new Region(0, 0, 2 * width, 2 * height));
        for (int i = 0; i < actual.Length; i++)
        {
            (int y, int x) = (i / (2 * width), i % (2 * width));
            double expected = EnlargementReference.At((row, column) => page[(row * width) + column], height, width, y, x);
            Assert.That(actual[i], Is.EqualTo(expected).Within(3e-7), $"x {x}, y {y}");
        }
        // Noise overshoots, so that clipping is tested too.
        Assert.That(width * height < 100 || (actual.Min() == 0 && actual.Max() == 1), Is.True);
    }

    [Test]
    public void AConstantPageStaysExactlyAsItIs()
    {
        float[] page = [.. Enumerable.Repeat(0.3f, 7 * 5)];
        Assert.That(Window(page, 7, 5, new Region(0, 0, 14, 10)), Is.All.EqualTo(0.3f));
    }

    [Test]
    public void ARampStaysARampInsideAndFlattensAtTheEdges()
    {
        const int Width = 16, Height = 12;
        static double Ramp(double x, double y) => 0.1 + (0.03 * x) + (0.02 * y);
        float[] page = [.. Enumerable.Range(0, Width * Height).Select(i => (float)Ramp(i % Width, i / Width))];
        float[] actual = Window(page, Width, Height, new Region(0, 0, 2 * Width, 2 * Height));
        for (int y = 4; y < (2 * Height) - 4; y++)
        {
            for (int x = 4; x < (2 * Width) - 4; x++)
            {
                double expected = Ramp(((x + 0.5) / 2) - 0.5, ((y + 0.5) / 2) - 0.5);
                Assert.That(actual[(y * 2 * Width) + x], Is.EqualTo(expected).Within(2e-7), $"x {x}, y {y}");
            }
        }
        // Pixel 0 lies at -1/4: b and a are the edge itself, c and d too, but for the neighbour opposite, which weighs -9/128.
        float[] row = Window([0.5f, 0.6f, 0.7f, 0.8f], 4, 1, new Region(0, 0, 8, 2));
        Assert.That(row[0], Is.EqualTo(0.5 - (9 / 128.0 * 0.1)).Within(1e-7));
        Assert.That(row[1], Is.EqualTo(0.5 + (29 / 128.0 * 0.1) - (3 / 128.0 * 0.2)).Within(1e-7));
        Assert.That(row[7], Is.EqualTo(0.8 + (9 / 128.0 * 0.1)).Within(1e-7));
        Assert.That(row[8..], Is.EqualTo(row[..8]), "one row is repeated");
    }

    [Test]
    public void AMirroredPageGivesTheMirroredBits()
    {
        const int Width = 13, Height = 6;
        float[] page = RandomPage(Width, Height);
        float[] mirrored = [.. Enumerable.Range(0, page.Length).Select(i => page[(((i / Width) + 1) * Width) - 1 - (i % Width)])];
        float[] upright = Window(page, Width, Height, new Region(0, 0, 2 * Width, 2 * Height));
        float[] flipped = Window(mirrored, Width, Height, new Region(0, 0, 2 * Width, 2 * Height));
        Assert.That(
            flipped, Is.EqualTo(upright.Chunk(2 * Width).SelectMany(row => row.Reverse())), "no direction is preferred");
    }

    [Test]
    public void WindowsEqualTheWholeInEveryBit()
    {
        const int Width = 21, Height = 17;
        float[] page = RandomPage(Width, Height);
        float[] whole = Window(page, Width, Height, new Region(0, 0, 2 * Width, 2 * Height));
        var random = new Random(3);
        for (int i = 0; i < 200; i++)
        {
            // Some begin at odd pixels, and some end below and to the right of the enlarged page.
            var window = new Region(random.Next(2 * Width), random.Next(2 * Height), random.Next(1, 30), random.Next(1, 30));
            float[] actual = Window(page, Width, Height, window);
            float[] expected =
            [
                .. Enumerable.Range(0, (int)window.Pixels).Select(p =>
                {
                    long x = Math.Min(window.X + (p % window.Width), (2 * Width) - 1);
                    long y = Math.Min(window.Y + (p / window.Width), (2 * Height) - 1);
                    return whole[(y * 2 * Width) + x];
                }),
            ];
            Assert.That(actual, Is.EqualTo(expected), $"{window}");
        }
    }

    /// <summary>A window made of no more of the page than it says it needs, in memory of no more than it says it takes.</summary>
    private static float[] Window(float[] page, int width, int height, Region window)
    {
        Region part = Enlargement.Source(window).Intersect(new Region(0, 0, width, height));
        Assert.That(part.Width, Is.LessThanOrEqualTo(Enlargement.SourceSide(window.Width)));
        Assert.That(part.Height, Is.LessThanOrEqualTo(Enlargement.SourceSide(window.Height)));
        float[] seen =
        [
            .. Enumerable.Range(0, (int)part.Pixels).Select(i => page[((part.Y + (i / part.Width)) * width) + part.X + (i % part.Width)]),
        ];
        float[] line = new float[Enlargement.LineFloats(window.Width)], plane = new float[window.Pixels];
        Array.Fill(line, float.NaN);
        fixed (float* from = seen, row = line, to = plane)
        {
            Enlargement.Fill(from, part, width, height, window, row, to);
        }
        return plane;
    }

    private static float[] RandomPage(int width, int height)
    {
        var random = new Random(width + height);
        return [.. Enumerable.Range(0, width * height).Select(_ => random.Next(3) == 0 ? random.Next(2) : random.NextSingle())];
    }
}
