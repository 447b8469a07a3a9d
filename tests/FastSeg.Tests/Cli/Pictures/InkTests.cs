using FastSeg.Cli.Pictures;
using NUnit.Framework;

namespace FastSeg.Tests.Cli.Pictures;

/// <summary>Outlines and strokes over pictures, at a width that can be seen.</summary>
internal sealed class InkTests
{
    private static readonly (byte, byte, byte) White = (255, 255, 255);

    /// <summary>
    /// A pixel is inked where a neighbour is of a class with more pixels, or was not segmented; in its own colour.
    /// </summary>
    [Test]
    public void OutlinesLieInsideTheClasses()
    {
        const int W = 40, H = 30;
        ushort[] labels = [.. Enumerable.Range(0, W * H).Select(i => Label(i % W, i / W))];
        Picture picture = Picture.Blank(W, H);
        Ink.Outlines(picture, labels);
        for (int y = 0; y < H; y++)
        {
            for (int x = 0; x < W; x++)
            {
                ushort own = Label(x, y);
                bool edge = ((int, int)[])[(1, 0), (-1, 0), (0, 1), (0, -1)] is var steps && steps
                    .Select(step => (X: x + step.Item1, Y: y + step.Item2))
                    .Any(near => near.X is >= 0 and < W && near.Y is >= 0 and < H && IsMore(Label(near.X, near.Y), own));
                Assert.That(At(picture, x, y), Is.EqualTo(own != 0 && edge ? ClassColours.Of(own) : White), $"{x}, {y}");
            }
        }

        // The disc of class 2 is smaller than what is around it.
        static bool IsMore(ushort there, ushort own) => there != own && (there == 0 || own == 2);

        static ushort Label(int x, int y) => (ushort)(x < 5 ? 0 : ((x - 20) * (x - 20)) + ((y - 15) * (y - 15)) < 64 ? 2 : 1);
    }

    /// <summary>A thin line is as wide in relation to the picture, whatever its size.</summary>
    [TestCase(300, 1, 1)]
    [TestCase(2000, 4, 7)]
    public void ALineOfAPixelIsWideEnough(int size, int line, int outline)
    {
        ushort[] strokes = new ushort[size * 20];
        Array.Fill(strokes, (ushort)4, 10 * size, size);
        Picture picture = Picture.Blank(size, 20);
        Ink.Strokes(picture, strokes);
        var column = Enumerable.Range(0, 20).Select(y => At(picture, size / 2, y)).ToArray();
        Assert.That(column.Count(colour => colour == ClassColours.Of(4)), Is.EqualTo(1 + (2 * line)), "one more line on each side");
        Assert.That(column.Count(colour => colour == White), Is.EqualTo(20 - 1 - (4 * line)), "and a dark one around it");
        Assert.That(column[10], Is.EqualTo(ClassColours.Of(4)));
        ushort[] areas = [.. Enumerable.Range(0, size * 20).Select(i => (ushort)(i % size < size / 2 ? 1 : 2))];
        Picture outlined = Picture.Blank(size, 20);
        Ink.Outlines(outlined, areas);
        var row = Enumerable.Range(0, size).Select(x => At(outlined, x, 10)).ToArray();
        Assert.That(
            (row.Count(colour => colour == ClassColours.Of(1)), row.Count(colour => colour == ClassColours.Of(2))),
            Is.EqualTo((0, outline)), "of two classes with as many pixels the one with the larger label");
    }

    /// <summary>Strokes of one pixel stay in a picture that is made smaller, where most pixels between the samples are lost.</summary>
    [Test]
    public void ThinStrokesStayInSmallPictures()
    {
        const int W = 5000, H = 12;
        byte[] drawn = new byte[W * H];
        for (int y = 0; y < H; y++)
        {
            (drawn[(y * W) + 999], drawn[(y * W) + 3000], drawn[(y * W) + 4999]) = (1, 2, 3);
            // Of a pixel of the picture, two of three columns are class 5.
            (drawn[(y * W) + 600], drawn[(y * W) + 601], drawn[(y * W) + 602]) = (4, 5, 5);
        }
        using var image = MemoryImage.FromMemory<byte>(drawn, W, H);
        ShrunkLabels strokes = ShrunkLabels.Of(image, CancellationToken.None, thin: true);
        Assert.That((strokes.Width, strokes.Height), Is.EqualTo((1667, 4)));
        for (int y = 0; y < 4; y++)
        {
            ushort[] row = strokes.Labels[(y * 1667)..((y + 1) * 1667)];
            Assert.That((row[333], row[1000], row[1666], row[200]), Is.EqualTo(((ushort)1, (ushort)2, (ushort)3, (ushort)5)));
            Assert.That(row.Count(value => value != 0), Is.EqualTo(4));
        }
        Assert.That(strokes.Pixels[1..6], Is.EqualTo((long[])[12, 12, 12, 12, 24]), "counted in the whole image");
        Assert.That(strokes.With(value => (ushort)(value + 1)).Pixels[1], Is.EqualTo(12));
    }

    private static (byte, byte, byte) At(Picture picture, int x, int y) =>
        (picture.Rgb[3 * ((y * picture.Width) + x)], picture.Rgb[(3 * ((y * picture.Width) + x)) + 1],
            picture.Rgb[(3 * ((y * picture.Width) + x)) + 2]);
}
