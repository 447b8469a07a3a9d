using System.Collections.Concurrent;
using FastSeg.Images.Pyramids;
using FastSeg.Native;

namespace FastSeg.Images.Zarr;

/// <summary>
/// Makes the smaller sizes of an image that is written, each from the one before, which is read back from the disk chunk by chunk.
/// </summary>
/// <param name="image">What is written.</param>
/// <param name="folder">The store.</param>
/// <param name="files">Where chunks go.</param>
internal sealed unsafe class Pyramid(WrittenImage image, string folder, ChunkFiles files)
{
    /// <summary>Bytes of the larger size that are read at once, unless one row of squares has more.</summary>
    private const long BandBytes = 1 << 20;

    /// <summary>Chunks of the larger size that are kept for each thread: those beside each other that one smaller chunk needs.</summary>
    private const int KeptChunks = 4;

    /// <summary>What making the sizes holds.</summary>
    public static long Bytes(WrittenImage image, int threads)
    {
        long chunk = image.ChunkBytes, most = image.Levels.Max(level => level.Factor);
        long band = Math.Max(BandBytes, most * most * image.Chunk(0).Width * image.SampleBytes);
        return threads * ((KeptChunks * chunk) + chunk + Codecs.ChunkCodecs.MostStored(chunk) + Codecs.ChunkCodecs.StateBytes + band);
    }

    /// <summary>Makes all sizes.</summary>
    /// <param name="threads">Threads.</param>
    /// <param name="buffers">Memory for chunks, as many as threads or more are made.</param>
    /// <param name="options">Cancellation.</param>
    /// <exception cref="OperationCanceledException">It was cancelled; some chunks are there and others are not.</exception>
    public void Make(int threads, ConcurrentBag<ChunkBuffer> buffers, ComputeOptions options)
    {
        for (int level = 1; level < image.Levels.Count; level++)
        {
            (long across, long down) = image.Chunks(level);
            // Pages of fewer chunks than threads, as those of a stack often are, are made several at once.
            int atOnce = across * down < threads ? threads : 1, size = level;
            Common.Workers.Run(
                atOnce, image.Pages, options, (_, page) => Make(size, (int)page, threads / atOnce, buffers, options));
        }
    }

    private void Make(int level, int page, int threads, ConcurrentBag<ChunkBuffer> buffers, ComputeOptions options)
    {
        using ZarrReader reader = Open(image, folder, level - 1, page, threads);
        (long across, long down) = image.Chunks(level);
        Common.Workers.Run(threads, across * down, options, (_, chunk) =>
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            ChunkBuffer buffer = buffers.TryTake(out ChunkBuffer? kept) ? kept : new ChunkBuffer(image);
            try
            {
                Shrink(level, chunk / across, chunk % across, reader, buffer);
                files.Store(level, page, chunk / across, chunk % across, buffer.Compress(level));
            }
            finally
            {
                buffers.Add(buffer);
                FreedMemory.Limit(before);
            }
        });
    }

    /// <summary>Opens a page of a size that is whole, though the image has no metadata of its own yet.</summary>
    public static ZarrReader Open(WrittenImage image, string folder, int level, int page, int threads)
    {
        ZarrArray array = ArrayMetadata.Read(new ZarrStore(folder, folder), $"{level}");
        var alone = new Multiscale("", image.Axes, [new ZarrLevel(array, [])]);
        return ZarrReader.Open(alone, new ZarrPlane(alone, folder, Plane(image, page)), labels: false, KeptChunks * threads);
    }

    /// <summary>The plane of a page, counted through all planes; axes of length 1 have the number 0 alone.</summary>
    private static ImageOptions Plane(WrittenImage image, int page)
    {
        (int plane, int inside) = Math.DivRem(page, image.Layout.Pages);
        int? Of(char name) =>
            Array.FindIndex(image.Axes, axis => axis.Name == name) is >= 0 and int axis ? (int)image.Planes[plane][axis] : null;
        return new ImageOptions { Select = new PlaneSelection(Of('t'), Of('z'), image.PageAxis < 0 ? null : inside) };
    }

    /// <summary>Makes the samples of a chunk.</summary>
    private void Shrink(int level, long y, long x, ZarrReader reader, ChunkBuffer buffer)
    {
        int factor = image.Levels[level].Factor, sample = image.SampleBytes;
        (int width, int height) = image.Chunk(level);
        Region whole = new Region(x * width, y * height, width, height).Intersect(
            new Region(0, 0, image.Levels[level].Width, image.Levels[level].Height));
        buffer.Samples(level).Clear();
        int rows = (int)Math.Clamp(BandBytes / (whole.Width * factor * factor * sample), 1, whole.Height);
        using var band = new HostBuffer(whole.Width * factor * rows * factor * sample);
        for (int row = 0; row < whole.Height; row += rows)
        {
            int count = (int)Math.Min(rows, whole.Height - row);
            Region from = new Region(whole.X * factor, (whole.Y + row) * factor, whole.Width * factor, (long)count * factor)
                .Intersect(reader.Info.Bounds);
            reader.Read(from, band.Span<byte>(0, checked((int)(from.Pixels * sample))));
            Shrinking.Run(
                image.Layout, band.Pointer, (int)from.Width, (int)from.Height, buffer.First + ((long)row * width * sample), width,
                ((int)whole.Width, count), factor);
        }
    }
}
