using FastSeg.Tests.Images;
using NetVips;
using NUnit.Framework;

namespace FastSeg.Tests.Labels;

/// <summary>Coloured strokes, layers with alpha, palettes and pictures given for labels. The files are written by libvips.</summary>
[TestFixture]
internal sealed class ColourLabelTests
{
    private static readonly byte[] Red = [255, 0, 0], Lime = [0, 255, 0], Blue = [0, 0, 255], Black = [0, 0, 0], White = [255, 255, 255];

    [TestCase("red", 255, 0, 0)]
    [TestCase("Green", 0, 128, 0)]
    [TestCase("lime", 0, 255, 0)]
    [TestCase("darkSlateGrey", 47, 79, 79)]
    [TestCase("rebeccapurple", 102, 51, 153)]
    [TestCase("#0f8", 0, 255, 136)]
    [TestCase("#12aB3f", 0x12, 0xab, 0x3f)]
    public void ColoursHaveTheirCssValues(string text, int red, int green, int blue)
    {
        Assert.That(LabelColour.TryParse(text, out LabelColour colour));
        Assert.That(colour, Is.EqualTo(LabelColour.Of((byte)red, (byte)green, (byte)blue)));
        Assert.That(LabelColour.TryParse(colour.Name, out LabelColour again) && again == colour, colour.Name);
    }

    [TestCase("")]
    [TestCase("#12345")]
    [TestCase("#gggggg")]
    [TestCase("control")]
    [TestCase("transparent")]
    [TestCase("reddish")]
    public void OtherWordsAreNoColours(string text) => Assert.That(LabelColour.TryParse(text, out _), Is.False);

    /// <summary>By red, green and blue: blue 1, lime 2, red 3; the background is black or white, whichever there is more of.</summary>
    [Test]
    public void EachColourIsAClassButForTheBackground([Values] bool white, [Values(".png", ".tif")] string extension)
    {
        using var scratch = new Scratch();
        byte[] ground = white ? White : Black;
        string path = Picture(scratch, $"a{extension}", 3, [ground, Red, Lime, ground, Blue, Red, ground, ground]);
        using ImageReader labels = ImageFile.OpenLabels(path);
        Assert.That(WholeLabelTests.Values(labels), Is.EqualTo((int[])[0, 3, 2, 0, 1, 3, 0, 0]));
        var options = new LabelOptions { Colours = new Dictionary<LabelColour, int> { [Of(Red)] = 5, [Of(Blue)] = 300 } };
        using ImageReader named = ImageFile.OpenLabels(path, options);
        Assert.That(WholeLabelTests.Values(named), Is.EqualTo((int[])[0, 5, 0, 0, 300, 5, 0, 0]));
    }

    [Test]
    public void ASetGivesAColourTheSameClassEverywhere()
    {
        using var scratch = new Scratch();
        string one = Picture(scratch, "a.png", 3, [Black, Red, Lime]), other = Picture(scratch, "b.png", 3, [Black, Lime, Blue]);
        IReadOnlyList<ImageReader> labels = ImageFile.OpenLabels([one, other], new LabelOptions());
        Assert.That(labels.Select(WholeLabelTests.Values), Is.EqualTo((int[][])[[0, 3, 2], [0, 2, 1]]));
        var scene = new SyntheticScene(3, 1);
        TrainingImage[] apart = [new(scene.Image, ImageFile.OpenLabels(one)), new(scene.Image, ImageFile.OpenLabels(other))];
        Assert.That(() => Segmenter.Train(apart), Throws.TypeOf<FastSegException>().With.Message.Contains("open them together"));
        string numbers = Picture(scratch, "n.png", 1, [[0], [1], [2]]);
        Assert.That(
            () => ImageFile.OpenLabels([one, numbers], new LabelOptions()),
            Throws.TypeOf<FastSegException>().With.Message.Contains("draw both alike"));
    }

    [Test]
    public void TransparentPixelsAreUnlabelled([Values(".png", ".tif", ".webp")] string extension)
    {
        using var scratch = new Scratch();
        byte[][] pixels = [[.. Red, 0], [.. Red, 255], [.. Black, 255], [.. White, 128], [.. Blue, 0], [.. Black, 0]];
        using ImageReader labels = ImageFile.OpenLabels(Picture(scratch, $"a{extension}", 4, pixels));
        Assert.That(WholeLabelTests.Values(labels), Is.EqualTo((int[])[0, 2, 1, 3, 0, 0]), "black, red, white; behind a clear ground");
    }

    [Test]
    public void GreyLayersWithAlphaAreNumbers([Values(".png", ".tif")] string extension)
    {
        using var scratch = new Scratch();
        using ImageReader two = ImageFile.OpenLabels(Picture(scratch, $"g{extension}", 2, [[7, 0], [7, 255], [0, 255], [9, 1]]));
        Assert.That(WholeLabelTests.Values(two), Is.EqualTo((int[])[0, 7, 0, 9]));
        byte[][] pixels = [[7, 7, 7, 0], [7, 7, 7, 255], [9, 9, 9, 255]];
        using ImageReader four = ImageFile.OpenLabels(Picture(scratch, $"h{extension}", 4, pixels), new LabelOptions { Void = 9 });
        Assert.That(WholeLabelTests.Values(four), Is.EqualTo((int[])[0, 7, 0]));
    }

    [Test]
    public void AJpegIsNoLabelImage([Values(".jpg", ".tif")] string extension)
    {
        using var scratch = new Scratch();
        string path = scratch[$"a{extension}"];
        using (Image image = Image.Black(64, 64) + 100)
        {
            image.Cast(Enums.BandFormat.Uchar).WriteToFile(path + (extension == ".tif" ? "[compression=jpeg]" : ""));
        }
        Assert.That(
            () => ImageFile.OpenLabels(path),
            Throws.TypeOf<FastSegException>().With.Message.Contains("JPEG").And.Message.Contains("palette PNG"));
    }

    [Test]
    public void APictureHasTooManyColours()
    {
        using var scratch = new Scratch();
        byte[][] pixels = [.. Enumerable.Range(0, 300).Select(i => (byte[])[(byte)i, (byte)(i / 256), 9])];
        string path = Picture(scratch, "p.png", 3, pixels);
        Assert.That(
            () => ImageFile.OpenLabels(path),
            Throws.TypeOf<FastSegException>().With.Message.Contains("300 colours").And.Message.Contains("named colours red=1,lime=2"));
        var green = new LabelOptions { Colours = new Dictionary<LabelColour, int> { [LabelColour.Of(0, 128, 0)] = 1 } };
        Assert.That(
            () => ImageFile.OpenLabels(path, green),
            Throws.TypeOf<FastSegException>().With.Message.Contains("No pixel of the labels is green (#008000); the colours there are"));
    }

    private static LabelColour Of(byte[] rgb) => LabelColour.Of(rgb[0], rgb[1], rgb[2]);

    /// <summary>One row of pixels.</summary>
    internal static string Picture(Scratch scratch, string name, int bands, byte[][] pixels)
    {
        byte[] samples = [.. pixels.SelectMany(pixel => pixel)];
        using Image image = Image.NewFromMemory(samples, pixels.Length, 1, bands, Enums.BandFormat.Uchar);
        using Image colours = image.Copy(interpretation: bands < 3 ? Enums.Interpretation.Bw : Enums.Interpretation.Srgb);
        colours.WriteToFile(scratch[name] + (name.EndsWith(".webp", StringComparison.Ordinal) ? "[lossless=true,exact=true]" : ""));
        return scratch[name];
    }
}
