using BitMiracle.LibTiff.Classic;
using NetVips;
using NUnit.Framework;
using Image = NetVips.Image;
using LibTiff = BitMiracle.LibTiff.Classic.Tiff;

namespace FastSeg.Tests.Images.Tiff;

/// <summary>Compressions that <see cref="TiffReaderTests"/> does not go through, and YCbCr pixels.</summary>
public sealed class TiffCodecTests
{
    private const int Width = 61, Height = 47;

    /// <summary>192 bytes (7 i + i / 9) % 256 as liblzma packs them: alone, behind differences, behind a filter for programs.</summary>
    private const string Alone =
        "FD377A585A000000FF12D9410200210116000000742FE5A3E000BF002E5D0000020F570268C678CED810A6D8C0C948BAEBD1BA938AB815" +
        "697766631D52934BA6EB50C921EBFF8B9A5DA4B00000000000000142C00100000004F06CD0A8000AFC020000000000595A";

    private const string Differences =
        "FD377A585A0000016922DE3602010301002101167920C4EEE000BF000A5D00000248F7EF8E503C00000000009974FDAB000122C0010000" +
        "005EFF98D83E300D8B020000000001595A";

    private const string Programs =
        "FD377A585A000004E6D6B44602010400210116000D86351FE000BF002E5D0000020F570268C678CED810A6D8C0C948BAEBD1BA938AB815" +
        "697766631D52934BA6EB50C921EBFF8B9A5DA4B000000000009AE02377897320D100014AC00100000069723F3CB1C467FB020000000004" +
        "595A";

    [Test]
    public void Zstandard([Values(SampleType.UInt8, SampleType.UInt16, SampleType.Float32)] SampleType type, [Values] bool tiled,
        [Values(1, 2)] int predictor)
    {
        byte[] image = Scratch.Samples(Width, Height, 3, type);
        using var scratch = new Scratch();
        (int, int)? tile = tiled ? (16, 32) : null;
        byte[] file = new TiffBuilder().Image(image, Width, Height, 3, type, compression: 50000, predictor, tile: tile).Build();
        using ImageReader reader = ImageFile.Open(scratch.Put("z.tif", file));
        Assert.That(reader.Info.Format, Does.Contain("Zstandard"));
        Assert.That(Scratch.ReadAll(reader), Is.EqualTo(image));
        Readers.CheckRectangles(reader, image);
    }

    [TestCase(Alone)]
    [TestCase(Differences)]
    public void Lzma(string packed)
    {
        byte[] image = [.. Enumerable.Range(0, 192).Select(i => (byte)((7 * i) + (i / 9)))];
        using var scratch = new Scratch();
        byte[] xz = Convert.FromHexString(packed);
        using ImageReader reader = ImageFile.Open(scratch.Put("x.tif", Strip(xz, 16, 12, 34925)));
        Assert.That(Scratch.ReadAll(reader), Is.EqualTo(image));
        using ImageReader cut = ImageFile.Open(scratch.Put("c.tif", Strip(xz[..^60], 16, 12, 34925)));
        Assert.That(() => Scratch.ReadAll(cut), Throws.TypeOf<FastSegException>().With.Message.Contains("strip 0"));
    }

    [Test]
    public void LzmaWithFiltersThatAreNotReadIsRefused()
    {
        using var scratch = new Scratch();
        using ImageReader reader = ImageFile.Open(scratch.Put("x.tif", Strip(Convert.FromHexString(Programs), 16, 12, 34925)));
        Assert.That(() => Scratch.ReadAll(reader), Throws.TypeOf<FastSegException>().With.Message.Contains("filters other than"));
    }

