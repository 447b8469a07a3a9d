using FastSeg.Images.Pictures;
using FastSeg.Tests.Images.Tiff;
using NetVips;
using NUnit.Framework;
using Region = FastSeg.Region;

namespace FastSeg.Tests.Images.Pictures;

/// <summary>PNG, JPEG and WebP, from files made by hand and by libvips.</summary>
public sealed class PictureReaderTests
{
    private const int Width = 53, Height = 37;

    [Test]
    public void GreyPngOfEveryDepth([Values(1, 2, 4, 8, 16)] int depth)
    {
        (byte[] file, int[] values) = Png(depth, 0);
        int most = (1 << depth) - 1;
        using var scratch = new Scratch();
        using ImageReader reader = ImageFile.Open(scratch.Put("g.png", file));
        Assert.That(reader.Info.Type, Is.EqualTo(depth == 16 ? SampleType.UInt16 : SampleType.UInt8));
        Assert.That(Values(reader), Is.EqualTo(values.Select(value => depth < 8 ? value * 255 / most : value)), "spread over 0..255");
        using ImageReader labels = ImageFile.OpenLabels(scratch["g.png"]);
        Assert.That(Values(labels), Is.EqualTo(values.Select(value => depth is 2 or 4 ? value * 255 / most : value)), "as Pillow has it");
        Readers.CheckRectangles(reader, Scratch.ReadAll(reader));
    }

    [Test]
    public void PalettePngOfEveryDepthKeepsItsIndices([Values(1, 2, 4, 8)] int depth, [Values] bool transparency)
    {
        byte[] palette = [.. Enumerable.Range(0, 3 << depth).Select(i => (byte)(i * 37))];
        var extra = new List<byte[]> { PngChunks.Make("tEXt"u8, "Comment\0x"u8), PngChunks.Make("PLTE"u8, palette) };
        if (transparency)
        {
            extra.Add(PngChunks.Make("tRNS"u8, [0, 128]));
        }
        (byte[] file, int[] values) = Png(depth, 3, [.. extra]);
        using var scratch = new Scratch();
        using ImageReader labels = ImageFile.OpenLabels(scratch.Put("p.png", file));
        Assert.That((labels.Info.Channels, labels.Info.Type), Is.EqualTo((1, SampleType.UInt8)));
        Assert.That(Values(labels), Is.EqualTo(values));
        using ImageReader colours = ImageFile.Open(scratch["p.png"]);
        Assert.That(Scratch.ReadAll(colours), Is.EqualTo(values.SelectMany(i => palette.AsSpan(3 * i, 3).ToArray())));
    }

    [Test]
    public void LibvipsPngsComeBackWithoutAlpha([Values(1, 2, 3, 4)] int channels, [Values] bool sixteen, [Values] bool interlaced)
    {
        SampleType type = sixteen ? SampleType.UInt16 : SampleType.UInt8;
        byte[] samples = Scratch.Samples(Width, Height, channels, type);
        using var scratch = new Scratch();
        using (Image image = Picture(samples, channels, type))
        {
            image.Pngsave(scratch["v.png"], interlace: interlaced);
        }
        using ImageReader reader = ImageFile.Open(scratch["v.png"]);
        int kept = channels < 3 ? 1 : 3, size = type.Bytes();
        byte[] expected = [.. samples.Chunk(channels * size).SelectMany(pixel => pixel.Take(kept * size))];
        Assert.That((reader.Info.Channels, reader.Info.Type), Is.EqualTo((kept, type)));
        Assert.That(Scratch.ReadAll(reader), Is.EqualTo(expected));
        Readers.CheckRectangles(reader, expected);
    }

    [Test]
    public void JpegAndWebpAreWhatLibvipsDecodes(
        [Values("jpg", "progressive.jpg", "webp", "lossless.webp")] string name, [Values(1, 3)] int channels)
    {
        using var scratch = new Scratch();
        using (Image image = Picture(Scratch.Samples(Width, Height, channels, SampleType.UInt8), channels, SampleType.UInt8))
        {
            if (name.EndsWith("jpg", StringComparison.Ordinal))
            {
                image.Jpegsave(scratch[name], q: 80, interlace: name.StartsWith('p'));
            }
            else
            {
                image.Webpsave(scratch[name], lossless: name.StartsWith('l'));
            }
        }
        using Image peer = Image.NewFromFile(scratch[name]);
        using ImageReader reader = ImageFile.Open(scratch[name]);
        Assert.That(reader.Info.Channels, Is.EqualTo(peer.Bands));
        Assert.That(Scratch.ReadAll(reader), Is.EqualTo(peer.WriteToMemory<byte>()));
        Readers.CheckRectangles(reader, Scratch.ReadAll(reader));
    }

