namespace FastSeg.Files;

/// <summary>CRC-32 with the polynomial of PNG, zip and Ethernet.</summary>
internal static class Crc32
{
    private static readonly uint[] Table = BuildTable();

    /// <summary>The checksum of <paramref name="bytes"/> followed by <paramref name="more"/>.</summary>
    public static uint Of(ReadOnlySpan<byte> bytes, ReadOnlySpan<byte> more = default) =>
        ~Add(Add(uint.MaxValue, bytes), more);

    /// <summary>The checksum of the bytes of <paramref name="crc"/> followed by <paramref name="more"/>.</summary>
    public static uint More(uint crc, ReadOnlySpan<byte> more) => ~Add(~crc, more);

    private static uint Add(uint crc, ReadOnlySpan<byte> bytes)
    {
        foreach (byte b in bytes)
        {
            crc = Table[(crc ^ b) & 255] ^ (crc >> 8);
        }
        return crc;
    }

    /// <summary>For each byte, the remainder that it leaves after eight steps of the division.</summary>
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
