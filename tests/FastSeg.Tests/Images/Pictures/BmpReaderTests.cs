using System.Buffers.Binary;
using NUnit.Framework;

namespace FastSeg.Tests.Images.Pictures;

/// <summary>BMP of every number of bits, made here byte by byte.</summary>
public sealed class BmpReaderTests
{
    private const int Width = 13, Height = 5;

    /// <summary>Colour i of a palette.</summary>
    private static byte[] Colour(int i) => [(byte)(i * 7), (byte)(255 - i), (byte)(i * 31)];

    [Test]
    public void PalettesAreColoursAsAnImageAndIndicesAsLabels([Values(1, 2, 4, 8)] int bits, [Values] bool topDown)
    {
        byte[] indices = Indices(bits);
        using var scratch = new Scratch();
        string path = scratch.Put("p.bmp", Bmp(bits, 0, [.. Rows(indices, bits, topDown)], topDown, Palette(bits, Colour)));
        byte[] expected = [.. indices.SelectMany(index => Colour(index))];
        Reads(path, 3, expected);
        using ImageReader labels = ImageFile.OpenLabels(path);
        Assert.That(Scratch.ReadAll(labels), Is.EqualTo(indices));
        Readers.CheckRectangles(labels, indices);
        // A palette of greys is a grey image.
        byte[] greys = Palette(bits, i => [(byte)(255 - i), (byte)(255 - i), (byte)(255 - i)]);
        path = scratch.Put("g.bmp", Bmp(bits, 0, [.. Rows(indices, bits, topDown)], topDown, greys));
        Reads(path, 1, [.. indices.Select(index => (byte)(255 - index))]);
        using ImageReader still = ImageFile.OpenLabels(path);
        Assert.That(Scratch.ReadAll(still), Is.EqualTo(indices));
    }

    [Test]
    public void ColoursOf24And32Bits([Values(24, 32)] int bits, [Values] bool topDown)
    {
        byte[] rgb = Scratch.Samples(Width, Height, 3, SampleType.UInt8);
        using var scratch = new Scratch();
        Reads(scratch.Put("c.bmp", Colours(bits, topDown, rgb)), 3, rgb);
    }

    /// <summary>A BMP of 24 or 32 bits.</summary>
    internal static byte[] Colours(int bits, bool topDown, byte[] rgb)
    {
        var rows = new List<byte[]>();
        for (int y = 0; y < Height; y++)
        {
            byte[] row = [.. rgb.AsSpan(y * Width * 3, Width * 3).ToArray().Chunk(3).SelectMany(
                pixel => bits == 24 ? new[] { pixel[2], pixel[1], pixel[0] } : [pixel[2], pixel[1], pixel[0], 77])];
            rows.Add([.. row, .. new byte[(4 - (row.Length % 4)) % 4]]);
        }
        return Bmp(bits, 0, [.. (topDown ? rows : Enumerable.Reverse(rows)).SelectMany(row => row)], topDown, []);
    }

    /// <summary>A BMP of runs.</summary>
    internal static byte[] Runs() => Bmp(8, 1, [4, 9, 0, 3, 1, 2, 3, 0, 0, 0, 0, 2, 2, 1, 3, 5, 0, 1], false, Palette(8, Colour));

    [TestCase(0, 0x7C00u, 0x3E0u, 0x1Fu)]
    [TestCase(3, 0xF800u, 0x7E0u, 0x1Fu)]
    public void ColoursOf16Bits(int compression, uint red, uint green, uint blue)
    {
        ushort[] values = [.. Enumerable.Range(0, Width * Height).Select(i => (ushort)(i * 991 % (compression == 0 ? 32768 : 65536)))];
        byte[] pixels = [.. values.Chunk(Width).SelectMany(row => row.SelectMany(value => BitConverter.GetBytes(value)).Append((byte)0)
            .Append((byte)0))];
        byte[] masks = [.. new[] { red, green, blue }.SelectMany(BitConverter.GetBytes)];
        using var scratch = new Scratch();
        byte[] expected = [.. values.SelectMany(value => new[] { red, green, blue }.Select(mask =>
        {
            uint unit = mask & (~mask + 1);
            return (byte)((value & mask) / unit * 255 / (mask / unit));
        }))];
        Reads(scratch.Put("s.bmp", Bmp(16, compression, pixels, true, compression == 3 ? masks : [])), 3, expected);
    }

