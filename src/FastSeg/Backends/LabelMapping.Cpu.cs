using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace FastSeg.Backends;

/// <summary>Turns classes into label values of one byte, in place, and counts them.</summary>
internal static unsafe class LabelMapping
{
    /// <summary>
    /// Classes up to which a vector is compared with each of them; more are counted pixel by pixel. A vector's table holds 16 values.
    /// </summary>
    private const int MostInVectors = 16;

    /// <summary>Maps and counts.</summary>
    /// <param name="classes">Classes, 0 to the number of values less 1; become their label values.</param>
    /// <param name="pixels">How many.</param>
    /// <param name="values">The label value of each class, at most 255.</param>
    /// <param name="counts">The pixels of each class are added to these.</param>
    public static void Map(byte* classes, long pixels, ReadOnlySpan<ushort> values, long[] counts)
    {
        long done = values.Length <= MostInVectors ? MapVectors(classes, pixels, values, counts) : 0;
        for (long i = done; i < pixels; i++)
        {
            byte own = classes[i];
            counts[own]++;
            classes[i] = (byte)values[own];
        }
    }

    /// <summary>Maps and counts whole vectors; returns how many pixels these are.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static long MapVectors(byte* classes, long pixels, ReadOnlySpan<ushort> values, long[] counts)
    {
        byte* places = stackalloc byte[MostInVectors];
        for (int c = 0; c < MostInVectors; c++)
        {
            places[c] = (byte)(c < values.Length ? values[c] : 0);
        }
        var table = Vector128.Load(places);
        long* sums = stackalloc long[MostInVectors];
        new Span<long>(sums, MostInVectors).Clear();
        long i = 0;
        for (; i <= pixels - Vector256<byte>.Count; i += Vector256<byte>.Count)
        {
            var own = Vector256.Load(classes + i);
            for (int c = 0; c < values.Length; c++)
            {
                sums[c] += BitOperations.PopCount(Vector256.Equals(own, Vector256.Create((byte)c)).ExtractMostSignificantBits());
            }
            Vector256.Create(Vector128.Shuffle(table, own.GetLower()), Vector128.Shuffle(table, own.GetUpper())).Store(classes + i);
        }
        for (int c = 0; c < values.Length; c++)
        {
            counts[c] += sums[c];
        }
        return i;
    }
}