    [TestCase(Compression.CCITTRLE)]
    [TestCase(Compression.CCITTRLEW)]
    [TestCase(Compression.CCITTFAX3)]
    [TestCase(Compression.CCITTFAX4)]
    public void Fax(Compression compression)
    {
        byte[] bits = [.. Enumerable.Range(0, Width * Height).Select(i => (byte)((i % Width / 7) + (i / Width / 5) & 1))];
        using var scratch = new Scratch();
        foreach (FillOrder order in new[] { FillOrder.MSB2LSB, FillOrder.LSB2MSB })
        {
            using (LibTiff tiff = LibTiff.Open(scratch["f.tif"], "w"))
            {
                tiff.SetField(TiffTag.IMAGEWIDTH, Width);
                tiff.SetField(TiffTag.IMAGELENGTH, Height);
                tiff.SetField(TiffTag.BITSPERSAMPLE, 1);
                tiff.SetField(TiffTag.SAMPLESPERPIXEL, 1);
                tiff.SetField(TiffTag.PHOTOMETRIC, Photometric.MINISBLACK);
                tiff.SetField(TiffTag.COMPRESSION, compression);
                tiff.SetField(TiffTag.FILLORDER, order);
                tiff.SetField(TiffTag.ROWSPERSTRIP, 20);
                for (int y = 0; y < Height; y++)
                {
                    byte[] row = [.. bits.Skip(y * Width).Take(Width).Chunk(8).Select(
                        eight => (byte)eight.Select((bit, i) => bit << (7 - i)).Sum())];
                    Assert.That(tiff.WriteScanline(row, y), Is.True);
                }
            }
            using ImageReader reader = ImageFile.Open(scratch["f.tif"]);
            Assert.That(reader.Info.Format, Does.Contain("CCITT fax"));
            Assert.That(Scratch.ReadAll(reader), Is.EqualTo(bits));
            Readers.CheckRectangles(reader, bits);
        }
    }

    [Test]
    public void WhiteFaxFollowsFromItsCodes()
    {
        // Of fax 4, the bit 1 repeats the line above, and the line above the first is white: 8 rows of 20 pixels.
        using var scratch = new Scratch();
        byte[] file = new TiffBuilder().Strips(20, 8, 1, 8, [0xFF, 0x00, 0x10, 0x01]).Set(259, 3, 4).Build();
        using ImageReader reader = ImageFile.Open(scratch.Put("w.tif", file));
        Assert.That(Scratch.ReadAll(reader), Is.EqualTo(new byte[160]));
        using ImageReader more = ImageFile.Open(scratch.Put("m.tif", new TiffBuilder().Strips(20, 9, 1, 9, [0xFF]).Set(259, 3, 4).Build()));
        Assert.That(() => Scratch.ReadAll(more), Throws.TypeOf<FastSegException>().With.Message.Contains("strip 0"));
    }

    /// <summary>libtiff, through libvips, decodes the same files with the same libjpeg.</summary>
    [Test]
    public void JpegIsWhatLibjpegMakesOfIt([Values(1, 3)] int channels, [Values] bool tiled, [Values(40, 95)] int quality)
    {
        byte[] noise = Scratch.Samples(150, 130, channels, SampleType.UInt8);
        using var scratch = new Scratch();
        using (Image image = Image.NewFromMemory(noise, 150, 130, channels, Enums.BandFormat.Uchar)
            .Copy(interpretation: channels == 3 ? Enums.Interpretation.Srgb : Enums.Interpretation.Bw))
        {
            image.Tiffsave(
                scratch["v.tif"], compression: Enums.ForeignTiffCompression.Jpeg, q: quality, tile: tiled, tileWidth: 64, tileHeight: 64);
        }
        using Image peer = Image.Tiffload(scratch["v.tif"]);
        byte[] expected = peer.WriteToMemory<byte>();
        using ImageReader reader = ImageFile.Open(scratch["v.tif"]);
        byte[] got = Scratch.ReadAll(reader);
        Assert.That(got, Is.EqualTo(expected), "colours are interpolated as libjpeg does");
        Readers.CheckRectangles(reader, got);
    }

    [Test]
    public void AProgressiveJpegIsCountedAndItsScansAreBounded([Values] bool progressive)
    {
        byte[] samples = Scratch.Samples(400, 300, 3, SampleType.UInt8);
        using Image image = Image.NewFromMemory(samples, 400, 300, 3, Enums.BandFormat.Uchar)
            .Copy(interpretation: Enums.Interpretation.Srgb);
        byte[] jpeg = image.JpegsaveBuffer(interlace: progressive);
        using var scratch = new Scratch();
        string path = scratch.Put("p.tif", Jpeg(jpeg, 400, 300));
        using ImageReader reader = ImageFile.Open(path);
        using Image peer = Image.JpegloadBuffer(jpeg);
        Assert.That(Scratch.ReadAll(reader), Is.EqualTo(peer.WriteToMemory<byte>()));
        // A sample's coefficient has two bytes.
        Assert.That(reader.HeldBytes(1), progressive ? Is.GreaterThan(400 * 300 * 3 * 3) : Is.LessThan((4 << 20) + (400 * 300 * 3)));
        if (progressive)
        {
            // The last scan again and again: each refines what is there already, so that the file stays valid for a while.
            int scan = jpeg.AsSpan().LastIndexOf((ReadOnlySpan<byte>)[0xFF, 0xDA]);
            byte[] many = [.. jpeg[..^2], .. Enumerable.Repeat(jpeg[scan..^2], 200).SelectMany(part => part), 0xFF, 0xD9];
            using ImageReader hostile = ImageFile.Open(scratch.Put("h.tif", Jpeg(many, 400, 300)));
            Assert.That(() => Scratch.ReadAll(hostile), Throws.TypeOf<FastSegException>().With.Message.Contains("scans, more than 100"));
        }
    }

