using System.Runtime.InteropServices;
using FastSeg.Common;

namespace FastSeg.Resuming;

/// <summary>Counts the pixels of each class in labels that are written: of a run that went on, no start has seen all of them.</summary>
internal static class LabelCount
{
    private const long BandBytes = 1 << 20;
    private const int Values = 1 << 16;

    /// <summary>Counts pixels of all planes of labels that were written.</summary>
    /// <param name="labels">The labels' writer, which has committed them.</param>
    /// <param name="values">The label of each class.</param>
    /// <param name="workers">Threads.</param>
    /// <param name="options">Cancellation.</param>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static long[] Of(ImageWriter labels, IReadOnlyList<int> values, int workers, ComputeOptions options)
    {
        long[] all = new long[values.Count];
        for (int plane = 0; plane < labels.Layout.Planes && labels.OpenWritten(plane, workers) is { } written; plane++)
        {
            using (written)
            {
                long[] some = Of(written, values, workers, options);
                for (int i = 0; i < all.Length; i++)
                {
                    all[i] += some[i];
                }
            }
        }
        return all;
    }

    /// <summary>Counts pixels.</summary>
    /// <param name="labels">One channel of uint8 or uint16.</param>
    /// <param name="values">The label of each class.</param>
    /// <param name="workers">Threads.</param>
    /// <param name="options">Cancellation.</param>
    /// <returns>The pixels of each class.</returns>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static long[] Of(ImageReader labels, IReadOnlyList<int> values, int workers, ComputeOptions options)
    {
        ImageInfo info = labels.Info;
        (long width, long height) = labels.StoredPart ?? (256, 256);
        (width, height) = (Math.Min(width, info.Width), Math.Min(height, info.Height));
        long across = ((info.Width - 1) / width) + 1, down = ((info.Height - 1) / height) + 1;
        long rows = Math.Clamp(BandBytes / (width * info.PixelBytes), 1, height);
        var counts = new long[workers][];
        var bands = new byte[workers][];
        for (int i = 0; i < workers; i++)
        {
            (counts[i], bands[i]) = (new long[Values], new byte[checked((int)(rows * width * info.PixelBytes))]);
        }
        // Part by part, as they are stored, so that each is decoded once.
        Workers.Run(workers, across * down, options with { Progress = null }, (worker, number) =>
        {
            Region part = new Region(number % across * width, number / across * height, width, height).Intersect(info.Bounds);
            for (long y = part.Y; y < part.Bottom; y += rows)
            {
                Region region = (part with { Y = y, Height = rows }).Intersect(part);
                Span<byte> samples = bands[worker].AsSpan(0, (int)(region.Pixels * info.PixelBytes));
                labels.Read(region, samples);
                Add(counts[worker], samples, info.PixelBytes);
            }
        });
        return [.. values.Select(value => counts.Sum(count => count[value]))];
    }

    private static void Add(long[] counts, ReadOnlySpan<byte> samples, int bytes)
    {
        if (bytes == 1)
        {
            foreach (byte sample in samples)
            {
                counts[sample]++;
            }
            return;
        }
        foreach (ushort sample in MemoryMarshal.Cast<byte, ushort>(samples))
        {
            counts[sample]++;
        }
    }
}
