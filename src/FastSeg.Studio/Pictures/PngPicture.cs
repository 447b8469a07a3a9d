using System.Buffers.Binary;
using System.IO.Compression;
using FastSeg.Images.Pictures;

namespace FastSeg.Studio.Pictures;

/// <summary>Makes PNGs for the page: 8 bits, grey or RGB.</summary>
internal static class PngPicture
{
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
        png.Write(PngChunks.Make("IDAT"u8, Deflate(values, width * channels, height)));
        png.Write(PngChunks.Make("IEND"u8, []));
        return png.ToArray();
    }

    private static ReadOnlySpan<byte> Deflate(byte[] values, int rowBytes, int height)
    {
        var packed = new MemoryStream(values.Length + 64);
        using (var deflate = new ZLibStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            byte[] rows = new byte[(rowBytes + 1) * height];
            for (int y = 0; y < height; y++)
            {
                // Byte 0 of a row stays 0: no filter.
                values.AsSpan(y * rowBytes, rowBytes).CopyTo(rows.AsSpan((y * (rowBytes + 1)) + 1));
            }
            deflate.Write(rows);
        }
        return packed.GetBuffer().AsSpan(0, (int)packed.Length);
    }
}
