using System.Text;
using FastSeg.Tests.Images;
using FastSeg.Tests.Images.Tiff;
using NUnit.Framework;

namespace FastSeg.Tests.Channels;

/// <summary>Pages of a file that are channels of one image: ImageJ's composites without a word, others where that is asked for.</summary>
[TestFixture]
internal sealed class ChannelPagesTests
{
    private const int Width = 31, Height = 22;

    private static readonly ImageOptions FromPages = new() { ChannelsFromPages = true };

    [Test]
    public void AnImageJCompositeIsOneImage([Values(2, 3, 7, 16)] int channels, [Values] bool bigEndian)
    {
        byte[][] pages = Pages(channels, SampleType.UInt16);
        string description = $"ImageJ=1.54f\nimages={channels}\nchannels={channels}\nmode=composite\nloop=false\n";
        using var scratch = new Scratch();
        string path = scratch.Put("a.tif", File(pages, description, SampleType.UInt16, bigEndian));
        using ImageReader image = ImageFile.Open(path);
        ImageInfo info = image.Info;
        Assert.That((info.Channels, info.IsColour, info.Pages, info.Type), Is.EqualTo((channels, false, 1, SampleType.UInt16)));
        byte[] expected = Interleaved(pages, 2);
        Assert.That(Scratch.ReadAll(image), Is.EqualTo(expected));
        Readers.CheckRectangles(image, expected);
    }

    [Test]
    public void APageThatIsNamedIsThatPageAlone()
    {
        byte[][] pages = Pages(4, SampleType.UInt8);
        using var scratch = new Scratch();
        string path = scratch.Put("a.tif", File(pages, "ImageJ=1.54f\nimages=2\nchannels=2\nmode=composite\n", SampleType.UInt8));
        // The last two pages lie behind the stack that is described.
        for (int page = 1; page <= pages.Length; page++)
        {
            using ImageReader one = ImageFile.Open($"{path}#{page}");
            Assert.That(one.Info.Channels, Is.EqualTo(1));
            Assert.That(Scratch.ReadAll(one), Is.EqualTo(pages[page - 1]));
        }
        using ImageReader both = ImageFile.Open($"{path}#2", FromPages);
        Assert.That(Scratch.ReadAll(both), Is.EqualTo(Interleaved(pages[..2], 1)));
    }

    [Test]
    public void OtherPagesAreChannelsWhereThatIsAskedFor([Values("", "ImageJ=1.54f\nimages=4\nslices=4\n")] string description)
    {
        byte[][] pages = Pages(4, SampleType.UInt8);
        using var scratch = new Scratch();
        string path = scratch.Put("a.tif", File(pages, description, SampleType.UInt8));
        using (ImageReader page = ImageFile.Open(path + "#3"))
        {
            Assert.That(page.Info.Channels, Is.EqualTo(1));
            Assert.That(Scratch.ReadAll(page), Is.EqualTo(pages[2]));
        }
        using ImageReader image = ImageFile.Open(path, FromPages);
        Assert.That((image.Info.Channels, image.Info.Pages), Is.EqualTo((4, 1)));
        Assert.That(Scratch.ReadAll(image), Is.EqualTo(Interleaved(pages, 1)));
    }

    /// <summary>OME-XML says in which order pages change; the page that is named says which slice and frame.</summary>
    [TestCase("XYCZT", 1, new[] { 0, 1 })]
    [TestCase("XYCZT", 4, new[] { 2, 3 })]
    [TestCase("XYZCT", 1, new[] { 0, 3 })]
    [TestCase("XYZCT", 5, new[] { 1, 4 })]
    [TestCase("XYZTC", 6, new[] { 2, 5 })]
    public void OmeChannelsComeWithTheirNames(string order, int page, int[] channels)
    {
        byte[][] pages = Pages(6, SampleType.UInt16);
        string xml = $"<?xml version=\"1.0\"?><OME xmlns=\"http://www.openmicroscopy.org/Schemas/OME/2016-06\"><Image ID=\"Image:0\">" +
            $"<Pixels ID=\"Pixels:0\" DimensionOrder=\"{order}\" Type=\"uint16\" SizeX=\"{Width}\" SizeY=\"{Height}\" SizeC=\"2\" " +
            "SizeZ=\"3\" SizeT=\"1\"><Channel ID=\"Channel:0:0\" Name=\"DAPI\" SamplesPerPixel=\"1\"/>" +
            "<Channel ID=\"Channel:0:1\" Name=\"Cy 5\" SamplesPerPixel=\"1\"/><TiffData/></Pixels></Image></OME>";
        using var scratch = new Scratch();
        string path = scratch.Put("a.ome.tif", File(pages, xml, SampleType.UInt16));
        using (ImageReader alone = ImageFile.Open($"{path}#{page}"))
        {
            Assert.That(Scratch.ReadAll(alone), Is.EqualTo(pages[page - 1]), "without the option");
        }
        using ImageReader image = ImageFile.Open($"{path}#{page}", FromPages);
        Assert.That(image.Info.ChannelNames, Is.EqualTo((string[])["DAPI", "Cy 5"]));
        Assert.That(Scratch.ReadAll(image), Is.EqualTo(Interleaved([.. channels.Select(index => pages[index])], 2)));
    }

