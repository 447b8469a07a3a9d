namespace FastSeg.Checks;

/// <summary>The largest difference between two results.</summary>
internal static class Deviation
{
    /// <summary>Largest difference of values; infinity where a value is NaN, or where the lengths differ.</summary>
    public static double OfValues(ReadOnlySpan<float> found, ReadOnlySpan<float> expected)
    {
        double largest = found.Length == expected.Length ? 0 : double.PositiveInfinity;
        for (int i = 0; i < Math.Min(found.Length, expected.Length); i++)
        {
            double difference = Math.Abs((double)found[i] - expected[i]);
            largest = Math.Max(largest, double.IsNaN(difference) ? double.PositiveInfinity : difference);
        }
        return largest;
    }

    /// <summary>
    /// Largest difference of values, which is 0 only where all bits agree. 0 and -0 differ by the smallest positive double; a NaN agrees
    /// with a NaN of the same bits only, and is infinitely far from everything else.
    /// </summary>
    public static double OfBits(ReadOnlySpan<float> found, ReadOnlySpan<float> expected)
    {
        double largest = found.Length == expected.Length ? 0 : double.PositiveInfinity;
        for (int i = 0; i < Math.Min(found.Length, expected.Length); i++)
        {
            bool same = BitConverter.SingleToInt32Bits(found[i]) == BitConverter.SingleToInt32Bits(expected[i]);
            double difference = Math.Abs((double)found[i] - expected[i]);
            double unequal = double.IsNaN(difference) ? double.PositiveInfinity : Math.Max(difference, double.Epsilon);
            largest = Math.Max(largest, same ? 0 : unequal);
        }
        return largest;
    }
}
