using System.Collections.Concurrent;
using System.Runtime.InteropServices;

namespace FastSeg.Studio.Pictures;

/// <summary>
/// Which samples are black and which are white. What lies between is grey in proportion; what is no number is black.
/// </summary>
/// <param name="Low">The largest sample that is black.</param>
/// <param name="High">The smallest sample that is white; above <paramref name="Low"/>.</param>
internal readonly record struct Window(double Low, double High)
{
    private const int MostTables = 64;

    /// <summary>Tables for 16-bit samples, which take longer to make than a tile.</summary>
    private static readonly ConcurrentDictionary<(Window, SampleType), byte[]> Tables = new();

    /// <summary>What uint8 images are shown with: as they are.</summary>
    public static Window Bytes => new(0, byte.MaxValue);

    /// <summary>The 8-bit value of a sample.</summary>
    public byte Of(double sample)
    {
        double value = Math.Round((sample - Low) / (High - Low) * byte.MaxValue, MidpointRounding.AwayFromZero);
        // A comparison with what is no number is false.
        return value >= byte.MaxValue ? byte.MaxValue : value > 0 ? (byte)value : (byte)0;
    }

    /// <summary>The 8-bit values of all samples of a block.</summary>
    public byte[] Apply(SampleBlock block)
    {
        byte[] values = new byte[block.Width * block.Height * block.Channels];
        if (block.Type == SampleType.Float32)
        {
            ReadOnlySpan<float> samples = MemoryMarshal.Cast<byte, float>(block.Bytes);
            for (int i = 0; i < values.Length; i++)
            {
                values[i] = Of(samples[i]);
            }
        }
        else if (block.Type.Bytes() > 1)
        {
            // Both 16-bit types index the table by their bits.
            Look(MemoryMarshal.Cast<byte, ushort>(block.Bytes), Table(block.Type), values);
        }
        else if (this == Bytes && block.Type == SampleType.UInt8)
        {
            block.Bytes.CopyTo(values);
        }
        else
        {
            Look(block.Bytes, Table(block.Type), values);
        }
        return values;
    }

    private static void Look(ReadOnlySpan<byte> samples, byte[] table, byte[] values)
    {
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = table[samples[i]];
        }
    }

    private static void Look(ReadOnlySpan<ushort> samples, byte[] table, byte[] values)
    {
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = table[samples[i]];
        }
    }

    /// <summary>The 8-bit value of every bit pattern of a sample.</summary>
    private byte[] Table(SampleType type)
    {
        if (Tables.Count > MostTables)
        {
            Tables.Clear();
        }
        return Tables.GetOrAdd((this, type), static key =>
        {
            byte[] table = new byte[1 << (8 * key.Item2.Bytes())];
            for (int bits = 0; bits < table.Length; bits++)
            {
                table[bits] = key.Item1.Of(key.Item2 switch
                {
                    SampleType.Int16 => (short)bits,
                    SampleType.Int8 => (sbyte)bits,
                    SampleType.UInt8 or SampleType.UInt16 => bits,
                    _ => throw SampleBlock.NotNarrow(key.Item2),
                });
            }
            return table;
        });
    }
}
