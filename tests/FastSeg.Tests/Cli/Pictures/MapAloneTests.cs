using NUnit.Framework;

namespace FastSeg.Tests.Cli.Pictures;

/// <summary>A label map by itself, shown in the colours of its classes: as grey values, 1 to 3 are black.</summary>
internal sealed class MapAloneTests : CliFixture
{
    /// <summary>Black, and the first three colours of Okabe and Ito's palette.</summary>
    private static readonly (byte Red, byte Green, byte Blue)[] Colours = [(0, 0, 0), (230, 159, 0), (86, 180, 233), (0, 158, 115)];

    [Test]
    public void AMapIsShownInItsColours([Values("map.ome.zarr", "map.tif", "map.png")] string name)
    {
        string map = At(name), picture = At(name + ".png");
        Succeed("segment", Model, TestImage, "-o", map);
        Succeed("preview", map, "--plain", "-o", picture);
        byte[] labels = Labels(map).Samples;
        using ImageReader shown = ImageFile.Open(picture);
        Assert.That((shown.Info.Width, shown.Info.Height), Is.EqualTo((256, 256)));
        Assert.That(labels.Distinct().Count(), Is.EqualTo(3));
        Assert.That(
            Read(shown), Is.EqualTo(labels.SelectMany(label => (byte[])[Colours[label].Red, Colours[label].Green, Colours[label].Blue])));
        Succeed("preview", map, "-o", picture);
        using ImageReader legend = ImageFile.Open(picture);
        Assert.That(legend.Info.Height, Is.GreaterThan(256), "a legend under it");
        Succeed("preview", map, "--region", "10,20,30,40", "--plain", "-o", picture);
        using ImageReader part = ImageFile.Open(picture);
        byte[] first = Read(part)[..3];
        (byte red, byte green, byte blue) = Colours[labels[(20 * 256) + 10]];
        Assert.That(first, Is.EqualTo((byte[])[red, green, blue]));
    }
}