    [Test]
    public void AJpegOfAnotherSizeThanItsStripIsRefused()
    {
        using Image image = Image.Black(64, 64, 3).Copy(interpretation: Enums.Interpretation.Srgb);
        using var scratch = new Scratch();
        using ImageReader reader = ImageFile.Open(scratch.Put("s.tif", Jpeg(image.JpegsaveBuffer(), 64, 80)));
        Assert.That(() => Scratch.ReadAll(reader), Throws.TypeOf<FastSegException>().With.Message.Contains("64 x 64 pixels"));
    }

    [Test]
    public void YCbCrThatIsNoJpeg([Values(1, 2, 4)] int across, [Values(1, 2, 4)] int down, [Values(1, 8)] int compression)
    {
        const int W = 10, H = 7;
        // Neutral colours leave the brightness; one block is red: Y 76, Cb 85, Cr 255 are (254, 0, 0) by ITU-R BT.601.
        var strip = new List<byte>();
        var expected = new byte[W * H * 3];
        for (int y = 0; y < H; y += down)
        {
            for (int x = 0; x < W; x += across)
            {
                bool red = x == 0 && y == 0;
                for (int i = 0; i < across * down; i++)
                {
                    (int column, int row) = (x + (i % across), y + (i / across));
                    byte brightness = red ? (byte)76 : (byte)((column * 20) + row);
                    strip.Add(brightness);
                    if (column < W && row < H)
                    {
                        byte[] pixel = red ? [254, 0, 0] : [brightness, brightness, brightness];
                        pixel.CopyTo(expected, ((row * W) + column) * 3);
                    }
                }
                strip.AddRange(red ? [85, 255] : [128, 128]);
            }
        }
        byte[] stored = compression == 8 ? TiffBuilder.Deflate([.. strip]) : [.. strip];
        byte[] file = new TiffBuilder().Strips(W, H, 8, H, stored).Set(258, 3, 8, 8, 8).Set(277, 3, 3).Set(262, 3, 6)
            .Set(530, 3, across, down).Set(259, 3, compression).Build();
        using var scratch = new Scratch();
        using ImageReader reader = ImageFile.Open(scratch.Put("y.tif", file));
        Assert.That(Scratch.ReadAll(reader), Is.EqualTo(expected));
        Readers.CheckRectangles(reader, expected);
    }

    [Test]
    public void ReferenceBlackAndWhiteStretchBrightness()
    {
        byte[] file = new TiffBuilder().Strips(3, 1, 8, 1, [16, 128, 128, 235, 128, 128, 126, 128, 128]).Set(258, 3, 8, 8, 8)
            .Set(277, 3, 3).Set(262, 3, 6).Set(530, 3, 1, 1).Set(532, 5, 16, 1, 235, 1, 128, 1, 240, 1, 128, 1, 240, 1).Build();
        using var scratch = new Scratch();
        using ImageReader reader = ImageFile.Open(scratch.Put("r.tif", file));
        // (126 - 16) 255 / 219 is 128.08.
        Assert.That(Scratch.ReadAll(reader), Is.EqualTo(new byte[] { 0, 0, 0, 255, 255, 255, 128, 128, 128 }));
    }

    /// <summary>A TIFF whose strip is LZMA.</summary>
    internal static byte[] Xz() => Strip(Convert.FromHexString(Differences), 16, 12, 34925);

    private static byte[] Strip(byte[] stored, int width, int height, int compression) =>
        new TiffBuilder().Strips(width, height, 8, height, stored).Set(259, 3, compression).Build();

    /// <summary>A TIFF with a JPEG of YCbCr as its only strip.</summary>
    internal static byte[] Jpeg(byte[] jpeg, int width, int height) =>
        new TiffBuilder().Strips(width, height, 8, height, jpeg).Set(258, 3, 8, 8, 8).Set(277, 3, 3).Set(262, 3, 6).Set(259, 3, 7).Build();
}