    /// <summary>The levels of 5 and 6 bits as Pillow 9.4 reads them from such files; other programs round some of them up.</summary>
    [Test]
    public void LevelsOf5And6BitsAreThoseOfPillow()
    {
        byte[] five =
        [
            0, 8, 16, 24, 32, 41, 49, 57, 65, 74, 82, 90, 98, 106, 115, 123, 131, 139, 148, 156, 164, 172, 180, 189, 197, 205,
            213, 222, 230, 238, 246, 255,
        ];
        byte[] six =
        [
            0, 4, 8, 12, 16, 20, 24, 28, 32, 36, 40, 44, 48, 52, 56, 60, 64, 68, 72, 76, 80, 85, 89, 93, 97, 101, 105, 109, 113,
            117, 121, 125, 129, 133, 137, 141, 145, 149, 153, 157, 161, 165, 170, 174, 178, 182, 186, 190, 194, 198, 202, 206,
            210, 214, 218, 222, 226, 230, 234, 238, 242, 246, 250, 255,
        ];
        int[] numbers = [.. Enumerable.Range(0, Width * Height)];
        ushort[] values = [.. numbers.Select(i => (ushort)((i % 32 << 11) | (i % 64 << 5) | (31 - (i % 32))))];
        byte[] pixels = [.. values.Chunk(Width).SelectMany(row => row.SelectMany(BitConverter.GetBytes).Concat(new byte[2]))];
        byte[] masks = [.. new uint[] { 0xF800, 0x7E0, 0x1F }.SelectMany(BitConverter.GetBytes)];
        byte[] expected = [.. numbers.SelectMany(i => new[] { five[i % 32], six[i % 64], five[31 - (i % 32)] })];
        using var scratch = new Scratch();
        Reads(scratch.Put("l.bmp", Bmp(16, 3, pixels, true, masks)), 3, expected);
    }

    [Test]
    public void RunsOf8Bits()
    {
        // Row 0 (the lowest): 4 of colour 9, then 1, 2, 3 written out (and a byte to fill up), end of line. Row 1: left out. Row 2: from
        // column 2 on (a step of 2 right, 1 up), 3 of colour 5. The rest is colour 0.
        byte[] runs = [4, 9, 0, 3, 1, 2, 3, 0, 0, 0, 0, 2, 2, 1, 3, 5, 0, 1];
        byte[] indices = new byte[Width * Height];
        new byte[] { 9, 9, 9, 9, 1, 2, 3 }.CopyTo(indices, (Height - 1) * Width);
        new byte[] { 5, 5, 5 }.CopyTo(indices, ((Height - 3) * Width) + 2);
        using var scratch = new Scratch();
        string path = scratch.Put("r.bmp", Bmp(8, 1, runs, false, Palette(8, Colour)));
        Reads(path, 3, [.. indices.SelectMany(index => Colour(index))]);
        using ImageReader labels = ImageFile.OpenLabels(path);
        Assert.That(labels.HeldBytes(1), Is.GreaterThan(Width * Height));
        Assert.That(Scratch.ReadAll(labels), Is.EqualTo(indices));
    }

