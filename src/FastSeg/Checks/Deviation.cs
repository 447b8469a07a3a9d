namespace FastSeg.Checks;

/// <summary>The largest difference between two results.</summary>
internal static class Deviation
{
    /// <summary>Largest difference of values; infinity where one is NaN, or where the lengths differ.</summary>
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
    /// The same, but 0 only where all bits agree: 0 and -0 differ by the smallest number there is, and a NaN agrees with one of its bits.
    /// </summary>
    public static double OfBits(ReadOnlySpan<float> found, ReadOnlySpan<float> expected)
    {
        double largest = found.Length == expected.Length ? 0 : double.PositiveInfinity;
        for (int i = 0; i < Math.Min(found.Length, expected.Length); i++)
        {
            bool same = BitConverter.SingleToInt32Bits(found[i]) == BitConverter.SingleToInt32Bits(expected[i]);
            double difference = Math.Abs((double)found[i] - expected[i]);
            double counted = double.IsNaN(difference) ? double.PositiveInfinity : Math.Max(difference, double.Epsilon);
            largest = Math.Max(largest, same ? 0 : counted);
        }
        return largest;
    }
}
