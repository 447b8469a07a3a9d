using System.Buffers.Binary;
using FastSeg.Files;

namespace FastSeg.Images.Pictures;

/// <summary>The chunks that a PNG consists of: length, four letters, data, CRC-32.</summary>
internal static class PngChunks
{
    /// <summary>The first bytes of every PNG.</summary>
    public static ReadOnlySpan<byte> Signature => [0x89, (byte)'P', (byte)'N', (byte)'G', 13, 10, 26, 10];

    /// <summary>The name of a chunk of text: a keyword, a zero, then Latin letters.</summary>
    public static ReadOnlySpan<byte> Text => "tEXt"u8;

    /// <summary>How the text begins that names the classes of a label map (<see cref="ClassText.Keyword"/>).</summary>
    public static ReadOnlySpan<byte> ClassKeyword => "fastseg\0"u8;

    /// <summary>The bytes of a whole chunk.</summary>
    public static byte[] Make(ReadOnlySpan<byte> type, ReadOnlySpan<byte> data)
    {
        byte[] chunk = new byte[12 + data.Length];
        BinaryPrimitives.WriteInt32BigEndian(chunk, data.Length);
        type.CopyTo(chunk.AsSpan(4));
        data.CopyTo(chunk.AsSpan(8));
        BinaryPrimitives.WriteUInt32BigEndian(chunk.AsSpan(8 + data.Length), Crc32.Of(type, data));
        return chunk;
    }
}
