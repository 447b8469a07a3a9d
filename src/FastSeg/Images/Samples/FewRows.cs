using System.Runtime.InteropServices;
using FastSeg.Common;

namespace FastSeg.Images.Samples;

/// <summary>
/// Looks at a few rows of a page, where nothing else needs all of its samples before the first tile. Which rows depends on the page's size
/// alone.
/// </summary>
internal static unsafe class FewRows
{
    /// <summary>Rows, at least and at most, and about how many samples are wanted.</summary>
    private const int LeastRows = 16, MostRows = 64, WantedPixels = 1 << 16;

    /// <summary>Pixels of a row, at most; of a longer row they lie further to the right from row to row.</summary>
    private const int MostColumns = 1 << 14;

    /// <summary>Statistics and spread of the rows' samples; null where a mask leaves out all of them, or no float is finite.</summary>
    /// <param name="image">The page.</param>
    /// <param name="mask">Zero where a pixel is left out; null where none is.</param>
    /// <exception cref="FastSegException">The file is corrupt.</exception>
    public static (SampleStatistics Statistics, SampleSpread Spread)? Look(ImageReader image, ImageReader? mask)
    {
        ImageInfo info = image.Info;
        int width = (int)Math.Min(info.Width, MostColumns);
        int rows = (int)Math.Min(info.Height, Math.Clamp(WantedPixels / width, LeastRows, MostRows));
        var few = info with { Width = width, Height = rows };
        byte[] samples = new byte[width * info.PixelBytes], kept = new byte[mask is null ? 0 : width * mask.Info.PixelBytes];
        using var sketch = new SampleSketch(few, int.MaxValue);
        SampleMoments moments = default;
        for (int i = 0; i < rows; i++)
        {
            var part = new Region(Spaced(info.Width - width, i, rows), Spaced(info.Height - 1, i, rows), width, 1);
            image.Read(part, samples);
            mask?.Read(part, kept);
            int count = Keep(samples, info.PixelBytes, kept, mask?.Info.PixelBytes ?? 0);
            count = info.Type == SampleType.Float32
                ? Finite(MemoryMarshal.Cast<byte, float>(samples.AsSpan()), count)
                : count / info.Type.Bytes();
            fixed (byte* first = samples)
            {
                sketch.Take(i, 0, first, count);
                moments = moments.Merge(SampleSums.Of(first, count, info.Type));
            }
        }
        return sketch.Spread() is { } spread ? (moments.Statistics, spread) : null;
    }

    private static long Spaced(long most, int i, int count) => count == 1 ? most / 2 : most * i / (count - 1);

    /// <summary>Moves the pixels that the mask keeps to the front. Returns how many bytes they have.</summary>
    private static int Keep(byte[] samples, int pixelBytes, byte[] kept, int maskBytes)
    {
        if (maskBytes == 0)
        {
            return samples.Length;
        }
        int to = 0;
        for (int i = 0; i < kept.Length / maskBytes; i++)
        {
            if (kept.AsSpan(i * maskBytes, maskBytes).ContainsAnyExcept((byte)0))
            {
                samples.AsSpan(i * pixelBytes, pixelBytes).CopyTo(samples.AsSpan(to));
                to += pixelBytes;
            }
        }
        return to;
    }

    /// <summary>Moves the finite numbers to the front. Returns how many there are.</summary>
    private static int Finite(Span<float> values, int bytes)
    {
        int to = 0;
        foreach (float value in values[..(bytes / sizeof(float))])
        {
            values[to] = value;
            to += float.IsFinite(value) ? 1 : 0;
        }
        return to;
    }
}
