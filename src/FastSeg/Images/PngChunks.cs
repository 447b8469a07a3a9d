using System.Buffers.Binary;

namespace FastSeg.Images;

/// <summary>What PNG files consist of: length, four letters, data, CRC-32.</summary>
internal static class PngChunks
{
    private static readonly uint[] Table = BuildTable();

    /// <summary>First bytes of every PNG.</summary>
    public static ReadOnlySpan<byte> Signature => [0x89, (byte)'P', (byte)'N', (byte)'G', 13, 10, 26, 10];

    /// <summary>CRC-32 (the polynomial of zip and Ethernet) over the four letters and the data.</summary>
    public static uint Crc(ReadOnlySpan<byte> type, ReadOnlySpan<byte> data)
    {
        uint crc = uint.MaxValue;
        foreach (byte b in type)
        {
            crc = Table[(crc ^ b) & 255] ^ (crc >> 8);
        }
        foreach (byte b in data)
        {
            crc = Table[(crc ^ b) & 255] ^ (crc >> 8);
        }
        return ~crc;
    }

    /// <summary>A whole chunk.</summary>
    public static byte[] Make(ReadOnlySpan<byte> type, ReadOnlySpan<byte> data)
    {
        byte[] chunk = new byte[12 + data.Length];
        BinaryPrimitives.WriteInt32BigEndian(chunk, data.Length);
        type.CopyTo(chunk.AsSpan(4));
        data.CopyTo(chunk.AsSpan(8));
        BinaryPrimitives.WriteUInt32BigEndian(chunk.AsSpan(8 + data.Length), Crc(type, data));
        return chunk;
    }

    private static uint[] BuildTable()
    {
        uint[] table = new uint[256];
        for (uint i = 0; i < 256; i++)
        {
            uint value = i;
            for (int bit = 0; bit < 8; bit++)
            {
                value = (value & 1) != 0 ? 0xEDB88320 ^ (value >> 1) : value >> 1;
            }
            table[i] = value;
        }
        return table;
    }
}