    [Test]
    public void RgbLabelsCountAsGreyWhereTheirChannelsAreEqual([Values("png", "tif")] string extension)
    {
        byte[] grey = Scratch.Samples(Width, Height, 1, SampleType.UInt8);
        byte[] rgb = [.. grey.SelectMany(value => new[] { value, value, value })];
        using var scratch = new Scratch();
        Save(scratch, rgb, extension);
        using (ImageReader labels = ImageFile.OpenLabels(scratch["a." + extension]))
        {
            Assert.That(Scratch.ReadAll(labels), Is.EqualTo(grey));
            Readers.CheckRectangles(labels, grey);
        }
        rgb[(3 * ((20 * Width) + 7)) + 1]++;
        Save(scratch, rgb, extension);
        using ImageReader coloured = ImageFile.OpenLabels(scratch["a." + extension]);
        byte[] strokes = Scratch.ReadAll(coloured);
        Assert.That(strokes.Count(value => value == strokes[(20 * Width) + 7]), Is.EqualTo(1), "a colour of its own is a class of its own");
    }

    /// <summary>A PNG of random samples, one a pixel, and the samples.</summary>
    internal static (byte[] File, int[] Values) Png(int depth, int colourType, params byte[][] extra)
    {
        var random = new Random(depth);
        int[] values = [.. Enumerable.Range(0, Width * Height).Select(_ => random.Next(1 << depth))];
        int rowBytes = ((Width * depth) + 7) / 8;
        byte[] raw = new byte[Height * (rowBytes + 1)];
        for (int i = 0; i < values.Length; i++)
        {
            int row = (i / Width * (rowBytes + 1)) + 1, x = i % Width;
            if (depth == 16)
            {
                raw[row + (2 * x)] = (byte)(values[i] >> 8);
                raw[row + (2 * x) + 1] = (byte)values[i];
            }
            else
            {
                raw[row + (x * depth / 8)] |= (byte)(values[i] << (8 - depth - (x * depth % 8)));
            }
        }
        byte[] header = [0, 0, 0, Width, 0, 0, 0, Height, (byte)depth, (byte)colourType, 0, 0, 0];
        byte[] file = [.. PngChunks.Signature, .. PngChunks.Make("IHDR"u8, header), .. extra.SelectMany(chunk => chunk),
            .. PngChunks.Make("IDAT"u8, TiffBuilder.Deflate(raw)), .. PngChunks.Make("IEND"u8, [])];
        return (file, values);
    }

    private static void Save(Scratch scratch, byte[] rgb, string extension)
    {
        using Image image = Picture(rgb, 3, SampleType.UInt8);
        image.WriteToFile(scratch["a." + extension]);
    }

    private static Image Picture(byte[] samples, int channels, SampleType type)
    {
        if (type == SampleType.UInt8)
        {
            using Image eight = Image.NewFromMemory(samples, Width, Height, channels, Enums.BandFormat.Uchar);
            return eight.Copy(interpretation: channels < 3 ? Enums.Interpretation.Bw : Enums.Interpretation.Srgb);
        }
        ushort[] values = System.Runtime.InteropServices.MemoryMarshal.Cast<byte, ushort>(samples).ToArray();
        using Image sixteen = Image.NewFromMemory(values, Width, Height, channels, Enums.BandFormat.Ushort);
        return sixteen.Copy(interpretation: channels < 3 ? Enums.Interpretation.Grey16 : Enums.Interpretation.Rgb16);
    }

    private static int[] Values(ImageReader reader)
    {
        byte[] bytes = Scratch.ReadAll(reader);
        return reader.Info.Type == SampleType.UInt8
            ? [.. bytes.Select(value => (int)value)]
            : [.. System.Runtime.InteropServices.MemoryMarshal.Cast<byte, ushort>(bytes).ToArray().Select(value => (int)value)];
    }
}
