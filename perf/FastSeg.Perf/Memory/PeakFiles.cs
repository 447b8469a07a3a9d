using System.Buffers.Binary;
using NetVips;

namespace FastSeg.Perf.Memory;

/// <summary>The files whose runs are held against their plans: pictures of every kind, and what is trained on them.</summary>
internal static class PeakFiles
{
    private const int Side = 512;

    /// <summary>Names, and what writes the file of each.</summary>
    public static readonly IReadOnlyList<(string Name, int Channels, Action<string> Write)> Pictures =
    [
        ("4096 x 4096 TIFF", 1, path => SaveTiff(path, Grey(4096, 4096))),
        ("2048 x 2048 RGB TIFF, deflate", 3, path => Save(path, 2048, 2048, 3, image => image.TiffsaveBuffer(
            compression: Enums.ForeignTiffCompression.Deflate, predictor: Enums.ForeignTiffPredictor.Horizontal, tile: true))),
        ("4096 x 4096 TIFF of a progressive JPEG", 1, path => SaveTiff(
            path, Coded(4096, 4096, 1, image => image.JpegsaveBuffer(interlace: true)), 7)),
        ("4096 x 4096 PNG", 1, path => Save(path, 4096, 4096, 1, image => image.PngsaveBuffer(compression: 1))),
        ("100000 x 150 RGB PNG", 3, path => Save(path, 100_000, 150, 3, image => image.PngsaveBuffer(compression: 1))),
        ("3000 x 3000 RGB PNG, interlaced", 3, path => Save(
            path, 3000, 3000, 3, image => image.PngsaveBuffer(compression: 1, interlace: true))),
        ("4096 x 4096 RGB JPEG", 3, path => Save(path, 4096, 4096, 3, image => image.JpegsaveBuffer())),
        ("4096 x 4096 RGB JPEG, progressive", 3, path => Save(
            path, 4096, 4096, 3, image => image.JpegsaveBuffer(interlace: true))),
        ("4000 x 3000 RGB WebP", 3, path => Save(path, 4000, 3000, 3, image => image.WebpsaveBuffer(effort: 0))),
        ("2500 x 2000 RGBA WebP, lossless", 3, path => Save(
            path, 2500, 2000, 4, image => image.WebpsaveBuffer(lossless: true, effort: 0))),
    ];

    /// <summary>Writes a picture to train on, and strokes of two classes: bands of rows, in turn.</summary>
    public static void SaveTraining(string image, string strokes, int channels)
    {
        Save(image, Side, Side, channels, picture => picture.PngsaveBuffer());
        byte[] drawn = new byte[Side * Side];
        for (int i = 0; i < drawn.Length; i++)
        {
            int row = i / Side;
            drawn[i] = (byte)(row % 128 < 40 ? 1 + (row / 128 % 2) : 0);
        }
        using Image labels = Image.NewFromMemory(drawn, Side, Side, 1, Enums.BandFormat.Uchar);
        File.WriteAllBytes(strokes, labels.PngsaveBuffer());
    }

    private static void Save(string path, int width, int height, int channels, Func<Image, byte[]> coded) =>
        File.WriteAllBytes(path, Coded(width, height, channels, coded));

    private static byte[] Coded(int width, int height, int channels, Func<Image, byte[]> coded)
    {
        byte[] samples = channels == 1 ? Grey(width, height) : Coloured(width, height, channels);
        using Image memory = Image.NewFromMemory(samples, width, height, channels, Enums.BandFormat.Uchar);
        using Image image = memory.Copy(interpretation: channels == 1 ? Enums.Interpretation.Bw : Enums.Interpretation.Srgb);
        return coded(image);
    }

    /// <summary>Micrographs side by side.</summary>
    private static byte[] Grey(int width, int height) => Coloured(width, height, 1);

    /// <summary>The same, in every channel another brightness.</summary>
    private static byte[] Coloured(int width, int height, int channels)
    {
        byte[] mosaic = PerfImages.Mosaic(Side), samples = new byte[width * height * channels];
        for (int i = 0; i < samples.Length; i++)
        {
            int pixel = i / channels;
            samples[i] = (byte)(mosaic[(pixel / width % Side * Side) + (pixel % width % Side)] >> (i % channels));
        }
        return samples;
    }

    /// <summary>A grey TIFF of 4096 x 4096 pixels in one strip, as it is or as a JPEG.</summary>
    private static void SaveTiff(string path, byte[] strip, int compression = 1)
    {
        const int Width = 4096, Entries = 8;
        byte[] head = new byte[8 + 2 + (12 * Entries) + 4];
        (int Tag, int Value)[] tags =
        [
            (256, Width), (257, Width), (258, 8), (259, compression), (262, 1), (273, head.Length), (278, Width), (279, strip.Length),
        ];
        "II*\0"u8.CopyTo(head);
        BinaryPrimitives.WriteInt32LittleEndian(head.AsSpan(4), 8);
        BinaryPrimitives.WriteInt16LittleEndian(head.AsSpan(8), Entries);
        for (int i = 0; i < Entries; i++)
        {
            // A number of the type "long", once.
            Span<byte> entry = head.AsSpan(10 + (12 * i));
            BinaryPrimitives.WriteInt16LittleEndian(entry, (short)tags[i].Tag);
            BinaryPrimitives.WriteInt16LittleEndian(entry[2..], 4);
            BinaryPrimitives.WriteInt32LittleEndian(entry[4..], 1);
            BinaryPrimitives.WriteInt32LittleEndian(entry[8..], tags[i].Value);
        }
        File.WriteAllBytes(path, [.. head, .. strip]);
    }
}
