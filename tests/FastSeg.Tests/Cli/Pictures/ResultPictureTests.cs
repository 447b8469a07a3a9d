using FastSeg.Cli.Pictures;
using NUnit.Framework;

namespace FastSeg.Tests.Cli.Pictures;

/// <summary>Results as pictures: legend with names and area fractions, strokes, outlines, panels.</summary>
internal sealed class ResultPictureTests : CliFixture
{
    private const int Side = 256;

    private string Map => At("map.tif");

    [OneTimeSetUp]
    public void Segment() => Succeed("segment", Model, TestImage, "-o", Map);

    [Test]
    public void TheLegendHasNamesAndAreaFractions([Values(".png", ".tif")] string extension)
    {
        string map = At("legend" + extension), picture = At("legend.png.png");
        Succeed("segment", Model, TestImage, "-o", map);
        Succeed("preview", TestImage, "--segmentation", map, "-o", picture);
        Succeed("preview", TestImage, "--segmentation", map, "--plain", "-o", At("plain.png"));
        Picture with = Read(picture), plain = Read(At("plain.png"));
        Assert.That((plain.Width, plain.Height), Is.EqualTo((Side, Side)));
        Assert.That(with.Height, Is.GreaterThan(Side));
        for (int y = 0; y < Side; y++)
        {
            Assert.That(with.Rgb.AsSpan(3 * y * with.Width, 3 * Side).SequenceEqual(plain.Rgb.AsSpan(3 * y * Side, 3 * Side)), "its place");
        }
        byte[] labels = Labels(map).Samples;
        for (int label = 1; label <= 3; label++)
        {
            double share = (double)labels.Count(value => value == label) / labels.Length;
            Assert.That(Holds(with, $"class {label}", 2), $"name {label}");
            Assert.That(Holds(with, FormattableString.Invariant($"{100 * share:F2} %"), 2), $"share of {label}");
        }
        Assert.That(Holds(with, "class 4", 2), Is.False);
        Succeed("preview", TestImage, "--segmentation", map, "--names", "matrix,fine,coarse", "-o", picture);
        Assert.That(((string[])["matrix", "fine", "coarse"]).All(name => Holds(Read(picture), name, 2)));
    }

    /// <summary>Drawn values that are other numbers than the map's labels have the colours of their classes all the same.</summary>
    [Test]
    public void StrokesHaveTheColoursOfTheirClasses()
    {
        byte[] strokes = new byte[Side * Side], truth = Labels(Map).Samples;
        strokes.AsSpan(100 * Side, 60).Fill(255);
        Write(At("strokes.tif"), SampleType.UInt8, Side, Side, strokes);
        LabelClass[] classes = [new LabelClass(1, 85, "a"), new LabelClass(2, 255, "b"), new LabelClass(3, 170, "c")];
        var layout = new ImageLayout(Side, Side, SampleType.UInt8) { IsLabelMap = true, Classes = classes };
        using (ImageWriter writer = ImageFile.Create(At("named.tif"), layout))
        {
            writer.Write(new Region(0, 0, Side, Side), truth);
            writer.Commit();
        }
        Succeed("preview", TestImage, "--segmentation", At("named.tif"), "--strokes", At("strokes.tif"), "-o", At("both.png"));
        Assert.That(Pixel(Read(At("both.png")), 30, 100), Is.EqualTo(ClassColours.Of(2)));
        string alone = Succeed("preview", TestImage, "--strokes", At("strokes.tif"), "-o", At("alone.png"));
        Assert.That(alone, Does.Contain("alone.png  256 x "));
        Picture picture = Read(At("alone.png"));
        Assert.That(Pixel(picture, 30, 100), Is.EqualTo(ClassColours.Of(255)));
        Assert.That(Holds(picture, "class 255", 2) && Holds(picture, "60 px", 2));
    }

