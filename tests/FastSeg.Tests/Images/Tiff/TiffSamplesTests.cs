using System.Buffers.Binary;
using System.Globalization;
using FastSeg.Files;
using FastSeg.Images.Tiff;
using NUnit.Framework;

namespace FastSeg.Tests.Images.Tiff;

/// <summary>Samples that fill no whole bytes, bits in reverse, floats of 24 bits, and which samples of a pixel are channels.</summary>
public sealed class TiffSamplesTests
{
    private const int Width = 23, Height = 11;

    [Test]
    public void PackedSamplesAreTheNumbersThatTheyStandFor(
        [Values(1, 2, 3, 4, 5, 6, 7, 9, 10, 11, 12, 13, 14, 15, 17, 24, 31)] int bits,
        [Values(1, 3)] int channels,
        [Values(1, 8)] int compression,
        [Values] bool reversed)
    {
        const int Rows = 4;
        ulong[] values = [.. Enumerable.Range(0, Width * Height * channels).Select(i => (ulong)i * 2654435761 % (1UL << bits))];
        byte[][] strips = [.. Enumerable.Range(0, (Height + Rows - 1) / Rows).Select(strip => Enumerable.Range(0, Rows)
            .Where(row => (strip * Rows) + row < Height)
            .SelectMany(row => Pack(values.AsSpan(((strip * Rows) + row) * Width * channels, Width * channels), bits)).ToArray())];
        strips = [.. strips.Select(strip => compression == 8 ? TiffBuilder.Deflate(strip) : strip)];
        strips = [.. strips.Select(strip => reversed ? Reversed(strip) : strip)];
        // Whole bytes have a byte order: 24 bits in a big-endian file are the only ones whose bytes stand as their bits do.
        var builder = new TiffBuilder { BigEndian = bits == 24 };
        builder.Strips(Width, Height, bits, Rows, bits == 24 && compression == 1 ? [.. strips.Select(Swapped24)] : strips);
        builder.Set(259, 3, compression).Set(277, 3, channels).Set(258, 3, [.. Enumerable.Repeat((long)bits, channels)]);
        builder = reversed ? builder.Set(266, 3, 2) : builder;
        using var scratch = new Scratch();
        using TiffReader reader = Open(scratch.Put("p.tif", builder.Build()));
        SampleType type = bits <= 8 ? SampleType.UInt8 : bits <= 16 ? SampleType.UInt16 : SampleType.UInt32;
        Assert.That((reader.Info.Type, reader.Info.Bits, reader.Info.Channels), Is.EqualTo((type, bits, channels)));
        byte[] expected = [.. values.SelectMany(value => BitConverter.GetBytes(value).Take(type.Bytes()))];
        Assert.That(Scratch.ReadAll(reader), Is.EqualTo(expected));
        Readers.CheckRectangles(reader, expected);
    }

    [Test]
    public void SignedPackedSamplesKeepTheirSign([Values(3, 8, 12, 20)] int bits)
    {
        long[] values = [.. Enumerable.Range(0, Width * Height).Select(i => (i * 7919 % (1L << bits)) - (1L << (bits - 1)))];
        byte[] strip = [.. Enumerable.Range(0, Height).SelectMany(row => Pack(
            [.. values.AsSpan(row * Width, Width).ToArray().Select(value => (ulong)value & ((1UL << bits) - 1))], bits))];
        using var scratch = new Scratch();
        using TiffReader reader = Open(scratch.Put(
            "s.tif", new TiffBuilder().Strips(Width, Height, bits, Height, strip).Set(339, 3, 2).Build()));
        SampleType type = bits <= 8 ? SampleType.Int8 : bits <= 16 ? SampleType.Int16 : SampleType.Int32;
        Assert.That(reader.Info.Type, Is.EqualTo(type));
        Assert.That(
            Scratch.ReadAll(reader), Is.EqualTo(values.SelectMany(value => BitConverter.GetBytes(value).Take(type.Bytes())).ToArray()));
    }

    [Test]
    public void FloatsOf24Bits([Values] bool bigEndian)
    {
        // 1 bit of sign, 7 of exponent (63 for 1), 16 of fraction.
        (uint Stored, float Value)[] known =
        [
            (0x3F0000, 1f), (0x3F8000, 1.5f), (0xC00000, -2f), (0x400001, 2f + (2f / 65536)), (0x000000, 0f), (0x800000, -0f),
            (0x7F0000, float.PositiveInfinity), (0xFF0000, float.NegativeInfinity), (0x010000, MathF.Pow(2, -62)),
            (0x000001, MathF.Pow(2, -78)), (0x7EFFFF, MathF.Pow(2, 64) - MathF.Pow(2, 47)),
        ];
        byte[] strip = [.. known.SelectMany(pair => BitConverter.GetBytes(pair.Stored).Take(3))];
        var builder = new TiffBuilder { BigEndian = bigEndian };
        builder.Strips(known.Length, 1, 24, 1, strip).Set(339, 3, 3);
        using var scratch = new Scratch();
        using TiffReader reader = Open(scratch.Put("f.tif", builder.Build()));
        Assert.That(reader.Info.Bits, Is.EqualTo(24));
        byte[] got = Scratch.ReadAll(reader);
        for (int i = 0; i < known.Length; i++)
        {
            float value = BitConverter.ToSingle(got, 4 * i);
            Assert.That(BitConverter.SingleToInt32Bits(value), Is.EqualTo(BitConverter.SingleToInt32Bits(known[i].Value)), $"{value}");
        }
    }