    [Test]
    public void RunsOf4Bits()
    {
        // 5 pixels of 1 and 2 in turns; three written out; end.
        byte[] runs = [5, 0x12, 0, 3, 0x34, 0x50, 0, 1];
        byte[] indices = new byte[Width * Height];
        new byte[] { 1, 2, 1, 2, 1, 3, 4, 5 }.CopyTo(indices, (Height - 1) * Width);
        using var scratch = new Scratch();
        using ImageReader labels = ImageFile.OpenLabels(scratch.Put("r.bmp", Bmp(4, 2, runs, false, Palette(4, Colour))));
        Assert.That(Scratch.ReadAll(labels), Is.EqualTo(indices));
    }

    [Test]
    public void DamageIsRefused()
    {
        using var scratch = new Scratch();
        byte[] good = Bmp(8, 0, [.. Rows(Indices(8), 8, false)], false, Palette(8, Colour));
        Refused(good[..^9], "truncated");
        Refused(good[..30], "damaged or no BMP");
        Refused(Bmp(8, 1, [9, 1], false, Palette(8, Colour)), "without their last run");
        Refused(Bmp(8, 1, [200, 1, 0, 1], false, Palette(8, Colour)), "goes past the image");
        Refused(Bmp(24, 5, [], false, []), "compression 5");
        byte[] wide = [.. good];
        BinaryPrimitives.WriteInt32LittleEndian(wide.AsSpan(18), int.MaxValue);
        Refused(wide, "truncated");
        byte[] runs = Bmp(8, 1, [9, 1, 0, 1], false, Palette(8, Colour));
        BinaryPrimitives.WriteInt32LittleEndian(runs.AsSpan(18), 1 << 20);
        BinaryPrimitives.WriteInt32LittleEndian(runs.AsSpan(22), 1 << 20);
        Refused(runs, "lies about its size");

        void Refused(byte[] file, string words)
        {
            string path = scratch.Put("d.bmp", file);
            Assert.That(
                () =>
                {
                    using ImageReader reader = ImageFile.Open(path);
                    Scratch.ReadAll(reader);
                },
                Throws.TypeOf<FastSegException>().With.Message.Contains(words).And.Message.StartsWith(path).And.Message.EndsWith("."));
        }
    }

    private static byte[] Indices(int bits) => [.. Enumerable.Range(0, Width * Height).Select(i => (byte)(i * 37 % (1 << bits)))];

    /// <summary>Rows of packed indices, each filled up to four bytes.</summary>
    private static IEnumerable<byte> Rows(byte[] indices, int bits, bool topDown)
    {
        IEnumerable<byte[]> rows = indices.Chunk(Width).Select(row => row.Chunk(8 / bits)
            .Select(part => (byte)part.Select((index, i) => index << (8 - bits - (i * bits))).Sum()).ToArray());
        return (topDown ? rows : rows.Reverse()).SelectMany(row => row.Concat(new byte[(4 - (row.Length % 4)) % 4]));
    }

    private static byte[] Palette(int bits, Func<int, byte[]> colour) => [.. Enumerable.Range(0, 1 << bits).SelectMany(i =>
    {
        byte[] rgb = colour(i);
        return new byte[] { rgb[2], rgb[1], rgb[0], 0 };
    })];

    private static byte[] Bmp(int bits, int compression, byte[] pixels, bool topDown, byte[] behindHeader)
    {
        byte[] header = new byte[54];
        "BM"u8.CopyTo(header);
        BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(10), 54 + behindHeader.Length);
        BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(14), 40);
        BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(18), Width);
        BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(22), topDown ? -Height : Height);
        BinaryPrimitives.WriteInt16LittleEndian(header.AsSpan(28), (short)bits);
        BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(30), compression);
        return [.. header, .. behindHeader, .. pixels];
    }

    private static void Reads(string path, int channels, byte[] expected)
    {
        using ImageReader reader = ImageFile.Open(path);
        Assert.That((reader.Info.Width, reader.Info.Height, reader.Info.Channels), Is.EqualTo((Width, Height, channels)));
        Assert.That(Scratch.ReadAll(reader), Is.EqualTo(expected), reader.Info.Format);
        Readers.CheckRectangles(reader, expected);
    }
}
