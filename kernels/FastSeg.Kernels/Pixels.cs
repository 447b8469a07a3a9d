using ILGPU;

namespace FastSeg.Kernels;

/// <summary>
/// Converts samples to floats: uint8 and int8 / 255, uint16 and int16 / 65535, correctly rounded; float32 as it is but for -0, which
/// becomes +0. The plane has the same bits as on the CPU. Standardised samples are instead multiplied and shifted as they are stored, in
/// one rounding.
/// </summary>
/// <remarks>
/// One thread a pixel, groups of any size in one dimension, no shared memory. A grey pixel costs 1, 2 or 4 bytes read and 4 written (of
/// interleaved colours all bytes of the pixel travel), and about 20 instructions for the division, which standardised samples do without.
/// By count, uint8 is bound by memory: 5 bytes are 670 Gpx/s on an H100 (3.35 TB/s), 120 on an A10 (600 GB/s).
/// </remarks>
public static class Pixels
{
    /// <summary>One channel of uint8 samples.</summary>
    /// <param name="samples">Row-major, channels interleaved.</param>
    /// <param name="channels">Samples of a pixel.</param>
    /// <param name="channel">The sample of a pixel that is converted.</param>
    /// <param name="plane">Receives a float a pixel; its length is the number of pixels.</param>
    public static void FromBytes(ArrayView<byte> samples, int channels, int channel, ArrayView<float> plane)
    {
        long pixel = ((long)Grid.IdxX * Group.DimX) + Group.IdxX;
        if (pixel < plane.Length)
        {
            plane[pixel] = samples[(pixel * channels) + channel] / 255f;
        }
    }

    /// <summary>One channel of uint16 samples; parameters as for <see cref="FromBytes"/>.</summary>
    public static void FromShorts(ArrayView<ushort> samples, int channels, int channel, ArrayView<float> plane)
    {
        long pixel = ((long)Grid.IdxX * Group.DimX) + Group.IdxX;
        if (pixel < plane.Length)
        {
            plane[pixel] = samples[(pixel * channels) + channel] / 65535f;
        }
    }

    /// <summary>One channel of int16 samples; parameters as for <see cref="FromBytes"/>.</summary>
    public static void FromSignedShorts(ArrayView<short> samples, int channels, int channel, ArrayView<float> plane)
    {
        long pixel = ((long)Grid.IdxX * Group.DimX) + Group.IdxX;
        if (pixel < plane.Length)
        {
            plane[pixel] = samples[(pixel * channels) + channel] / 65535f;
        }
    }

    /// <summary>One channel of int8 samples; parameters as for <see cref="FromBytes"/>.</summary>
    public static void FromSignedBytes(ArrayView<sbyte> samples, int channels, int channel, ArrayView<float> plane)
    {
        long pixel = ((long)Grid.IdxX * Group.DimX) + Group.IdxX;
        if (pixel < plane.Length)
        {
            plane[pixel] = samples[(pixel * channels) + channel] / 255f;
        }
    }

    /// <summary>One channel of float32 samples; parameters as for <see cref="FromBytes"/>.</summary>
    public static void FromFloats(ArrayView<float> samples, int channels, int channel, ArrayView<float> plane)
    {
        long pixel = ((long)Grid.IdxX * Group.DimX) + Group.IdxX;
        if (pixel < plane.Length)
        {
            // A choice, not the sum with zero that the CPU uses: a compiler may drop an addition of zero.
            float value = samples[(pixel * channels) + channel];
            plane[pixel] = value == 0f ? 0f : value;
        }
    }

    /// <summary>One channel of uint8 samples, standardised.</summary>
    /// <param name="samples">Row-major, channels interleaved.</param>
    /// <param name="channels">Samples of a pixel.</param>
    /// <param name="channel">The sample of a pixel that is converted.</param>
    /// <param name="scale">What a sample is multiplied by.</param>
    /// <param name="shift">What is added then.</param>
    /// <param name="plane">Receives a float a pixel; its length is the number of pixels.</param>
    public static void StandardiseBytes(
        ArrayView<byte> samples, int channels, int channel, float scale, float shift, ArrayView<float> plane)
    {
        long pixel = ((long)Grid.IdxX * Group.DimX) + Group.IdxX;
        if (pixel < plane.Length)
        {
            plane[pixel] = Standardised(samples[(pixel * channels) + channel], scale, shift);
        }
    }

    /// <summary>One channel of uint16 samples, standardised; parameters as for <see cref="StandardiseBytes"/>.</summary>
    public static void StandardiseShorts(
        ArrayView<ushort> samples, int channels, int channel, float scale, float shift, ArrayView<float> plane)
    {
        long pixel = ((long)Grid.IdxX * Group.DimX) + Group.IdxX;
        if (pixel < plane.Length)
        {
            plane[pixel] = Standardised(samples[(pixel * channels) + channel], scale, shift);
        }
    }

    /// <summary>One channel of int16 samples, standardised; parameters as for <see cref="StandardiseBytes"/>.</summary>
    public static void StandardiseSignedShorts(
        ArrayView<short> samples, int channels, int channel, float scale, float shift, ArrayView<float> plane)
    {
        long pixel = ((long)Grid.IdxX * Group.DimX) + Group.IdxX;
        if (pixel < plane.Length)
        {
            plane[pixel] = Standardised(samples[(pixel * channels) + channel], scale, shift);
        }
    }

    /// <summary>One channel of int8 samples, standardised; parameters as for <see cref="StandardiseBytes"/>.</summary>
    public static void StandardiseSignedBytes(
        ArrayView<sbyte> samples, int channels, int channel, float scale, float shift, ArrayView<float> plane)
    {
        long pixel = ((long)Grid.IdxX * Group.DimX) + Group.IdxX;
        if (pixel < plane.Length)
        {
            plane[pixel] = Standardised(samples[(pixel * channels) + channel], scale, shift);
        }
    }

    /// <summary>One channel of float32 samples, standardised; parameters as for <see cref="StandardiseBytes"/>.</summary>
    public static void StandardiseFloats(
        ArrayView<float> samples, int channels, int channel, float scale, float shift, ArrayView<float> plane)
    {
        long pixel = ((long)Grid.IdxX * Group.DimX) + Group.IdxX;
        if (pixel < plane.Length)
        {
            plane[pixel] = Standardised(samples[(pixel * channels) + channel], scale, shift);
        }
    }

    /// <summary>One multiply-add; -0 becomes +0, by a choice, because a compiler may drop an addition of zero.</summary>
    private static float Standardised(float sample, float scale, float shift)
    {
        float value = Fma.Of(sample, scale, shift);
        return value == 0f ? 0f : value;
    }
}