    [Test]
    public void PanelsStandSideBySideWithCaptions()
    {
        Succeed(
            "preview", TestImage, "--segmentation", Map, "--outlines", "--side-by-side", "--plain", "-o", At("panels.png"));
        Picture panels = Read(At("panels.png"));
        int scale = Font.ScaleFor(2 * Side), gap = 5 * scale;
        Assert.That(panels.Width, Is.EqualTo(gap + (3 * ((2 * Side) + gap))), "small images are doubled");
        string[] captions = ["image", "labels", "outlines", "spot2_0d_0.png", "map.tif"];
        Assert.That(captions.Where(caption => !Holds(panels, caption, scale)), Is.Empty);
        byte[] labels = Labels(Map).Samples;
        using ImageReader image = ImageFile.Open(TestImage);
        byte[] grey = Read(image);
        for (int i = 0; i < labels.Length; i += 97)
        {
            (int x, int y) = (gap + (2 * (i % Side)), gap + (2 * (i / Side)));
            Assert.That(Pixel(panels, x + 1, y + 1), Is.EqualTo((grey[i], grey[i], grey[i])));
            Assert.That(Pixel(panels, x + (2 * Side) + gap, y), Is.EqualTo(ClassColours.Of(labels[i])));
        }
    }

    /// <summary>Where labels differ from the truth is red; the legend has the IoU of each class, counted here.</summary>
    [Test]
    public void MistakesAreMarked()
    {
        byte[] labels = Labels(Map).Samples;
        byte[] truth = [.. labels.Select((label, i) => (byte)(i % Side < 30 || label == 3 ? 0 : label - 1))];
        Write(At("truth.tif"), SampleType.UInt8, Side, Side, truth);
        string[] preview = ["preview", TestImage, "--segmentation", Map, "--truth", At("truth.tif"), "--truth-offset", "1"];
        Succeed([.. preview, "-o", At("mistakes.png")]);
        Picture picture = Read(At("mistakes.png"));
        using ImageReader image = ImageFile.Open(TestImage);
        byte[] grey = Read(image);
        for (int i = 0; i < labels.Length; i += 31)
        {
            byte plain = grey[i];
            byte Mixed(int colour) => (byte)Math.Round(plain + (0.75 * (colour - plain)));
            Assert.That(
                Pixel(picture, i % Side, i / Side),
                Is.EqualTo(truth[i] + 1 == labels[i] ? (plain, plain, plain) : (Mixed(225), Mixed(20), Mixed(40))), $"pixel {i}");
        }
        int[] right = [.. Enumerable.Range(1, 2).Select(c => labels.Zip(truth).Count(pair => pair.First == c && pair.Second + 1 == c))];
        int[] either = [.. Enumerable.Range(1, 2).Select(c => labels.Zip(truth).Count(pair => pair.First == c || pair.Second + 1 == c))];
        for (int c = 0; c < 2; c++)
        {
            Assert.That(Holds(picture, FormattableString.Invariant($"IoU {(double)right[c] / either[c]:0.000}"), 2));
        }
        double wrong = 1 - ((double)right.Sum() / labels.Length);
        Assert.That(Holds(picture, FormattableString.Invariant($"{100 * wrong:F2} %"), 2) && Holds(picture, "mistakes", 2));
        string panels = Succeed([.. preview, "--side-by-side", "-o", At("four.png")]);
        Assert.That(Holds(Read(At("four.png")), "truth", Font.ScaleFor(2 * Side)), panels);
        Assert.That(Misuse("preview", TestImage, "--truth", Map, "-o", At("x.png")), Does.Contain("give --segmentation with it"));
    }

    /// <summary>A large image keeps within the longest side, and its words grow with it.</summary>
    [Test]
    public void LargePicturesHaveLargeWords()
    {
        // The first fifth was not segmented, and does not count.
        byte[] map = [.. Enumerable.Range(0, 5000 * 40).Select(i => (byte)(i % 5000 < 1000 ? 0 : i % 5000 < 2600 ? 1 : 2))];
        using var image = MemoryImage.FromMemory<byte>(map, 5000, 40);
        Picture picture = new ResultPicture { Map = image }.Of(image, CancellationToken.None);
        Assert.That(picture.Width, Is.EqualTo(1667));
        Assert.That(Holds(picture, "40.00 %", 3) && Holds(picture, "60.00 %", 3));
        Assert.That(
            () => new ResultPicture { Map = image, Names = ["one"] }.Of(image, CancellationToken.None),
            Throws.TypeOf<FastSegException>().With.Message.Contains("1 class names for 2 classes"));
    }

