using System.Numerics;
using System.Runtime.InteropServices;

namespace FastSeg.Images;

/// <summary>What a tile's samples must satisfy before filters see them.</summary>
internal static unsafe class SampleChecks
{
    /// <summary>Rows read at a time when an offending pixel is looked for.</summary>
    private const int SearchRows = 64;

    /// <summary>Columns read at a time then.</summary>
    private const int SearchColumns = 16384;

    /// <summary>Whether every float sample is finite; integers always are.</summary>
    public static bool AllFinite(byte* samples, long count, SampleType type)
    {
        if (type != SampleType.Float32)
        {
            return true;
        }
        // x - x is 0 for finite x and NaN otherwise; NaN survives addition.
        float* values = (float*)samples;
        var sum = Vector<float>.Zero;
        long i = 0;
        for (; i <= count - Vector<float>.Count; i += Vector<float>.Count)
        {
            var v = *(Vector<float>*)(values + i);
            sum += v - v;
        }
        float rest = Vector.Sum(sum);
        for (; i < count; i++)
        {
            rest += values[i] - values[i];
        }
        return rest == 0;
    }

    /// <summary>
    /// Copies pixels from <paramref name="fromChannels"/> to <paramref name="toChannels"/> samples each: grey is repeated into RGB,
    /// RGB whose channels are equal becomes grey.
    /// </summary>
    /// <returns>False where a pixel's channels differ and grey was wanted.</returns>
    public static bool Adapt(byte* from, int fromChannels, byte* to, int toChannels, long pixels, SampleType type) => type switch
    {
        SampleType.UInt8 => Adapt(from, fromChannels, to, toChannels, pixels),
        SampleType.UInt16 => Adapt((ushort*)from, fromChannels, (ushort*)to, toChannels, pixels),
        _ => Adapt((float*)from, fromChannels, (float*)to, toChannels, pixels),
    };

    /// <summary>The failure that names the first sample, in reading order, that is NaN or infinite.</summary>
    public static FastSegException FirstNotFinite(ImageReader reader)
    {
        (long x, long y, float value) = Find(reader, static pixel =>
        {
            foreach (float sample in MemoryMarshal.Cast<byte, float>(pixel))
            {
                if (!float.IsFinite(sample))
                {
                    return sample;
                }
            }
            return 0f;
        });
        string what = float.IsNaN(value) ? "NaN" : value > 0 ? "infinite" : "minus infinite";
        return new FastSegException($"{reader.Info.Name}: the pixel at x {x}, y {y} is {what}; every sample must be a finite number.");
    }

    /// <summary>The failure that names the first pixel whose channels differ, in reading order.</summary>
    public static FastSegException FirstColour(ImageReader reader)
    {
        int sampleBytes = reader.Info.Type.Bytes();
        (long x, long y, _) = Find(reader, pixel => IsGrey(pixel, sampleBytes) ? 0f : 1f);
        return new FastSegException(
            $"{reader.Info.Name}: the pixel at x {x}, y {y} is coloured, but the model was trained on grey images; give a grey image or train on colour ones.");
    }

    /// <summary>Whether the image is grey: one channel, or three that are equal everywhere. Stops at the first pixel that is not.</summary>
    public static bool IsGrey(ImageReader reader)
    {
        if (reader.Info.Channels == 1)
        {
            return true;
        }
        int sampleBytes = reader.Info.Type.Bytes();
        return Find(reader, pixel => IsGrey(pixel, sampleBytes) ? 0f : 1f).Value == 0;
    }

    private static bool IsGrey(ReadOnlySpan<byte> pixel, int sampleBytes)
    {
        ReadOnlySpan<byte> first = pixel[..sampleBytes];
        return first.SequenceEqual(pixel.Slice(sampleBytes, sampleBytes)) && first.SequenceEqual(pixel[(2 * sampleBytes)..]);
    }

    private delegate float Verdict(ReadOnlySpan<byte> pixel);

    private static (long X, long Y, float Value) Find(ImageReader reader, Verdict verdict)
    {
        ImageInfo info = reader.Info;
        int columns = (int)Math.Min(info.Width, SearchColumns);
        byte[] rows = new byte[SearchRows * columns * info.PixelBytes];
        for (long y = 0; y < info.Height; y += SearchRows)
        {
            (long X, long Y, float Value) first = (0, long.MaxValue, 0f);
            for (long x = 0; x < info.Width; x += columns)
            {
                Region part = new Region(x, y, columns, SearchRows).Intersect(info.Bounds);
                reader.Read(part, rows);
                for (int i = 0; i < part.Pixels; i++)
                {
                    float value = verdict(rows.AsSpan(i * info.PixelBytes, info.PixelBytes));
                    long row = y + (i / part.Width);
                    if (value != 0 && row < first.Y)
                    {
                        first = (x + (i % part.Width), row, value);
                        break;
                    }
                }
            }
            if (first.Value != 0)
            {
                return first;
            }
        }
        return (0, 0, 0);
    }

    private static bool Adapt<T>(T* from, int fromChannels, T* to, int toChannels, long pixels) where T : unmanaged, IEquatable<T>
    {
        if (fromChannels == 1)
        {
            for (long i = 0; i < pixels; i++)
            {
                T grey = from[i];
                to[3 * i] = grey;
                to[(3 * i) + 1] = grey;
                to[(3 * i) + 2] = grey;
            }
            return true;
        }
        bool same = true;
        for (long i = 0; i < pixels; i++)
        {
            T red = from[3 * i];
            same &= red.Equals(from[(3 * i) + 1]) & red.Equals(from[(3 * i) + 2]);
            to[i] = red;
        }
        return same;
    }
}
