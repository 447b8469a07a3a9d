using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using FastSeg.Images;
using FastSeg.Images.Samples;
using FastSeg.Simd;

namespace FastSeg.Features;

/// <summary>
/// Converts samples to floats: uint8 and int8 / 255, uint16 and int16 / 65535, float32 as it is but for -0, which becomes +0. Where
/// the image is standardised, all of them are instead multiplied and shifted as they are stored, in one rounding.
/// </summary>
/// <remarks>
/// Vectors divide by multiplying with the rounded reciprocal and correcting the product once. The quotient is correctly rounded for
/// every sample of up to 16 bits (a test runs through them all), so it has the bits of the scalar division that ends a row.
/// </remarks>
internal static unsafe class Pixels<TLanes, TVector>
    where TLanes : struct, ILanes<TVector>
    where TVector : struct
{
    /// <summary>
    /// Writes <paramref name="count"/> pixels of row <paramref name="y"/>, from column <paramref name="x"/> on. Outside of the source's
    /// bounds the nearest pixel is repeated.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Read(in PixelSource source, long y, long x, int count, float* destination)
    {
        Region bounds = source.Bounds;
        long row = Math.Clamp(y, bounds.Y, bounds.Bottom - 1) - bounds.Y;
        // The columns that exist, and of these at least one, so that there is a pixel to repeat.
        long first = Math.Clamp(x, bounds.X, bounds.Right - 1), last = Math.Clamp(x + count - 1, bounds.X, bounds.Right - 1);
        int before = (int)Math.Min(Math.Max(bounds.X - x, 0), count - 1);
        int inside = (int)Math.Min(last - first + 1, count - before);
        long sample = (((row * bounds.Width) + (first - bounds.X)) * source.Channels) + source.Channel;
        byte* from = source.Samples + (sample * source.Type.Bytes());
        Convert(from, source, inside, destination + before);
        new Span<float>(destination, before).Fill(destination[before]);
        int after = before + inside;
        new Span<float>(destination + after, count - after).Fill(destination[after - 1]);
    }

    private static void Convert(byte* from, in PixelSource source, int count, float* to)
    {
        if (source.Map.Standardises)
        {
            Convert(from, source, count, to, new Standardised(source.Map));
        }
        else if (source.Type == SampleType.Float32)
        {
            Floats((float*)from, source.Channels, count, to, default(AsStored));
        }
        else
        {
            Convert(from, source, count, to, new Divided(source.Type.Divisor()));
        }
    }

    private static void Convert<TMap>(byte* from, in PixelSource source, int count, float* to, TMap map) where TMap : struct, IMap
    {
        int step = source.Channels;
        switch (source.Type)
        {
            case SampleType.UInt8 when step == 1:
                Bytes(from, count, to, map);
                break;
            case SampleType.UInt8:
                ByteTriples(from, step, count, to, map);
                break;
            case SampleType.UInt16 when step == 1:
                Shorts((ushort*)from, count, to, map);
                break;
            case SampleType.UInt16:
                for (int i = 0; i < count; i++)
                {
                    to[i] = map.Of(((ushort*)from)[i * step]);
                }
                break;
            case SampleType.Int16 when step == 1:
                SignedShorts((short*)from, count, to, map);
                break;
            case SampleType.Int16:
                for (int i = 0; i < count; i++)
                {
                    to[i] = map.Of(((short*)from)[i * step]);
                }
                break;
            case SampleType.Int8 when step == 1:
                SignedBytes((sbyte*)from, count, to, map);
                break;
            case SampleType.Int8:
                for (int i = 0; i < count; i++)
                {
                    to[i] = map.Of(((sbyte*)from)[i * step]);
                }
                break;
            case SampleType.Float32:
                Floats((float*)from, step, count, to, map);
                break;
            default:
                throw source.Type.NotNarrow();
        }
    }

    /// <summary>Whole vectors, then the rest of the row one by one: nothing may be read behind its last sample.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Bytes<TMap>(byte* from, int count, float* to, TMap map) where TMap : struct, IMap
    {
        int i = 0;
        for (; i <= count - TLanes.Count; i += TLanes.Count)
        {
            TLanes.Store(map.Of(TLanes.LoadBytes(from + i)), to + i);
        }
        for (; i < count; i++)
        {
            to[i] = map.Of(from[i]);
        }
    }

    /// <summary>
    /// Every third byte, 16 of a block of 48 at a time. A block ends two bytes behind the 16th sample, where another pixel may begin. The
    /// row's last pixels are therefore left to the scalar loop: behind them nothing may be read.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void ByteTriples<TMap>(byte* from, int step, int count, float* to, TMap map) where TMap : struct, IMap
    {
        // Each shuffle brings the wanted bytes of 16 to their places and zeroes the others ("No"); together they are the 16 samples.
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
                TLanes.Store(map.Of(TLanes.LoadBytes(sixteen + j)), to + i + j);
            }
        }
        for (; i < count; i++)
        {
            to[i] = map.Of(from[i * step]);
        }
    }

    /// <summary>As <see cref="Bytes{TMap}"/>, for uint16.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Shorts<TMap>(ushort* from, int count, float* to, TMap map) where TMap : struct, IMap
    {
        int i = 0;
        for (; i <= count - TLanes.Count; i += TLanes.Count)
        {
            TLanes.Store(map.Of(TLanes.LoadShorts(from + i)), to + i);
        }
        for (; i < count; i++)
        {
            to[i] = map.Of(from[i]);
        }
    }

    /// <summary>As <see cref="Bytes{TMap}"/>, for int16.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void SignedShorts<TMap>(short* from, int count, float* to, TMap map) where TMap : struct, IMap
    {
        int i = 0;
        for (; i <= count - TLanes.Count; i += TLanes.Count)
        {
            TLanes.Store(map.Of(TLanes.LoadSignedShorts(from + i)), to + i);
        }
        for (; i < count; i++)
        {
            to[i] = map.Of(from[i]);
        }
    }

    /// <summary>As <see cref="Bytes{TMap}"/>, for int8.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void SignedBytes<TMap>(sbyte* from, int count, float* to, TMap map) where TMap : struct, IMap
    {
        int i = 0;
        for (; i <= count - TLanes.Count; i += TLanes.Count)
        {
            TLanes.Store(map.Of(TLanes.LoadSignedBytes(from + i)), to + i);
        }
        for (; i < count; i++)
        {
            to[i] = map.Of(from[i]);
        }
    }

    /// <summary>As <see cref="Bytes{TMap}"/>, for float32.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Floats<TMap>(float* from, int step, int count, float* to, TMap map) where TMap : struct, IMap
    {
        int i = 0;
        if (step == 1)
        {
            for (; i <= count - TLanes.Count; i += TLanes.Count)
            {
                TLanes.Store(map.Of(TLanes.Load(from + i)), to + i);
            }
        }
        for (; i < count; i++)
        {
            to[i] = map.Of(from[i * step]);
        }
    }

    /// <summary>What becomes of a sample, in vectors and one by one, with equal bits.</summary>
    private interface IMap
    {
        /// <summary>A vector of samples.</summary>
        TVector Of(TVector stored);

        /// <summary>One sample.</summary>
        float Of(float stored);
    }

    /// <summary>Divides, correctly rounded: rest is what the first quotient leaves over, computed in one rounding.</summary>
    private readonly struct Divided(float divisor) : IMap
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TVector Of(TVector stored)
        {
            TVector reciprocal = TLanes.Broadcast(1 / divisor);
            TVector quotient = TLanes.Multiply(stored, reciprocal);
            TVector rest = TLanes.Fma(quotient, TLanes.Broadcast(-divisor), stored);
            return TLanes.Fma(rest, reciprocal, quotient);
        }

        public float Of(float stored) => stored / divisor;
    }

    /// <summary>Adds zero, which turns -0 into +0 and changes nothing else: no filter then needs a rule for the sign of zero.</summary>
    private readonly struct AsStored : IMap
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TVector Of(TVector stored) => TLanes.Add(stored, TLanes.Broadcast(0));

        public float Of(float stored) => stored + 0f;
    }

    /// <summary>One multiply-add, and zero for the sign of zero.</summary>
    private readonly struct Standardised(SampleMap map) : IMap
    {
        private readonly float _scale = map.Scale, _shift = map.Shift;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TVector Of(TVector stored) =>
            TLanes.Add(TLanes.Fma(stored, TLanes.Broadcast(_scale), TLanes.Broadcast(_shift)), TLanes.Broadcast(0));

        public float Of(float stored) => MathF.FusedMultiplyAdd(stored, _scale, _shift) + 0f;
    }
}
