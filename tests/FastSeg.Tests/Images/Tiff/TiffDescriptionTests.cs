using System.Text;
using FastSeg.Images;
using FastSeg.Images.Tiff;
using NUnit.Framework;

namespace FastSeg.Tests.Images.Tiff;

/// <summary>What ImageJ's description and OME-XML say of a file's pages.</summary>
public sealed class TiffDescriptionTests
{
    private const string Ome = """
        <?xml version="1.0" encoding="UTF-8"?>
        <OME xmlns="http://www.openmicroscopy.org/Schemas/OME/2016-06">
        """;

    /// <summary>A description makes no large process: what is read of it takes a few times its size, garbage included.</summary>
    [TestCase("<a>", "")]
    [TestCase("<Pixels>", "")]
    [TestCase("<a/>", "<Pixels>")]
    [TestCase("<a a='1' b='2' c='3'/>", "<Pixels>")]
    [TestCase("<TiffData/>", "<Pixels>")]
    [TestCase("<Channel/>", "<Pixels>")]
    [TestCase("<Pixels/>", "")]
    [TestCase("<a@/>", "")]
    [TestCase(" a@='1'", "<a")]
    [TestCase(" a='>'", "<!--'--><a")]
    [TestCase(" a='1'", "<?a '?><![CDATA['<]]><a")]
    [TestCase("&#38;", "<a>")]
    public void LargeDescriptionsTakeLittleMemory(string part, string before)
    {
        const int Size = 2 << 20;
        var text = new StringBuilder(Ome).Append(before);
        for (int i = 0; text.Length < Size; i++)
        {
            text.Append(part.Replace("@", $"{i}", StringComparison.Ordinal));
        }
        string whole = text.ToString();
        long bytes = GC.GetAllocatedBytesForCurrentThread();
        OmeXml.Read(whole);
        long taken = GC.GetAllocatedBytesForCurrentThread() - bytes;
        TestContext.Out.WriteLine($"{taken / (double)whole.Length:F1} bytes a letter");
        Assert.That(taken, Is.LessThan((1 << 20) + (8L * whole.Length)));
    }

    [Test]
    public void ImageJComposites()
    {
        PageMeaning meaning = Meaning("ImageJ=1.54f\nimages=12\nchannels=3\nslices=2\nframes=2\nhyperstack=true\nmode=composite\n", 12, 1)!;
        Assert.That(
            (meaning.Source, meaning.First, meaning.Channels, meaning.Slices, meaning.Frames, meaning.Composite),
            Is.EqualTo(("ImageJ", 1, 3, 2, 2, true)));
        Assert.That(meaning.PagesOfChannels(1), Is.EqualTo(new[] { 1, 2, 3 }));
        Assert.That(meaning.PagesOfChannels(8), Is.EqualTo(new[] { 7, 8, 9 }));
    }

    [TestCase("ImageJ=1.54f\nimages=12\nchannels=5\nslices=2\nmode=grayscale\n", 1, 12)]
    [TestCase("ImageJ=1.54f\nimages=12\nchannels=99999999999\n", 1, 12)]
    public void NumbersThatDoNotAgreeAreSlices(string description, int channels, int slices)
    {
        PageMeaning meaning = Meaning(description, 12, 1)!;
        Assert.That((meaning.Channels, meaning.Slices, meaning.Composite), Is.EqualTo((channels, slices, false)));
    }

    [Test]
    public void ADescriptionOfMorePagesThanThereAreSaysNothing()
    {
        Assert.That(Meaning("ImageJ=1.54f\nimages=12\nchannels=3\nslices=4\n", 6, 1), Is.Null);
        Assert.That(Meaning("a micrograph", 6, 1), Is.Null);
        Assert.That(Meaning("<OME", 6, 1), Is.Null);
    }

