using FastSeg.Files;
using FastSeg.Tests.Images.Tiff;
using NUnit.Framework;

namespace FastSeg.Tests.Images.Stacks;

/// <summary>Which images a path stands for.</summary>
internal sealed class ImageStackTests
{
    private const int Width = 9, Height = 7;

    [Test]
    public void AnImageJCompositeKeepsItsChannels()
    {
        using var scratch = new Scratch();
        // Two channels, three slices, two frames: pages in the order channel, slice, frame.
        const string Description =
            "ImageJ=1.54f\nimages=12\nchannels=2\nslices=3\nframes=2\nhyperstack=true\nmode=composite\nspacing=2.5\n";
        string path = Put(scratch, Description, 12);
        ImageStack stack = ImageFile.OpenStack(path + "#all")!;
        Assert.That((stack.Slices, stack.Frames, stack.SliceStep), Is.EqualTo((3, 2, 2.5)));
        for (int i = 0; i < 6; i++)
        {
            using ImageReader image = stack.Open(i);
            Assert.That(image.Info.Channels, Is.EqualTo(2));
            byte[] mixed = [.. Page(2 * i).Zip(Page((2 * i) + 1)).SelectMany(pair => (byte[])[pair.First, pair.Second])];
            Assert.That(Scratch.ReadAll(image), Is.EqualTo(mixed));
        }
    }

    [TestCase("", 4, 4, 1)]
    [TestCase("ImageJ=1.54f\nimages=4\nslices=2\nframes=2\n", 4, 2, 2)]
    [TestCase("ImageJ=1.54f\nimages=4\nchannels=2\nslices=2\nmode=grayscale\n", 4, 4, 1)]
    [TestCase("ImageJ=1.54f\nimages=9\nslices=9\n", 4, 4, 1)]
    [TestCase("", 1, 1, 1)]
    public void PagesAreSlicesUnlessTheFileSaysOtherwise(string description, int pages, int slices, int frames)
    {
        using var scratch = new Scratch();
        ImageStack stack = ImageFile.OpenStack(Put(scratch, description, pages) + "#all")!;
        Assert.That((stack.Slices, stack.Frames, stack.Count), Is.EqualTo((slices, frames, pages)));
        for (int i = 0; i < pages; i++)
        {
            using ImageReader image = stack.Open(i);
            Assert.That(Scratch.ReadAll(image), Is.EqualTo(Page(i)));
        }
        Assert.That(() => stack.Open(pages), Throws.InstanceOf<ArgumentOutOfRangeException>());
    }

    [Test]
    public void OneImageIsNoStack()
    {
        using var scratch = new Scratch();
        string path = Put(scratch, "", 2);
        Assert.That(ImageFile.OpenStack(path), Is.Null);
        Assert.That(ImageFile.OpenStack(path + "#2"), Is.Null);
        // A file that is called so is meant itself.
        File.Copy(path, path + "#all");
        Assert.That(ImageFile.OpenStack(path + "#all"), Is.Null);
    }

    [Test]
    public void SmallerCopiesAreNoSlices()
    {
        using var scratch = new Scratch();
        Pyramids.Tifffile.Run("pyramid.py", scratch.Folder);
        ImageStack stack = ImageFile.OpenStack(scratch["vips.tif"] + "#all")!;
        Assert.That(stack.Count, Is.EqualTo(1));
        stack = ImageFile.OpenStack(scratch["ome.ome.tif"] + "#all", new ImageOptions { Level = 1 })!;
        Assert.That(stack.Slices, Is.EqualTo(3));
        using ImageReader image = stack.Open(2);
        Assert.That(Scratch.ReadAll(image), Is.EqualTo(File.ReadAllBytes(scratch["2-1.raw"])));
    }

    [Test]
    public void NamesAreCountedAsPeopleDo()
    {
        string[] names = ["s10", "s9", "S1", "s01", "s1", "a", "s9b", "s", "s99999999999999999999999", "s100000000000000000000000"];
        Assert.That(names.Order(NaturalOrder.Instance), Is.EqualTo((string[])
            ["a", "s", "S1", "s01", "s1", "s9", "s9b", "s10", "s99999999999999999999999", "s100000000000000000000000"]));
    }

    private static byte[] Page(int i) => Scratch.Samples(Width, Height, 1, SampleType.UInt8, i + 1);

    private static string Put(Scratch scratch, string description, int pages)
    {
        TiffBuilder One(int i) => new TiffBuilder().Image(Page(i), Width, Height, 1, SampleType.UInt8);
        TiffBuilder[] all = [.. Enumerable.Range(0, pages).Select(One)];
        if (description.Length > 0)
        {
            all[0].Set(270, 2, [.. description.Select(letter => (long)letter), 0]);
        }
        return scratch.Put("s.tif", TiffBuilder.Build(all, bigEndian: false, bigTiff: false));
    }
}
