using System.Buffers.Binary;
using FastSeg.Images.Pictures;
using FastSeg.Tests.Images.Tiff;
using NetVips;
using NUnit.Framework;

namespace FastSeg.Tests.Images.Pictures;

/// <summary>How a file says its pixels should be turned. Pixels come as stored.</summary>
public sealed class OrientationTests
{
    private const int Width = 24, Height = 16;

    private static readonly byte[] Rgb = Scratch.Samples(Width, Height, 3, SampleType.UInt8);

    [Test]
    public void PicturesTellIt(
        [Values("jpg", "png", "webp")] string format, [Values] bool bigEndian, [Values(1, 3, 6, 8, 9)] int orientation)
    {
        using Image image = Image.NewFromMemory(Rgb, Width, Height, 3, Enums.BandFormat.Uchar)
            .Copy(interpretation: Enums.Interpretation.Srgb);
        byte[] exif = Exif(orientation, bigEndian);
        byte[] plain = format switch
        {
            "jpg" => image.JpegsaveBuffer(keep: Enums.ForeignKeep.None),
            "png" => image.PngsaveBuffer(keep: Enums.ForeignKeep.None),
            _ => image.WebpsaveBuffer(lossless: true, keep: Enums.ForeignKeep.None),
        };
        byte[] turned = format switch
        {
            "jpg" => [0xFF, 0xD8, 0xFF, 0xE1, 0, (byte)(8 + exif.Length), .. "Exif\0\0"u8, .. exif, .. plain[2..]],
            "png" => [.. plain[..33], .. PngChunks.Make("eXIf"u8, exif), .. plain[33..]],
            _ => WithChunk(plain, exif),
        };
        using var scratch = new Scratch();
        using ImageReader reader = ImageFile.Open(scratch.Put("o." + format, turned));
        Assert.That(reader.Info.Orientation, Is.EqualTo(orientation <= 8 ? orientation : 1));
        using ImageReader straight = ImageFile.Open(scratch.Put("s." + format, plain));
        Assert.That(straight.Info.Orientation, Is.EqualTo(1));
        Assert.That(Scratch.ReadAll(reader), Is.EqualTo(Scratch.ReadAll(straight)));
    }

    [Test]
    public void ATiffTellsIt([Values(1, 6, 0, 300)] int orientation)
    {
        using var scratch = new Scratch();
        using ImageReader reader = ImageFile.Open(scratch.Put(
            "o.tif", new TiffBuilder().Image(Rgb, Width, Height, 3, SampleType.UInt8).Set(274, 3, orientation).Build()));
        Assert.That(reader.Info.Orientation, Is.EqualTo(orientation == 6 ? 6 : 1));
        Assert.That(Scratch.ReadAll(reader), Is.EqualTo(Rgb));
    }

    /// <summary>A directory with one other entry and the orientation.</summary>
    private static byte[] Exif(int orientation, bool bigEndian)
    {
        byte[] exif = new byte[8 + 2 + 24 + 4];
        Span<byte> bytes = exif;
        (bigEndian ? "MM"u8 : "II"u8).CopyTo(bytes);
        foreach ((int at, int value) in new[] { (2, 42), (8, 2), (10, 256), (12, 3), (22, 274), (24, 3), (30, orientation) })
        {
            Write(bytes[at..], value, bigEndian);
        }
        Write(bytes[(bigEndian ? 6 : 4)..], 8, bigEndian);
        Write(bytes[(bigEndian ? 28 : 26)..], 1, bigEndian);
        return exif;
    }

    private static void Write(Span<byte> to, int value, bool bigEndian)
    {
        if (bigEndian)
        {
            BinaryPrimitives.WriteUInt16BigEndian(to, (ushort)value);
        }
        else
        {
            BinaryPrimitives.WriteUInt16LittleEndian(to, (ushort)value);
        }
    }

    private static byte[] WithChunk(byte[] webp, byte[] exif)
    {
        byte[] file = [.. webp, .. "EXIF"u8, (byte)exif.Length, 0, 0, 0, .. exif];
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(4), file.Length - 8);
        return file;
    }
}
