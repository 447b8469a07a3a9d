using System.Runtime.InteropServices;

namespace FastSeg.Cli.Pictures;

/// <summary>An image made small enough to look at, read strip by strip.</summary>
internal static class Shrunk
{
    /// <summary>Bytes of a strip that is read at a time, about.</summary>
    private const long StripBytes = 32L << 20;

    /// <summary>
    /// The image by area averaging, as RGB; of other than 1 or 3 channels those that are shown. uint8 samples stay as they are; others are
    /// stretched between percentiles 0.1 and 99.9.
    /// </summary>
    /// <exception cref="FastSegException">A sample is NaN or infinite, or the file is damaged.</exception>
    /// <param name="image">The image.</param>
    /// <param name="cancellation">Looked at between strips.</param>
    /// <param name="longest">The longest side of the picture.</param>
    public static Picture Image(ImageReader image, CancellationToken cancellation, int longest = Picture.LongestSide)
    {
        ImageReader reader = ShownChannels.Of(image);
        ImageInfo info = reader.Info;
        int factor = Picture.Factor(info.Width, info.Height, longest);
        int width = Size(info.Width, factor), height = Size(info.Height, factor), channels = info.Channels;
        float[] sums = new float[width * height * channels];
        double[] row = new double[width * channels];
        foreach ((Region strip, byte[] bytes) in Strips(reader, factor, cancellation))
        {
            float[] samples = Samples(info, strip, bytes);
            for (int y = 0; y < strip.Height; y += factor)
            {
                int rows = (int)Math.Min(factor, strip.Height - y);
                Array.Clear(row);
                for (int dy = 0; dy < rows; dy++)
                {
                    AddRow(samples.AsSpan((int)((y + dy) * strip.Width * channels), (int)strip.Width * channels), row, factor, channels);
                }
                int to = (int)((strip.Y + y) / factor) * width * channels;
                for (int i = 0; i < row.Length; i++)
                {
                    long columns = Math.Min(factor, info.Width - ((long)(i / channels) * factor));
                    sums[to + i] = (float)(row[i] / (rows * columns));
                }
            }
        }
        var picture = new Picture(width, height);
        (float low, float high) = info.Type == SampleType.UInt8 ? (0, byte.MaxValue) : Contrast.Percentiles(sums);
        for (int i = 0; i < picture.Rgb.Length; i++)
        {
            picture.Rgb[i] = Contrast.Stretch(sums[channels == 3 ? i : i / 3], low, high);
        }
        return picture;
    }

    /// <summary>Pixels of a picture's side.</summary>
    public static int Size(long side, int factor) => (int)((side + factor - 1) / factor);

    /// <summary>Full-width strips whose height is a multiple of <paramref name="factor"/>, one after the other in one buffer.</summary>
    internal static IEnumerable<(Region Strip, byte[] Bytes)> Strips(ImageReader reader, int factor, CancellationToken cancellation)
    {
        ImageInfo info = reader.Info;
        long rows = Math.Max(1, StripBytes / (info.Width * info.PixelBytes * factor)) * factor;
        rows = Math.Min(rows, info.Height);
        byte[] bytes = new byte[checked(rows * info.Width * info.PixelBytes)];
        for (long y = 0; y < info.Height; y += rows)
        {
            cancellation.ThrowIfCancellationRequested();
            Region strip = new Region(0, y, info.Width, rows).Intersect(info.Bounds);
            reader.Read(strip, bytes.AsSpan(0, checked((int)(strip.Pixels * info.PixelBytes))));
            yield return (strip, bytes);
        }
    }

    private static void AddRow(ReadOnlySpan<float> samples, double[] row, int factor, int channels)
    {
        for (int x = 0, column = 0; x < samples.Length; column++)
        {
            int end = Math.Min(samples.Length, x + (factor * channels));
            for (; x < end; x += channels)
            {
                for (int c = 0; c < channels; c++)
                {
                    row[(column * channels) + c] += samples[x + c];
                }
            }
        }
    }

    private static float[] Samples(ImageInfo info, Region strip, byte[] bytes)
    {
        int count = checked((int)(strip.Pixels * info.Channels));
        float[] samples = new float[count];
        switch (info.Type)
        {
            case SampleType.UInt8:
                for (int i = 0; i < count; i++)
                {
                    samples[i] = bytes[i];
                }
                break;
            case SampleType.UInt16:
                ReadOnlySpan<ushort> words = MemoryMarshal.Cast<byte, ushort>(bytes);
                for (int i = 0; i < count; i++)
                {
                    samples[i] = words[i];
                }
                break;
            case SampleType.Int16:
                ReadOnlySpan<short> signed = MemoryMarshal.Cast<byte, short>(bytes);
                for (int i = 0; i < count; i++)
                {
                    samples[i] = signed[i];
                }
                break;
            case SampleType.Int8:
                for (int i = 0; i < count; i++)
                {
                    samples[i] = (sbyte)bytes[i];
                }
                break;
            case SampleType.Float32:
                MemoryMarshal.Cast<byte, float>(bytes)[..count].CopyTo(samples);
                CheckFinite(info, strip, samples);
                break;
            default:
                throw new InvalidOperationException($"Samples of {info.Type} come here as float32.");
        }
        return samples;
    }

    private static void CheckFinite(ImageInfo info, Region strip, float[] samples)
    {
        int bad = Array.FindIndex(samples, sample => !float.IsFinite(sample));
        if (bad >= 0)
        {
            long pixel = bad / info.Channels;
            throw new FastSegException(
                $"{info.Name}: the pixel at x {pixel % strip.Width}, " +
                    $"y {strip.Y + (pixel / strip.Width)} is {(float.IsNaN(samples[bad]) ? "NaN" : "infinite")}; " +
                    "every sample must be a finite number: leave such pixels out with --mask, or give --nan-as.");
        }
    }
}
