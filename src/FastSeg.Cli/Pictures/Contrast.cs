namespace FastSeg.Cli.Pictures;

/// <summary>Stretching values to what a screen shows; for display only.</summary>
internal static class Contrast
{
    private const double Tail = 0.001;

    /// <summary>The values that 0.1 % and 99.9 % of the samples lie below.</summary>
    public static (float Low, float High) Percentiles(ReadOnlySpan<float> samples)
    {
        float[] sorted = samples.ToArray();
        Array.Sort(sorted);
        int last = sorted.Length - 1;
        return (sorted[(int)Math.Round(Tail * last)], sorted[(int)Math.Round((1 - Tail) * last)]);
    }

    /// <summary>0 at <paramref name="low"/> and below, 255 at <paramref name="high"/> and above; mid-grey where they are equal.</summary>
    public static byte Stretch(float value, float low, float high)
    {
        if (!(high > low))
        {
            return value > low ? byte.MaxValue : value < low ? (byte)0 : (byte)128;
        }
        double share = ((double)value - low) / ((double)high - low);
        return (byte)Math.Round(255 * Math.Clamp(share, 0, 1));
    }
}
