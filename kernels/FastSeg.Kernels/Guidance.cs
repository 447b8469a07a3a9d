using ILGPU;

namespace FastSeg.Kernels;

/// <summary>A guidance image's samples as planes of 0 to 1, with the CPU's bits.</summary>
/// <remarks>
/// One thread a pixel. Counts a sample: 1, 2 or 4 bytes read, 4 written, two divisions (some 20 instructions together). Predicted, 8-bit
/// grey: memory 5 bytes a pixel, 670 Gpx/s on an H100, 120 on an A10, which is nothing beside the network. No shared memory.
/// </remarks>
public static class Guidance
{
    /// <summary>The device function, one-dimensional groups.</summary>
    /// <param name="samples">The samples; finite.</param>
    /// <param name="planes">Channels x pixels.</param>
    public static void ToUnit(GuidanceSamples samples, ArrayView<float> planes)
    {
        int pixel = (Grid.IdxX * Group.DimX) + Group.IdxX;
        if (pixel < samples.Pixels)
        {
            for (int channel = 0; channel < samples.Channels; channel++)
            {
                long at = (((long)pixel * samples.Channels) + channel) * samples.SampleBytes;
                planes[((long)channel * samples.Pixels) + pixel] = MathF.Max(0f, MathF.Min(Unit(samples, Sample(samples, at)), 1f));
            }
        }
    }

    /// <summary>What the network sees of a sample, before it is clipped.</summary>
    private static float Unit(GuidanceSamples samples, float stored)
    {
        if (samples.Scale != 0f)
        {
            return Fma.Of(Fma.Of(stored, samples.Scale, samples.Shift), samples.Span, samples.Low);
        }
        return ((stored / samples.Divisor) - samples.Low) / samples.Span;
    }

    /// <summary>Puts a sample together byte by byte: the lowest one comes first.</summary>
    private static float Sample(GuidanceSamples samples, long at)
    {
        uint bits = samples.Bytes[at];
        if (samples.SampleBytes > 1)
        {
            bits |= (uint)samples.Bytes[at + 1] << 8;
        }
        if (samples.SampleBytes > 2)
        {
            bits |= ((uint)samples.Bytes[at + 2] << 16) | ((uint)samples.Bytes[at + 3] << 24);
        }
        return samples.SampleBytes > 2 ? Interop.IntAsFloat(bits) : ((int)bits ^ samples.SignBit) - samples.SignBit;
    }
}

/// <summary>Samples as they lie in a file, and the range of them that the network sees as 0 to 1.</summary>
public struct GuidanceSamples
{
    /// <summary>Pixel by pixel, a pixel's channels side by side; little-endian.</summary>
    public ArrayView<byte> Bytes;

    /// <summary>Bytes of a sample: 1 and 2 are whole numbers, 4 is float32.</summary>
    public int SampleBytes;

    /// <summary>The sign's bit of a signed whole number; 0 where there is none.</summary>
    public int SignBit;

    /// <summary>Channels of a pixel.</summary>
    public int Channels;

    /// <summary>Pixels.</summary>
    public int Pixels;

    /// <summary>What samples are divided by first: 255, 65535 or 1.</summary>
    public float Divisor;

    /// <summary>What a stored sample is multiplied by where the image is standardised; 0 where it is not.</summary>
    public float Scale;

    /// <summary>What is added then.</summary>
    public float Shift;

    /// <summary>The sample that becomes 0; of a standardised image, what a sample of 0 becomes.</summary>
    public float Low;

    /// <summary>The sample that becomes 1, less <see cref="Low"/>; of a standardised image, what is added for each deviation.</summary>
    public float Span;
}