    /// <summary>A part looks as in the whole picture and has fractions of its own, whether labels are of the part or of all.</summary>
    [Test]
    public void APartIsShownWithItsOwnFractions()
    {
        const string Part = "60,40,100,80";
        string[] preview = ["preview", TestImage, "--region", Part, "--segmentation"];
        Succeed("segment", Model, TestImage, "--region", Part, "-o", At("cut.tif"));
        Succeed([.. preview, Map, "-o", At("of-all.png")]);
        Succeed([.. preview, At("cut.tif"), "-o", At("of-part.png")]);
        Succeed("preview", TestImage, "--segmentation", Map, "--plain", "-o", At("whole.png"));
        Assert.That(File.ReadAllBytes(At("of-all.png")), Is.EqualTo(File.ReadAllBytes(At("of-part.png"))));
        Picture part = Read(At("of-all.png")), whole = Read(At("whole.png"));
        for (int y = 0; y < 80; y++)
        {
            Assert.That(
                part.Rgb.AsSpan(3 * y * part.Width, 300).SequenceEqual(whole.Rgb.AsSpan(3 * (((y + 40) * Side) + 60), 300)),
                $"row {y}");
        }
        byte[] labels = Labels(Map).Samples;
        int ones = Enumerable.Range(0, 8000).Count(i => labels[((40 + (i / 100)) * Side) + 60 + (i % 100)] == 1);
        Assert.That(Holds(part, FormattableString.Invariant($"{ones / 80.0:F2} %"), 2));
        Assert.That(
            Fail("preview", TestImage, "--region", "200,200,100,10", "-o", At("x.png")),
            Does.Contain("is not inside the image of 256 x 256"));
    }

    [Test]
    public void OptionsThatNeedOthersSaySo()
    {
        Assert.That(Misuse("preview", TestImage, "--outlines", "-o", At("x.png")), Does.Contain("give --segmentation with it"));
        Assert.That(Misuse("preview", TestImage, "--side-by-side", "-o", At("x.png")), Does.Contain("--segmentation or --strokes"));
        Assert.That(
            Misuse("preview", TestImage, "--features", "--strokes", Map, "-o", At("x.png")), Does.Contain("shows another picture"));
        Assert.That(Misuse("preview", TestImage, "-o", At("x.tif")), Does.Contain("must end in .png"));
        Write(At("small.tif"), SampleType.UInt8, 10, 10, new byte[100]);
        Assert.That(Fail("preview", TestImage, "--strokes", At("small.tif"), "-o", At("x.png")), Does.Contain("small.tif is 10 x 10"));
    }

    private static (byte, byte, byte) Pixel(Picture picture, int x, int y)
    {
        int at = 3 * ((y * picture.Width) + x);
        return (picture.Rgb[at], picture.Rgb[at + 1], picture.Rgb[at + 2]);
    }

    private static Picture Read(string path)
    {
        using ImageReader reader = ImageFile.Open(path);
        var picture = new Picture((int)reader.Info.Width, (int)reader.Info.Height);
        Read(reader).CopyTo(picture.Rgb, 0);
        return picture;
    }

    /// <summary>Whether a line of text stands somewhere in a picture, dark on white.</summary>
    private static bool Holds(Picture picture, string text, int scale)
    {
        Picture words = Picture.Blank(Font.Width(text, scale), 9 * scale);
        Font.Write(words, text, 0, 0, scale);
        int bytes = 3 * words.Width;
        for (int top = 0; top + words.Height <= picture.Height; top++)
        {
            for (int left = 0; left + words.Width <= picture.Width; left++)
            {
                int y = 0;
                while (y < words.Height && words.Rgb.AsSpan(y * bytes, bytes).SequenceEqual(
                    picture.Rgb.AsSpan(3 * (((top + y) * picture.Width) + left), bytes)))
                {
                    y++;
                }
                if (y == words.Height)
                {
                    return true;
                }
            }
        }
        return false;
    }
}
