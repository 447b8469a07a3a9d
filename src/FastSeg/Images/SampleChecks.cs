using System.Numerics;

namespace FastSeg.Images;

/// <summary>What samples must satisfy before filters see them.</summary>
internal static unsafe class SampleChecks
{
    /// <summary>Whether every float sample is finite; integers always are.</summary>
    public static bool AllFinite(byte* samples, long count, SampleType type) => AllWithin(samples, count, type, float.MaxValue);

    /// <summary>Whether no float sample is NaN or larger than <paramref name="limit"/> either way; integers never are.</summary>
    public static bool AllWithin(byte* samples, long count, SampleType type, float limit)
    {
        if (type != SampleType.Float32)
        {
            return true;
        }
        float* values = (float*)samples;
        var most = new Vector<float>(limit);
        Vector<int> within = Vector<int>.AllBitsSet;
        long i = 0;
        for (; i <= count - Vector<float>.Count; i += Vector<float>.Count)
        {
            within &= Vector.LessThanOrEqual(Vector.Abs(*(Vector<float>*)(values + i)), most);
        }
        bool all = within == Vector<int>.AllBitsSet;
        for (; i < count; i++)
        {
            all &= MathF.Abs(values[i]) <= limit;
        }
        return all;
    }

    /// <summary>Whether the three channels of every pixel are equal.</summary>
    public static bool AllGrey(byte* samples, long pixels, SampleType type) => type switch
    {
        SampleType.UInt8 => AllGrey(samples, pixels),
        SampleType.UInt16 => AllGrey((ushort*)samples, pixels),
        _ => AllGrey((float*)samples, pixels),
    };

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
    public static FastSegException FirstNotFinite(ImageReader reader) =>
        new SampleSearch(reader, reader.Info.Bounds) { LargestSample = float.MaxValue }.Failure(new RunOptions { Threads = 1 })
            ?? new FastSegException($"{reader.Info.Name} changed while it was read; run again.");

    /// <summary>Whether the image is grey: one channel, or three that are equal everywhere.</summary>
    public static bool IsGrey(ImageReader reader, RunOptions options) =>
        reader.Info.Channels == 1 || new SampleSearch(reader, reader.Info.Bounds) { Grey = true }.Failure(options) is null;

    private static bool AllGrey<T>(T* samples, long pixels) where T : unmanaged, IEquatable<T>
    {
        bool same = true;
        for (long i = 0; i < pixels; i++, samples += 3)
        {
            same &= samples[0].Equals(samples[1]) & samples[0].Equals(samples[2]);
        }
        return same;
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
