using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace FastSeg.Images;

/// <summary>The steps that all readers share.</summary>
internal static class ImageReading
{
    /// <summary>What sentences call the choice of a size; a program with an option for it says its name instead.</summary>
    public const string LevelWords = "the image's level";

    /// <summary>The failure of asking for a size of a picture that is not there; 0 is the largest.</summary>
    /// <param name="name">What sentences call the image.</param>
    /// <param name="level">What was asked for.</param>
    /// <param name="count">How many sizes there are.</param>
    public static FastSegException NoLevel(string name, int level, int count)
    {
        string there = count == 1 ? "one level, 0" : $"{count} levels, 0 to {count - 1}";
        return new FastSegException($"{name} has {there}, so there is no level {level}; give another number as {LevelWords}.");
    }

    /// <summary>Refuses a rectangle outside the image and a destination that is too short.</summary>
    public static void Check(ImageInfo info, Region region, long destinationBytes)
    {
        if (region.IsEmpty || !info.Bounds.Contains(region))
        {
            throw new ArgumentOutOfRangeException(nameof(region), $"{region} is not a rectangle inside {info.Width} x {info.Height}");
        }
        if (destinationBytes / info.PixelBytes < region.Pixels)
        {
            throw new ArgumentOutOfRangeException(
                nameof(destinationBytes), $"{destinationBytes} bytes for {region.Pixels} pixels of {info.PixelBytes} bytes");
        }
    }

    /// <summary>
    /// Copies the first <paramref name="channels"/> samples of each pixel of <paramref name="fromChannels"/>, which drops alpha. The
    /// destination may be the source itself: it never overtakes what is still to be read.
    /// </summary>
    /// <param name="from">First sample of the first pixel; <paramref name="pixels"/> pixels lie behind each other.</param>
    /// <param name="fromChannels">Samples of a pixel in the source.</param>
    /// <param name="to">Where the first sample goes.</param>
    /// <param name="channels">Samples of a pixel in the destination, at most <paramref name="fromChannels"/>.</param>
    /// <param name="pixels">Pixels to copy.</param>
    /// <param name="sampleBytes">Bytes of one sample.</param>
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

    /// <summary>Most bytes of an image that <see cref="InChunks"/> holds, unless one row has more.</summary>
    private const int ChunkBytes = 1 << 20;

    /// <summary>What becomes of some rows of a rectangle.</summary>
    /// <param name="samples">Their samples.</param>
    /// <param name="before">Pixels of the rectangle in the rows above.</param>
    public delegate void ChunkAction(ReadOnlySpan<byte> samples, long before);

    /// <summary>Reads a rectangle some rows at a time, so that little of it is held.</summary>
    public static void InChunks(ImageReader image, Region region, ChunkAction take)
    {
        int bytes = image.Info.PixelBytes;
        long rowBytes = region.Width * bytes;
        int rows = (int)Math.Clamp(ChunkBytes / rowBytes, 1, region.Height);
        byte[] chunk = ArrayPool<byte>.Shared.Rent(checked((int)(rows * rowBytes)));
        try
        {
            for (long y = region.Y; y < region.Bottom; y += rows)
            {
                Region part = region with { Y = y, Height = Math.Min(rows, region.Bottom - y) };
                image.Read(part, chunk);
                take(chunk.AsSpan(0, (int)(part.Pixels * bytes)), (y - region.Y) * region.Width);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(chunk);
        }
    }

    /// <summary>Bytes that <see cref="InChunks"/> holds on each of so many threads.</summary>
    public static long HeldInChunks(ImageInfo image, int threads) =>
        // The pool rounds a length up to the next power of two.
        threads * 2 * Math.Max(ChunkBytes, image.Width * image.PixelBytes);

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
        else if (sampleBytes == 8)
        {
            Span<ulong> values = MemoryMarshal.Cast<byte, ulong>(samples);
            BinaryPrimitives.ReverseEndianness(values, values);
        }
    }
}
