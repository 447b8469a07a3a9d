using System.Numerics;
using System.Runtime.InteropServices;

namespace FastSeg.Studio.Pictures;

/// <summary>
/// Means of 2 x 2 pixels, rounded to the nearest, halves upwards. At an odd edge they are means of the pixels that there are. Floats that
/// are not finite count as missing; where all are missing, the mean is not a number.
/// </summary>
internal static class Halving
{
    /// <summary>Fills <paramref name="half"/>, which has half the size rounded up.</summary>
    public static void Run(SampleBlock whole, SampleBlock half)
    {
        for (int y = 0; y < half.Height; y++)
        {
            Span<byte> first = whole.Row(2 * y), second = whole.Row(Math.Min((2 * y) + 1, whole.Height - 1));
            switch (whole.Type)
            {
                case SampleType.UInt8:
                    Row<byte>(first, second, half.Row(y), whole.Channels);
                    break;
                case SampleType.UInt16:
                    Row(Cast<ushort>(first), Cast<ushort>(second), Cast<ushort>(half.Row(y)), whole.Channels);
                    break;
                case SampleType.Int16:
                    Row(Cast<short>(first), Cast<short>(second), Cast<short>(half.Row(y)), whole.Channels);
                    break;
                case SampleType.Int8:
                    Row(Cast<sbyte>(first), Cast<sbyte>(second), Cast<sbyte>(half.Row(y)), whole.Channels);
                    break;
                case SampleType.Float32:
                    FloatRow(Cast<float>(first), Cast<float>(second), Cast<float>(half.Row(y)), whole.Channels);
                    break;
                default:
                    throw SampleBlock.NotNarrow(whole.Type);
            }
        }
    }

    private static Span<T> Cast<T>(Span<byte> bytes) where T : struct => MemoryMarshal.Cast<byte, T>(bytes);

    /// <summary>
    /// A row of whole numbers. A pixel without a right neighbour, or a row without a lower one, is paired with itself, which gives the same
    /// mean as leaving it out.
    /// </summary>
    private static void Row<T>(ReadOnlySpan<T> first, ReadOnlySpan<T> second, Span<T> half, int channels)
        where T : unmanaged, IBinaryInteger<T>
    {
        int whole = first.Length / channels / 2 * channels;
        for (int i = 0; i < whole; i += channels)
        {
            for (int c = 0; c < channels; c++)
            {
                int left = (2 * i) + c, right = left + channels;
                half[i + c] = Mean(first[left], first[right], second[left], second[right]);
            }
        }
        for (int i = whole; i < half.Length; i++)
        {
            int last = first.Length - channels + i - whole;
            half[i] = Mean(first[last], first[last], second[last], second[last]);
        }
    }

    private static T Mean<T>(T a, T b, T c, T d) where T : unmanaged, IBinaryInteger<T> =>
        T.CreateTruncating((Wide(a) + Wide(b) + Wide(c) + Wide(d) + 2) >> 2);

    private static int Wide<T>(T sample) where T : unmanaged, IBinaryInteger<T> => int.CreateTruncating(sample);

    private static void FloatRow(ReadOnlySpan<float> first, ReadOnlySpan<float> second, Span<float> half, int channels)
    {
        int last = (first.Length / channels) - 1;
        for (int x = 0; x < half.Length / channels; x++)
        {
            int left = 2 * x * channels, right = Math.Min((2 * x) + 1, last) * channels;
            for (int c = 0; c < channels; c++)
            {
                half[(x * channels) + c] = Mean(first[left + c], first[right + c], second[left + c], second[right + c]);
            }
        }
    }

    private static float Mean(float a, float b, float c, float d)
    {
        // The sum of four finite floats fits a double, and is finite only where all four are.
        double sum = (double)a + b + c + d;
        if (double.IsFinite(sum))
        {
            return (float)(sum / 4);
        }
        double finite = 0;
        int count = 0;
        foreach (float value in (ReadOnlySpan<float>)[a, b, c, d])
        {
            finite += float.IsFinite(value) ? value : 0;
            count += float.IsFinite(value) ? 1 : 0;
        }
        return count == 0 ? float.NaN : (float)(finite / count);
    }
}
