using System.Numerics;

namespace FastSeg.Images.Samples;

/// <summary>Tests and conversions that samples in memory go through before filters see them.</summary>
internal static unsafe class SampleChecks
{
    /// <summary>Whether every float sample is finite; integers always are.</summary>
    public static bool AllFinite(byte* samples, long count, SampleType type) => AllWithin(samples, count, type, SampleLimits.Finite);

    /// <summary>
    /// Whether every float sample lies between the limits. NaN does not, because it compares as false; integers always do.
    /// </summary>
    public static bool AllWithin(byte* samples, long count, SampleType type, SampleLimits limits)
    {
        if (type != SampleType.Float32)
        {
            return true;
        }
        float* values = (float*)samples;
        Vector<float> low = new(limits.Low), high = new(limits.High);
        Vector<int> within = Vector<int>.AllBitsSet;
        // Comparisons are gathered in a mask and looked at once at the end: wrong samples are rare, branches would not be.
        long i = 0;
        for (; i <= count - Vector<float>.Count; i += Vector<float>.Count)
        {
            Vector<float> some = *(Vector<float>*)(values + i);
            within &= Vector.LessThanOrEqual(low, some) & Vector.LessThanOrEqual(some, high);
        }
        bool all = within == Vector<int>.AllBitsSet;
        for (; i < count; i++)
        {
            all &= limits.Hold(values[i]);
        }
        return all;
    }

    /// <summary>A range that holds all samples, which must be finite, besides those that it held before.</summary>
    public static SampleLimits Range(float* samples, long count, SampleLimits before)
    {
        Vector<float> low = new(before.Low), high = new(before.High);
        long i = 0;
        for (; i <= count - Vector<float>.Count; i += Vector<float>.Count)
        {
            Vector<float> some = *(Vector<float>*)(samples + i);
            (low, high) = (Vector.Min(low, some), Vector.Max(high, some));
        }
        (float least, float most) = (before.Low, before.High);
        for (int lane = 0; lane < Vector<float>.Count; lane++)
        {
            (least, most) = (Math.Min(least, low[lane]), Math.Max(most, high[lane]));
        }
        for (; i < count; i++)
        {
            (least, most) = (Math.Min(least, samples[i]), Math.Max(most, samples[i]));
        }
        return new SampleLimits(least, most);
    }

    /// <summary>Whether the three channels of every pixel are equal.</summary>
    public static bool AllGrey(byte* samples, long pixels, SampleType type) => type switch
    {
        SampleType.UInt8 or SampleType.Int8 => AllGrey(samples, pixels),
        SampleType.UInt16 or SampleType.Int16 => AllGrey((ushort*)samples, pixels),
        SampleType.Float32 => AllGrey((float*)samples, pixels),
        _ => throw type.NotNarrow(),
    };

    /// <summary>
    /// Copies pixels and changes their channels: grey is repeated into RGB (1 to 3), or the first channel of RGB is taken (3 to 1).
    /// </summary>
    /// <returns>False where RGB was to become grey and some pixel's channels differ.</returns>
    public static bool Adapt(byte* from, int fromChannels, byte* to, int toChannels, long pixels, SampleType type) => type switch
    {
        SampleType.UInt8 or SampleType.Int8 => Adapt(from, fromChannels, to, toChannels, pixels),
        SampleType.UInt16 or SampleType.Int16 => Adapt((ushort*)from, fromChannels, (ushort*)to, toChannels, pixels),
        SampleType.Float32 => Adapt((float*)from, fromChannels, (float*)to, toChannels, pixels),
        _ => throw type.NotNarrow(),
    };

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
