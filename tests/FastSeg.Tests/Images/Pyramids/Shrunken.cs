using System.Runtime.InteropServices;

namespace FastSeg.Tests.Images.Pyramids;

/// <summary>Smaller sizes by the words of the definition: the mode of a square's pixels, the lowest on a tie, or their mean.</summary>
internal static class Shrunken
{
    /// <summary>Makes one size of the one before.</summary>
    /// <param name="samples">Row by row.</param>
    /// <param name="from">Columns and rows there are.</param>
    /// <param name="to">Columns and rows that are wanted.</param>
    /// <param name="factor">The side of a square.</param>
    /// <param name="layout">Type, and whether the samples are labels.</param>
    public static byte[] Of(
        byte[] samples, (long Width, long Height) from, (long Width, long Height) to, int factor, ImageLayout layout) => layout.Type switch
        {
            SampleType.UInt8 => Make<byte>(samples, from, to, factor, values => layout.IsLabelMap ? Mode(values) : Round(values)),
            SampleType.UInt16 => Make<ushort>(samples, from, to, factor, values => layout.IsLabelMap ? Mode(values) : Round(values)),
            _ => Make<float>(samples, from, to, factor, values => values.Average()),
        };

    private static byte[] Make<T>(
        byte[] samples, (long Width, long Height) from, (long Width, long Height) to, int factor, Func<double[], double> one)
        where T : unmanaged, System.Numerics.INumber<T>
    {
        T[] before = MemoryMarshal.Cast<byte, T>(samples).ToArray(), after = new T[to.Width * to.Height];
        for (long y = 0; y < to.Height; y++)
        {
            for (long x = 0; x < to.Width; x++)
            {
                var values = new List<double>();
                for (long v = y * factor; v < Math.Min((y + 1) * factor, from.Height); v++)
                {
                    for (long u = x * factor; u < Math.Min((x + 1) * factor, from.Width); u++)
                    {
                        values.Add(double.CreateChecked(before[(v * from.Width) + u]));
                    }
                }
                after[(y * to.Width) + x] = T.CreateChecked(one([.. values]));
            }
        }
        return MemoryMarshal.AsBytes<T>(after).ToArray();
    }

    private static double Mode(double[] values) => values.GroupBy(value => value)
        .OrderByDescending(group => group.Count()).ThenBy(group => group.Key).First().Key;

    private static double Round(double[] values) => Math.Round(values.Average(), MidpointRounding.ToEven);
}
