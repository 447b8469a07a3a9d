using System.Numerics;

namespace FastSeg.Images.Tiff;

/// <summary>
/// Samples whose bits fill no whole bytes, as TIFF packs them: behind each other within a row, the highest bit first whatever the file's
/// byte order.
/// </summary>
internal static unsafe class BitUnpacker
{
    /// <summary>The bits of each byte in reverse order.</summary>
    private static readonly byte[] Reversed = [.. Enumerable.Range(0, 256).Select(value => (byte)Enumerable.Range(0, 8)
        .Sum(bit => (value >> bit & 1) << (7 - bit)))];

    /// <summary>Unpacks samples.</summary>
    /// <param name="from">The byte with the first sample's first bit.</param>
    /// <param name="skip">Bits of that byte in front of it.</param>
    /// <param name="bits">Bits of a sample, up to 32.</param>
    /// <param name="to">Where the first sample goes.</param>
    /// <param name="type">Type of the unpacked samples.</param>
    /// <param name="count">How many.</param>
    public static void Unpack(byte* from, int skip, int bits, byte* to, SampleType type, long count)
    {
        bool signed = IsSigned(type);
        switch (type.Bytes())
        {
            case 1:
                Unpack(from, skip, bits, signed, (byte*)to, count);
                break;
            case 2:
                Unpack(from, skip, bits, signed, (ushort*)to, count);
                break;
            default:
                Unpack(from, skip, bits, signed, (uint*)to, count);
                break;
        }
    }

    /// <summary>Widens floats of 24 bits (1 sign, 7 of exponent, 16 of fraction), low byte first.</summary>
    public static void UnpackFloat24(byte* from, float* to, long count)
    {
        for (long i = 0; i < count; i++, from += 3)
        {
            uint stored = from[0] | ((uint)from[1] << 8) | ((uint)from[2] << 16);
            uint sign = stored >> 23 << 31, exponent = stored >> 16 & 0x7F, fraction = stored & 0xFFFF;
            to[i] = exponent switch
            {
                0 => MathF.ScaleB(fraction, -62 - 16) * (sign == 0 ? 1 : -1),
                0x7F => BitConverter.UInt32BitsToSingle(sign | 0x7F800000 | (fraction << 7)),
                _ => BitConverter.UInt32BitsToSingle(sign | ((exponent + 127 - 63) << 23) | (fraction << 7)),
            };
        }
    }

    /// <summary>Widens integers of 24 bits, which are three bytes with the lowest first, to 32.</summary>
    public static void UnpackBytes(byte* from, uint* to, long count, SampleType type)
    {
        for (long i = 0; i < count; i++, from += 3)
        {
            to[i] = from[0] | ((uint)from[1] << 8) | ((uint)(IsSigned(type) ? (sbyte)from[2] : (int)from[2]) << 16);
        }
    }

    /// <summary>Reverses the bits of each byte, in place.</summary>
    public static void Reverse(Span<byte> bytes)
    {
        foreach (ref byte value in bytes)
        {
            value = Reversed[value];
        }
    }

    private static bool IsSigned(SampleType type) => type is SampleType.Int8 or SampleType.Int16 or SampleType.Int32;

    private static void Unpack<T>(byte* from, int skip, int bits, bool signed, T* to, long count) where T : unmanaged, IBinaryInteger<T>
    {
        ulong kept = (ulong)*from++ & (0xFFUL >> skip), mask = (1UL << bits) - 1;
        int have = 8 - skip;
        int unused = 64 - bits;
        for (long i = 0; i < count; i++)
        {
            for (; have < bits; have += 8)
            {
                kept = (kept << 8) | *from++;
            }
            have -= bits;
            ulong value = (kept >> have) & mask;
            to[i] = T.CreateTruncating(signed ? (ulong)((long)(value << unused) >> unused) : value);
        }
    }
}
