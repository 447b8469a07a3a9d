using System.Buffers.Binary;

namespace FastSeg.Images.Codecs;

/// <summary>Undoes what Blosc does to samples so that they compress better.</summary>
internal static class Unshuffling
{
    /// <summary>
    /// Puts bytes that were sorted by their place in a sample, all first bytes before all second ones, into samples. Bytes behind the last
    /// whole sample stay where they are.
    /// </summary>
    public static void Bytes(ReadOnlySpan<byte> from, Span<byte> to, int sample)
    {
        int count = from.Length / sample;
        for (int b = 0; b < sample; b++)
        {
            ReadOnlySpan<byte> plane = from.Slice(b * count, count);
            for (int i = 0, at = b; i < plane.Length; i++, at += sample)
            {
                to[at] = plane[i];
            }
        }
        from[(count * sample)..].CopyTo(to[(count * sample)..]);
    }

    /// <summary>
    /// The same for bits: those of equal place in a sample lie together, eight samples a byte. A block whose number of samples is no
    /// multiple of eight is not shuffled.
    /// </summary>
    public static void Bits(ReadOnlySpan<byte> from, Span<byte> to, int sample)
    {
        int count = from.Length / sample, row = count / 8;
        if (count % 8 != 0)
        {
            from.CopyTo(to);
            return;
        }
        Span<byte> eight = stackalloc byte[8];
        for (int b = 0; b < sample; b++)
        {
            for (int i = 0; i < row; i++)
            {
                for (int bit = 0; bit < 8; bit++)
                {
                    eight[bit] = from[((((b * 8) + bit) * row) + i)];
                }
                ulong bytes = Transpose(BinaryPrimitives.ReadUInt64LittleEndian(eight));
                BinaryPrimitives.WriteUInt64LittleEndian(eight, bytes);
                for (int k = 0, at = (i * 8 * sample) + b; k < 8; k++, at += sample)
                {
                    to[at] = eight[k];
                }
            }
        }
        from[(count * sample)..].CopyTo(to[(count * sample)..]);
    }

    /// <summary>Transposes a matrix of 8 x 8 bits, a row a byte: squares of 1, 2 and 4 bits across the diagonal change places.</summary>
    private static ulong Transpose(ulong x)
    {
        x = Swap(x, 7, 0x00AA00AA00AA00AA);
        x = Swap(x, 14, 0x0000CCCC0000CCCC);
        return Swap(x, 28, 0x00000000F0F0F0F0);
    }

    private static ulong Swap(ulong x, int distance, ulong mask)
    {
        ulong changed = (x ^ (x >> distance)) & mask;
        return x ^ changed ^ (changed << distance);
    }
}
