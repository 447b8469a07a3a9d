using FastSeg.Cli.Scaling;
using NUnit.Framework;

namespace FastSeg.Tests.Cli.Scaling;

/// <summary>Mosaics, pixel by pixel against what their images have at the same place.</summary>
internal sealed class MosaicTests
{
    private const int Width = 5, Height = 3;

    [Test]
    public void ImagesRepeatInAFixedOrder()
    {
        using var scratch = new TemporaryFolder();
        string[] files = [.. Enumerable.Range(0, 4).Select(image => Write(scratch, image, "<u2"))];
        const int Side = 600;
        Mosaic.Of(files).Save(scratch.File("mosaic.tif"), Side);
        using ImageReader reader = ImageFile.Open(scratch.File("mosaic.tif"));
        Assert.That((reader.Info.Width, reader.Info.Height, reader.Info.Type), Is.EqualTo((600L, 600L, SampleType.UInt16)));
        byte[] found = new byte[Side * Side * 2];
        reader.Read(reader.Info.Bounds, found);
        for (int i = 0; i < Side * Side; i++)
        {
            (int y, int x) = Math.DivRem(i, Side);
            int image = ((x / Width) + (y / Height * 3)) % 4;
            Assert.That(BitConverter.ToUInt16(found, 2 * i), Is.EqualTo(Value(image, x % Width, y % Height)), $"{x}, {y}");
        }
        Assert.That(Mosaic.Of(files).Pixels(Side), Is.EqualTo(found));
    }

    [Test]
    public void ImagesThatAreNotAlikeOrNotGreyAreRefused()
    {
        using var scratch = new TemporaryFolder();
        string one = Write(scratch, 0, "<u2"), other = Write(scratch, 1, "|u1"), colour = scratch.File("colour.npy");
        File.WriteAllBytes(colour, Npy.Bytes("|u1", "(2, 2, 3)", [.. Enumerable.Range(0, 12).Select(i => (byte)(i * 20))]));
        Assert.That(() => Mosaic.Of([one, other]), Throws.TypeOf<FastSegException>().With.Message.Contain("another size or sample type"));
        Assert.That(() => Mosaic.Of([colour]), Throws.TypeOf<FastSegException>().With.Message.Contain("3 channels"));
    }

    private static int Value(int image, int x, int y) => (1000 * image) + (10 * y) + x;

    private static string Write(TemporaryFolder scratch, int image, string type)
    {
        int bytes = type == "<u2" ? 2 : 1;
        byte[] samples = new byte[Width * Height * bytes];
        for (int i = 0; i < Width * Height; i++)
        {
            int value = Value(image, i % Width, i / Width);
            samples[bytes * i] = (byte)value;
            samples[(bytes * (i + 1)) - 1] = (byte)(value >> (8 * (bytes - 1)));
        }
        string path = scratch.File($"{image}{bytes}.npy");
        File.WriteAllBytes(path, Npy.Bytes(type, $"({Height}, {Width})", samples));
        return path;
    }
}
