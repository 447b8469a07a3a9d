using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using FastSeg.Images;

namespace FastSeg.Features;

/// <summary>
/// Samples to floats: uint8 / 255, uint16 / 65535, float32 as it is. The division is correctly rounded: a product with the rounded
/// reciprocal, then one step that corrects it (equal to IEEE division for every uint8 and uint16; a test runs through them all).
/// </summary>
internal static unsafe class PixelRows<TLanes, TVector>
    where TLanes : struct, ILanes<TVector>
    where TVector : struct
{
    /// <summary>Writes pixels x .. x + count - 1 of row y, replicated past the source's bounds.</summary>
    public static void Read(in PixelSource source, long y, long x, int count, float* destination)
    {
        Region bounds = source.Bounds;
        long row = Math.Clamp(y, bounds.Y, bounds.Bottom - 1) - bounds.Y;
        // Columns that exist, at least one, so that there is something to replicate.
        long first = Math.Clamp(x, bounds.X, bounds.Right - 1), last = Math.Clamp(x + count - 1, bounds.X, bounds.Right - 1);
        int before = (int)Math.Min(Math.Max(bounds.X - x, 0), count - 1);
        int inside = (int)Math.Min(last - first + 1, count - before);
        long sample = (((row * bounds.Width) + (first - bounds.X)) * source.Channels) + source.Channel;
        Convert(source.Samples + (sample * source.Type.Bytes()), source.Type, source.Channels, inside, destination + before);
        new Span<float>(destination, before).Fill(destination[before]);
        int after = before + inside;
        new Span<float>(destination + after, count - after).Fill(destination[after - 1]);
    }

    private static void Convert(byte* from, SampleType type, int step, int count, float* to)
    {
        switch (type)
        {
            case SampleType.UInt8 when step == 1:
                Bytes(from, count, to);
                break;
            case SampleType.UInt8:
                ByteTriples(from, step, count, to);
                break;
            case SampleType.UInt16 when step == 1:
                Shorts((ushort*)from, count, to);
                break;
            case SampleType.UInt16:
                for (int i = 0; i < count; i++)
                {
                    to[i] = ((ushort*)from)[i * step] / 65535f;
                }
                break;
            default:
                Floats((float*)from, step, count, to);
                break;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Bytes(byte* from, int count, float* to)
    {
        int i = 0;
        for (; i <= count - TLanes.Count; i += TLanes.Count)
        {
            TLanes.Store(Quotient(TLanes.LoadBytes(from + i), 255), to + i);
        }
        for (; i < count; i++)
        {
            to[i] = from[i] / 255f;
        }
    }

    /// <summary>
    /// Every third byte: 16 of 48 at a time. The last two bytes of such a block belong to the pixel's other channels or to the next
    /// pixel, so the row's last pixels, behind which nothing may be read, are left to the scalar loop.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void ByteTriples(byte* from, int step, int count, float* to)
    {
        const byte No = 0x80;
        Vector128<byte> first = Vector128.Create(0, 3, 6, 9, 12, 15, No, No, No, No, No, No, No, No, No, No);
        Vector128<byte> second = Vector128.Create(No, No, No, No, No, No, 2, 5, 8, 11, 14, No, No, No, No, No);
        Vector128<byte> third = Vector128.Create(No, No, No, No, No, No, No, No, No, No, No, 1, 4, 7, 10, 13);
        byte* sixteen = stackalloc byte[16];
        int i = 0;
        for (; step == 3 && i < count - 16; i += 16)
        {
            byte* block = from + (3 * i);
            Vector128<byte> bytes = Ssse3.Shuffle(Vector128.Load(block), first)
                | Ssse3.Shuffle(Vector128.Load(block + 16), second)
                | Ssse3.Shuffle(Vector128.Load(block + 32), third);
            bytes.Store(sixteen);
            for (int j = 0; j < 16; j += TLanes.Count)
            {
                TLanes.Store(Quotient(TLanes.LoadBytes(sixteen + j), 255), to + i + j);
            }
        }
        for (; i < count; i++)
        {
            to[i] = from[i * step] / 255f;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Shorts(ushort* from, int count, float* to)
    {
        int i = 0;
        for (; i <= count - TLanes.Count; i += TLanes.Count)
        {
            TLanes.Store(Quotient(TLanes.LoadShorts(from + i), 65535), to + i);
        }
        for (; i < count; i++)
        {
            to[i] = from[i] / 65535f;
        }
    }

    /// <summary>Adding zero turns -0 into +0 and changes nothing else: min, max and sums then need no rule for the sign of zero.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Floats(float* from, int step, int count, float* to)
    {
        int i = 0;
        if (step == 1)
        {
            TVector zero = TLanes.Broadcast(0);
            for (; i <= count - TLanes.Count; i += TLanes.Count)
            {
                TLanes.Store(TLanes.Add(TLanes.Load(from + i), zero), to + i);
            }
        }
        for (; i < count; i++)
        {
            to[i] = from[i * step] + 0f;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector Quotient(TVector value, float divisor)
    {
        TVector reciprocal = TLanes.Broadcast(1 / divisor);
        TVector quotient = TLanes.Multiply(value, reciprocal);
        TVector rest = TLanes.Fma(quotient, TLanes.Broadcast(-divisor), value);
        return TLanes.Fma(rest, reciprocal, quotient);
    }
}