    /// <summary>
    /// Each plane says where it lies, in an order of the writer's own. Blocks that do not give every plane a page of its own, as in a set
    /// of several files, say nothing.
    /// </summary>
    [TestCase("510342", 1, new[] { 0, 3 })]
    [TestCase("510342", 2, new[] { 5, 1 })]
    [TestCase("510342", 6, new[] { 5, 1 })]
    [TestCase("510342", 4, new[] { 0, 3 })]
    [TestCase("510342", 3, new[] { 4, 2 })]
    [TestCase("510341", 1, new[] { 0, 1, 2, 3, 4, 5 })]
    [TestCase("012345", 3, new[] { 2, 3 })]
    public void OmePlanesThatLieInNoOrder(string directories, int page, int[] channels)
    {
        byte[][] pages = Pages(6, SampleType.UInt8);
        // The last plane comes first.
        string blocks = string.Concat(directories.Select((directory, plane) =>
            $"<TiffData FirstC=\"{plane % 2}\" FirstZ=\"{plane / 2}\" FirstT=\"0\" IFD=\"{directory}\" PlaneCount=\"1\"/>").Reverse());
        string xml = "<?xml version=\"1.0\"?><OME><Image ID=\"Image:0\"><Pixels DimensionOrder=\"XYCZT\" SizeC=\"2\" SizeZ=\"3\" " +
            $"SizeT=\"1\"><Channel ID=\"a\"/><Channel ID=\"b\"/>{blocks}</Pixels></Image></OME>";
        using var scratch = new Scratch();
        using ImageReader image = ImageFile.Open($"{scratch.Put("o.ome.tif", File(pages, xml, SampleType.UInt8))}#{page}", FromPages);
        Assert.That(Scratch.ReadAll(image), Is.EqualTo(Interleaved([.. channels.Select(index => pages[index])], 1)));
    }

    /// <summary>Writers say "SizeC=1" of pages of three samples, and no channel at all.</summary>
    [TestCase("1", "3")]
    [TestCase("1", "0")]
    [TestCase("0", "1")]
    [TestCase("2", "999999999")]
    public void OmeSizesThatFitNoPageAreNoFailure(string sizeC, string samples)
    {
        byte[][] pages = Pages(2, SampleType.UInt8);
        string xml = $"<?xml version=\"1.0\"?><OME><Image ID=\"Image:0\"><Pixels DimensionOrder=\"XYCZT\" SizeC=\"{sizeC}\" SizeZ=\"2\" " +
            $"SizeT=\"1\"><Channel ID=\"a\" SamplesPerPixel=\"{samples}\"/><TiffData IFD=\"1\"/><TiffData FirstZ=\"1\" IFD=\"0\"/>" +
            "</Pixels></Image></OME>";
        using var scratch = new Scratch();
        using ImageReader image = ImageFile.Open($"{scratch.Put("o.ome.tif", File(pages, xml, SampleType.UInt8))}#2");
        Assert.That(Scratch.ReadAll(image), Is.EqualTo(pages[1]));
    }

    [Test]
    public void PagesThatDifferOrAreTooManyAreRefused()
    {
        using var scratch = new Scratch();
        TiffBuilder first = Page(Pages(1, SampleType.UInt8)[0], SampleType.UInt8);
        TiffBuilder other = new TiffBuilder().Image(new byte[100], 10, 10, 1, SampleType.UInt8);
        string differ = scratch.Put("differ.tif", TiffBuilder.Build([first, other], false, false));
        Assert.That(
            () => ImageFile.Open(differ, FromPages),
            Throws.TypeOf<FastSegException>().With.Message.Contains("10 x 10").And.Message.Contains("31 x 22"));
        string many = scratch.Put("many.tif", File(Pages(17, SampleType.UInt8), "", SampleType.UInt8));
        Assert.That(
            () => ImageFile.Open(many, FromPages),
            Throws.TypeOf<FastSegException>().With.Message.Contains("17 pages").And.Message.Contains("16"));
        System.IO.File.Delete(differ);
        System.IO.File.Delete(many);
    }

    internal static byte[] File(byte[][] pages, string description, SampleType type, bool bigEndian = false)
    {
        TiffBuilder[] builders = [.. pages.Select(page => Page(page, type, bigEndian))];
        if (description.Length > 0)
        {
            builders[0].Set(270, 2, [.. Encoding.UTF8.GetBytes(description).Select(letter => (long)letter), 0]);
        }
        return TiffBuilder.Build(builders, bigEndian, false);
    }

    private static TiffBuilder Page(byte[] samples, SampleType type, bool bigEndian = false) =>
        new TiffBuilder { BigEndian = bigEndian }.Image(samples, Width, Height, 1, type, compression: bigEndian ? 1 : 8);

    private static byte[][] Pages(int count, SampleType type) =>
        [.. Enumerable.Range(0, count).Select(page => Scratch.Samples(Width, Height, 1, type, seed: page + 1))];

    private static byte[] Interleaved(byte[][] pages, int bytes) => [.. Enumerable.Range(0, Width * Height)
        .SelectMany(i => pages.SelectMany(page => page.AsSpan(i * bytes, bytes).ToArray()))];
}