    [TestCase(1, 2, null, 2, false)]
    [TestCase(1, 2, 0, 2, false)]
    [TestCase(1, 2, 1, 1, false)]
    [TestCase(1, 2, 2, 1, false)]
    [TestCase(1, 3, null, 3, false)]
    [TestCase(1, 16, null, 16, false)]
    [TestCase(2, 3, null, 3, true)]
    [TestCase(2, 4, null, 4, false)]
    [TestCase(2, 4, 0, 4, false)]
    [TestCase(2, 4, 1, 3, true)]
    [TestCase(2, 4, 2, 3, true)]
    public void AlphaIsDroppedAndOtherSamplesAreChannels(int photometric, int samples, int? extra, int channels, bool colour)
    {
        byte[] image = Scratch.Samples(Width, Height, samples, SampleType.UInt16);
        byte[] expected = [.. image.Chunk(2 * samples).SelectMany(pixel => pixel.Take(2 * channels))];
        using var scratch = new Scratch();
        foreach (bool separate in new[] { false, true })
        {
            TiffBuilder builder = new TiffBuilder().Image(image, Width, Height, samples, SampleType.UInt16, 8, separate: separate);
            builder.Set(262, 3, photometric);
            builder = extra is { } kind ? builder.Set(338, 3, kind) : builder;
            using TiffReader reader = Open(scratch.Put("e.tif", builder.Build()));
            Assert.That((reader.Info.Channels, reader.Info.IsColour), Is.EqualTo((channels, colour)));
            Assert.That(Scratch.ReadAll(reader), Is.EqualTo(expected), reader.Info.Format);
            Readers.CheckRectangles(reader, expected);
        }
    }

    [Test]
    public void AlphaBetweenChannelsIsDropped([Values] bool separate, [Values(1, 5)] int compression)
    {
        byte[] image = Scratch.Samples(Width, Height, 5, SampleType.UInt8);
        byte[] expected = [.. image.Chunk(5).SelectMany(pixel => new[] { pixel[0], pixel[1], pixel[2], pixel[4] })];
        using var scratch = new Scratch();
        using TiffReader reader = Open(scratch.Put("m.tif", new TiffBuilder().Image(
            image, Width, Height, 5, SampleType.UInt8, compression, separate: separate).Set(338, 3, 2, 0).Build()));
        Assert.That(Scratch.ReadAll(reader), Is.EqualTo(expected));
        Readers.CheckRectangles(reader, expected);
    }

    [TestCase(1)]
    [TestCase(2)]
    [TestCase(4)]
    [TestCase(12)]
    [TestCase(16)]
    public void PalettesOfOtherBits(int bits)
    {
        int colours = 1 << bits;
        ulong[] indices = [.. Enumerable.Range(0, Width * Height).Select(i => (ulong)(i * 7919 % colours))];
        long[] map = [.. Enumerable.Range(0, 3 * colours).Select(i => (long)(((i * 7919) + 9000) % 65536))];
        byte[] strip = [.. Enumerable.Range(0, Height).SelectMany(row => bits == 16
            ? indices.AsSpan(row * Width, Width).ToArray().SelectMany(index => BitConverter.GetBytes((ushort)index))
            : Pack(indices.AsSpan(row * Width, Width), bits))];
        using var scratch = new Scratch();
        string path = scratch.Put(
            "p.tif", new TiffBuilder().Strips(Width, Height, bits, Height, strip).Set(262, 3, 3).Set(320, 3, map).Build());
        using ImageReader image = ImageFile.Open(path);
        Assert.That((image.Info.Channels, image.Info.Type, image.Info.IsColour), Is.EqualTo((3, SampleType.UInt8, true)));
        Assert.That(Scratch.ReadAll(image), Is.EqualTo(indices.SelectMany(index => new[]
        {
            (byte)(map[index] >> 8), (byte)(map[(ulong)colours + index] >> 8), (byte)(map[(2 * (ulong)colours) + index] >> 8),
        }).ToArray()));
        using ImageReader labels = ImageFile.OpenLabels(path);
        Assert.That(
            Scratch.ReadAll(labels), Is.EqualTo(indices.SelectMany(
                index => BitConverter.GetBytes((ushort)index).Take(bits <= 8 ? 1 : 2)).ToArray()));
    }

