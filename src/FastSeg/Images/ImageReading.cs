using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace FastSeg.Images;

/// <summary>What all readers share.</summary>
internal static class ImageReading
{
    /// <summary>Refuses a rectangle outside the image and a destination that is too short.</summary>
    public static void Check(ImageInfo info, Region region, long destinationBytes)
    {
        if (region.IsEmpty || !info.Bounds.Contains(region))
        {
            throw new ArgumentOutOfRangeException(nameof(region), $"{region} is not a rectangle inside {info.Width} x {info.Height}");
        }
        if (destinationBytes / info.PixelBytes < region.Pixels)
        {
            throw new ArgumentOutOfRangeException(nameof(destinationBytes), $"{destinationBytes} bytes for {region.Pixels} pixels of {info.PixelBytes} bytes");
        }
    }

    /// <summary>
    /// Copies pixels of <paramref name="fromChannels"/> samples, of which the first <paramref name="channels"/> are wanted.
    /// </summary>
    public static unsafe void TakeChannels(byte* from, int fromChannels, byte* to, int channels, long pixels, int sampleBytes)
    {
        if (fromChannels == channels)
        {
            Buffer.MemoryCopy(from, to, pixels * channels * sampleBytes, pixels * channels * sampleBytes);
            return;
        }
        int take = channels * sampleBytes, step = fromChannels * sampleBytes;
        for (long i = 0; i < pixels; i++)
        {
            for (int b = 0; b < take; b++)
            {
                to[b] = from[b];
            }
            to += take;
            from += step;
        }
    }

    /// <summary>Turns big-endian samples into little-endian ones, in place.</summary>
    public static void SwapBytes(Span<byte> samples, int sampleBytes)
    {
        if (sampleBytes == 2)
        {
            Span<ushort> values = MemoryMarshal.Cast<byte, ushort>(samples);
            BinaryPrimitives.ReverseEndianness(values, values);
        }
        else if (sampleBytes == 4)
        {
            Span<uint> values = MemoryMarshal.Cast<byte, uint>(samples);
            BinaryPrimitives.ReverseEndianness(values, values);
        }
    }
}
