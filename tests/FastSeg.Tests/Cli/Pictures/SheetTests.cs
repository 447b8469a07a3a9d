using FastSeg.Cli.Pictures;
using NUnit.Framework;

namespace FastSeg.Tests.Cli.Pictures;

/// <summary>Captions and sheets of pictures.</summary>
internal sealed class SheetTests
{
    [Test]
    public void EveryPrintableCharacterHasItsOwnGlyph()
    {
        string all = new([.. Enumerable.Range(32, 95).Select(value => (char)value)]);
        Assert.That(all.Select(letter => Convert.ToHexString(Written($"{letter}", 1).Rgb)).Distinct().Count(), Is.EqualTo(all.Length));
        Assert.That(Dark(Written(" ", 1)), Is.Zero);
        Assert.That(Written("相\n", 1).Rgb, Is.EqualTo(Written("??", 1).Rgb), "what the font lacks");
    }

    /// <summary>Names of phases have Greek letters and marks; each looks like itself, and a mark leaves its letter as it is.</summary>
    [Test]
    public void LettersOfPhasesAreDrawn()
    {
        const string Letters = "?αβγδεηθκλμπρστφχψωΓΔΣΩΦΛ°²³±·×–äöüéßëáàâñčå" + "aeounc";
        IEnumerable<string> drawn = Letters.Select(letter => Convert.ToHexString(Written($"{letter}", 1).Rgb));
        Assert.That(drawn.Distinct().Count(), Is.EqualTo(Letters.Length));
        foreach ((char marked, char plain) in (ReadOnlySpan<(char, char)>)[('ë', 'e'), ('â', 'a'), ('ñ', 'n'), ('č', 'c'), ('å', 'a')])
        {
            Picture with = Written($"{marked}", 1), without = Written($"{plain}", 1);
            int more = 0;
            for (int i = 0; i < with.Rgb.Length; i += 3)
            {
                Assert.That(with.Rgb[i], Is.LessThanOrEqualTo(without.Rgb[i]), $"{marked}");
                more += with.Rgb[i] < without.Rgb[i] ? 1 : 0;
            }
            Assert.That(more, Is.InRange(2, 4), $"{marked}");
        }
        Assert.That(Written("µ’Ä", 1).Rgb, Is.EqualTo(Written("μ'A", 1).Rgb));
    }

    [Test]
    public void ALetterIsDrawnAsItLooks()
    {
        Picture letter = Written("j", 1);
        string Row(int y) => string.Concat(Enumerable.Range(0, 5).Select(x => IsDark(letter, x, y) ? '#' : '.'));
        string[] rows = [.. Enumerable.Range(0, 9).Select(Row)];
        Assert.That(rows, Is.EqualTo((string[])["...#.", ".....", "..##.", "...#.", "...#.", "...#.", "...#.", "#..#.", ".##.."]));
    }

    /// <summary>The pen goes through every dot of a letter and through no other; neighbours are joined without a gap.</summary>
    [TestCase('A')]
    [TestCase('g')]
    [TestCase('%')]
    [TestCase('.')]
    public void AScaledLetterGoesThroughItsDots(char letter)
    {
        const int Scale = 9;
        Picture one = Written($"{letter}", 1), large = Written($"{letter}", Scale);
        for (int y = 0; y < one.Height - 1; y++)
        {
            for (int x = 0; x < one.Width - 1; x++)
            {
                int centre = (Scale * x) + (Scale / 2), middle = (Scale * y) + (Scale / 2);
                Assert.That(IsDark(large, centre, middle), Is.EqualTo(IsDark(one, x, y)), $"{x}, {y}");
                if (IsDark(one, x, y) && IsDark(one, x + 1, y))
                {
                    Assert.That(Dark(large, centre, middle, Scale, 1), Is.EqualTo(Scale), $"right of {x}, {y}");
                }
                if (IsDark(one, x, y) && IsDark(one, x, y + 1))
                {
                    Assert.That(Dark(large, centre, middle, 1, Scale), Is.EqualTo(Scale), $"below {x}, {y}");
                }
            }
        }
    }

    [TestCase(-4, -3)]
    [TestCase(7, 5)]
    public void TextIsCutAtThePicturesEdges(int left, int top)
    {
        Picture whole = Picture.Blank(40, 30), part = Picture.Blank(10, 8);
        Font.Write(whole, "W", left + 10, top + 10, 1);
        Font.Write(part, "W", left, top, 1);
        for (int y = 0; y < part.Height; y++)
        {
            for (int x = 0; x < part.Width; x++)
            {
                Assert.That(IsDark(part, x, y), Is.EqualTo(IsDark(whole, x + 10, y + 10)), $"{x}, {y}");
            }
        }
    }

    [Test]
    public void ASheetHasRowsOfThreeWithCaptionsUnderThem()
    {
        Picture grey = Picture.Blank(200, 100);
        Array.Fill(grey.Rgb, (byte)128);
        Panel[] panels = [.. Enumerable.Range(0, 4).Select(i => new Panel(grey, i == 1 ? "" : "title", "note"))];
        Picture sheet = Sheet.Of(panels);
        Assert.That(sheet.Width, Is.EqualTo(5 + (3 * 205)));
        Assert.That(sheet.Height, Is.EqualTo(5 + (2 * 130)));
        for (int i = 0; i < 6; i++)
        {
            int left = 5 + (i % 3 * 205), top = 5 + (i / 3 * 130);
            Assert.That(sheet.Rgb[3 * (((top + 50) * sheet.Width) + left + 100)], Is.EqualTo(i < 4 ? 128 : 255));
            Assert.That(Dark(sheet, left, top + 105, 200, 9) > 0, Is.EqualTo(i is 0 or 2 or 3), $"title {i}");
            Assert.That(Dark(sheet, left, top + 115, 200, 9) > 0, Is.EqualTo(i < 4), $"note {i}");
        }
    }

    private static Picture Written(string text, int scale)
    {
        Picture picture = Picture.Blank(text.Length * Font.Advance(scale), Font.LineHeight(scale));
        Font.Write(picture, text, 0, 0, scale);
        return picture;
    }

    private static bool IsDark(Picture picture, int x, int y) => picture.Rgb[3 * ((y * picture.Width) + x)] < 100;

    private static int Dark(Picture picture) => Dark(picture, 0, 0, picture.Width, picture.Height);

    private static int Dark(Picture picture, int left, int top, int wide, int high) => Enumerable.Range(top, high)
        .Sum(y => Enumerable.Range(left, wide).Count(x => IsDark(picture, x, y)));
}