    [Test]
    public void OmeChannelsNamesAndOrder()
    {
        string xml = Ome + """
            <Image ID="Image:0"><Pixels DimensionOrder="XYZCT" Type="uint16" SizeX="4" SizeY="4" SizeZ="2" SizeC="3" SizeT="1">
            <Channel ID="a" Name="DAPI"/><Channel ID="b" Name="GFP"/><Channel ID="c" Name="Cy5"/><TiffData IFD="0" PlaneCount="6"/>
            </Pixels></Image></OME>
            """;
        PageMeaning meaning = Meaning(xml, 6, 2)!;
        Assert.That((meaning.Source, meaning.Channels, meaning.Slices), Is.EqualTo(("OME-XML", 3, 2)));
        Assert.That(meaning.ChannelNames, Is.EqualTo(new[] { "DAPI", "GFP", "Cy5" }));
        // Slices change first, so that the channels of the second slice are every other page.
        Assert.That(meaning.PagesOfChannels(2), Is.EqualTo(new[] { 2, 4, 6 }));
        Assert.That(meaning.PagesOfChannels(5), Is.EqualTo(new[] { 1, 3, 5 }));
    }

    [Test]
    public void EachImageOfOmeHasItsOwnPagesAndPixelSize()
    {
        string xml = Ome + """
            <Image ID="Image:0"><Pixels DimensionOrder="XYCZT" SizeZ="2" SizeC="1" SizeT="1"
              PhysicalSizeX="0.25" PhysicalSizeY="0.5"><TiffData/></Pixels></Image>
            <Image ID="Image:1"><Pixels DimensionOrder="XYCZT" SizeZ="1" SizeC="2" SizeT="1" PhysicalSizeX="3" PhysicalSizeXUnit="nm"
              PhysicalSizeY="0.004" PhysicalSizeYUnit="µm"><TiffData IFD="2"/><TiffData IFD="3"/></Pixels></Image></OME>
            """;
        Assert.That(Size(xml, 4, 2), Is.EqualTo(new PixelSize(0.25, 0.5, "micron")));
        Assert.That(Size(xml, 4, 3), Is.EqualTo(new PixelSize(3, 4, "nm")).Using<PixelSize>(
            (a, b) => a.Unit == b.Unit && a.X == b.X && Math.Abs(a.Y - b.Y) < 1e-12));
        Assert.That(Meaning(xml, 4, 4)!.First, Is.EqualTo(3));
        Assert.That(Meaning(xml, 4, 4)!.PagesOfChannels(4), Is.EqualTo(new[] { 3, 4 }));
    }

    [TestCase("PhysicalSizeX=\"0\"")]
    [TestCase("PhysicalSizeX=\"-1\"")]
    [TestCase("PhysicalSizeX=\"1e999\"")]
    [TestCase("PhysicalSizeX=\"2\" PhysicalSizeXUnit=\"pixel\" PhysicalSizeY=\"2\" PhysicalSizeYUnit=\"nm\"")]
    [TestCase("PhysicalSizeX=\"nm\"")]
    public void SizesThatAreNone(string attributes)
    {
        Assert.That(Size($"{Ome}<Image><Pixels SizeC=\"1\" {attributes}></Pixels></Image></OME>", 1, 1), Is.Null);
    }

    [Test]
    public void EntitiesAreNotExpanded()
    {
        const string Laughs = "<!DOCTYPE OME [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;\">]>";
        Assert.That(
            Meaning($"<?xml version=\"1.0\"?>{Laughs}<OME><Image><Pixels SizeC=\"2\" Name=\"&b;\"/></Image></OME>", 2, 1), Is.Null);
    }

    private static PageMeaning? Meaning(string description, int pages, int page) =>
        With(description, pages, page, reader => reader.Meaning);

    private static PixelSize? Size(string description, int pages, int page) =>
        With(description, pages, page, reader => reader.Info.PixelSize);

    private static T With<T>(string description, int pages, int page, Func<ImageReader, T> what)
    {
        TiffBuilder[] stack = [.. Enumerable.Range(0, pages).Select(
            i => new TiffBuilder().Image(new byte[16], 4, 4, 1, SampleType.UInt8, compression: 8))];
        stack[0].Set(270, 2, [.. Encoding.UTF8.GetBytes(description + "\0").Select(b => (long)b)]);
        using var scratch = new Scratch();
        using ImageReader reader = ImageFile.Open($"{scratch.Put("d.tif", TiffBuilder.Build(stack, false, false))}#{page}");
        return what(reader);
    }
}