    [Test]
    public void BitsInReverseUnderEveryCompression([Values(1, 5, 8, 32773)] int compression, [Values] SampleType type)
    {
        byte[] image = Scratch.Samples(Width, Height, 1, type);
        byte[] proper = new TiffBuilder().Image(image, Width, Height, 1, type, compression, rows: Height).Set(266, 3, 2).Build();
        // The strip begins behind the header, and the first directory value behind it.
        int strip = (int)Tag(proper, 279);
        Reversed(proper[8..(8 + strip)]).CopyTo(proper, 8);
        using var scratch = new Scratch();
        using TiffReader reader = Open(scratch.Put("r.tif", proper));
        Assert.That(Scratch.ReadAll(reader), Is.EqualTo(image));
    }

    /// <summary>
    /// libtiff on a little-endian machine swaps the floats of a big-endian file before it splits their bytes; tifffile, as Adobe's note
    /// says, does not.
    /// </summary>
    [Test]
    public void FloatsOfBigEndianFilesInBothOrders(
        [Values(SampleType.Float16, SampleType.Float32, SampleType.Float64)] SampleType type, [Values] bool libtiff)
    {
        byte[] image = Scratch.Samples(Width, Height, 1, type);
        int size = type.Bytes();
        byte[] given = libtiff ? [.. image.Chunk(size).SelectMany(sample => sample.Reverse())] : image;
        var builder = new TiffBuilder { BigEndian = true };
        builder.Image(given, Width, Height, 1, type, compression: 8, predictor: 3);
        using var scratch = new Scratch();
        using TiffReader reader = Open(scratch.Put("b.tif", builder.Build()));
        Assert.That(Scratch.ReadAll(reader), Is.EqualTo(image));
    }

    /// <summary>A strip of values that look as if their bytes were swapped, and one that tells nothing, are read like the others.</summary>
    [Test]
    public void TheOrderOfFloatsIsOneForThePage([Values] bool libtiff, [Values(0, 1, 2, 3)] int odd)
    {
        const int Strips = 4, Strip = 7 * Width * sizeof(float);
        byte[] image = Scratch.Samples(Width, Strips * 7, 1, SampleType.Float32);
        for (int i = odd * Strip; i < (odd + 1) * Strip; i += sizeof(float))
        {
            // About 3e-38; with its bytes swapped it is 3.0.
            BinaryPrimitives.WriteUInt32LittleEndian(image.AsSpan(i), 0x01234040);
        }
        image.AsSpan((odd + 1) % Strips * Strip, Strip).Clear();
        byte[] given = libtiff ? [.. image.Chunk(4).SelectMany(sample => sample.Reverse())] : image;
        var builder = new TiffBuilder { BigEndian = true };
        builder.Image(given, Width, Strips * 7, 1, SampleType.Float32, compression: 8, predictor: 3);
        using var scratch = new Scratch();
        string path = scratch.Put("p.tif", builder.Build());
        using TiffReader reader = Open(path);
        Assert.That(Scratch.ReadAll(reader), Is.EqualTo(image));
        // Whatever is read first.
        using TiffReader again = Open(path);
        Readers.CheckRectangles(again, image);
    }

    private static TiffReader Open(string path) => TiffReader.Open(InputFile.Open(path, path), 1, indices: false);

    /// <summary>A row of packed samples, by way of text: the highest bit first, filled up to a byte.</summary>
    private static byte[] Pack(ReadOnlySpan<ulong> values, int bits)
    {
        string text = string.Concat(values.ToArray().Select(value => Convert.ToString((long)value, 2).PadLeft(bits, '0')));
        return [.. text.PadRight((text.Length + 7) / 8 * 8, '0').Chunk(8)
            .Select(eight => byte.Parse(eight, NumberStyles.AllowBinarySpecifier, CultureInfo.InvariantCulture))];
    }

    private static byte[] Reversed(byte[] bytes) => [.. bytes.Select(
        value => Convert.ToByte(new string([.. Convert.ToString(value, 2).PadLeft(8, '0').Reverse()]), 2))];

    /// <summary>Undoes what the builder does to an uncompressed big-endian strip.</summary>
    private static byte[] Swapped24(byte[] strip) => [.. strip.Chunk(3).SelectMany(three => three.Reverse())];

    /// <summary>The value of a tag in the directory of a little-endian file.</summary>
    private static long Tag(byte[] file, ushort tag)
    {
        int at = BinaryPrimitives.ReadInt32LittleEndian(file.AsSpan(4)) + 2;
        while (BinaryPrimitives.ReadUInt16LittleEndian(file.AsSpan(at)) != tag)
        {
            at += 12;
        }
        return BinaryPrimitives.ReadUInt32LittleEndian(file.AsSpan(at + 8));
    }
}
