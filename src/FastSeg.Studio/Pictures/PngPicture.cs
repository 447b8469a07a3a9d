using System.Buffers.Binary;
using System.IO.Compression;
using FastSeg.Images.Pictures;

namespace FastSeg.Studio.Pictures;

/// <summary>Makes PNGs for the page: 8 bits, grey or RGB.</summary>
internal static class PngPicture
{
    /// <summary>
    /// Differences are coded by their frequency alone. Micrographs are noisy: looking for repetitions takes twice as long and packs worse.
    /// </summary>
    private static readonly ZLibCompressionOptions Packing = new()
    {
        CompressionLevel = 1,
        CompressionStrategy = ZLibCompressionStrategy.HuffmanOnly,
    };

    /// <summary>The PNG of a block, seen through a window.</summary>
    public static byte[] Of(SampleBlock block, Window window) =>
        Encode(block.Width, block.Height, block.Channels, window.Apply(block));

    /// <summary>The PNG of 8-bit values, channels interleaved.</summary>
    public static byte[] Encode(int width, int height, int channels, byte[] values)
    {
        var png = new MemoryStream(values.Length + 256);
        png.Write(PngChunks.Signature);
        byte[] header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), height);
        header[8] = 8;
        // Colour type: 0 grey, 2 RGB.
        header[9] = (byte)(channels == 1 ? 0 : 2);
        png.Write(PngChunks.Make("IHDR"u8, header));
        png.Write(PngChunks.Make("IDAT"u8, Deflate(values, channels, width * channels, height)));
        png.Write(PngChunks.Make("IEND"u8, []));
        return png.ToArray();
    }

    private static ReadOnlySpan<byte> Deflate(byte[] values, int channels, int rowBytes, int height)
    {
        byte[] rows = new byte[(rowBytes + 1) * height];
        for (int y = 0; y < height; y++)
        {
            Subtract(values.AsSpan(y * rowBytes, rowBytes), channels, rows.AsSpan(y * (rowBytes + 1), rowBytes + 1));
        }
        var packed = new MemoryStream(rows.Length + 64);
        using (var deflate = new ZLibStream(packed, Packing, leaveOpen: true))
        {
            deflate.Write(rows);
        }
        return packed.GetBuffer().AsSpan(0, (int)packed.Length);
    }

    /// <summary>PNG's filter "Sub": each value less its left neighbour's.</summary>
    private static void Subtract(ReadOnlySpan<byte> values, int channels, Span<byte> row)
    {
        row[0] = 1;
        Span<byte> differences = row[1..];
        values[..channels].CopyTo(differences);
        for (int i = channels; i < values.Length; i++)
        {
            differences[i] = (byte)(values[i] - values[i - channels]);
        }
    }
}
