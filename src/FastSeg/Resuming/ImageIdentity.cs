using System.Buffers.Binary;
using System.Globalization;
using FastSeg.Files;
using FastSeg.Images.Zarr;

namespace FastSeg.Resuming;

/// <summary>
/// What tells the content of an image from another's, wherever it lies and whenever it was written: size, format, dimensions, and the
/// CRC-32 of its header and of 64 evenly spaced pieces.
/// </summary>
internal static class ImageIdentity
{
    private const int Pieces = 64, HeaderBytes = 1 << 16, PieceBytes = 1 << 16;

    /// <summary>The identity as a text.</summary>
    /// <param name="image">The image.</param>
    /// <param name="path">The path of its file, without a page.</param>
    /// <exception cref="FastSegException">It cannot be read.</exception>
    public static string Of(ImageReader image, string path)
    {
        ImageInfo info = image.Info;
        string file = image.FilePath ?? path;
        (long bytes, uint crc) = ZarrStore.Matches(file) ? OfStore(file, path, image.Opening.Level) : OfFile(file, path);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{info.Width} x {info.Height} x {info.Channels} {info.Type.Name()}, {info.Format}, {bytes} bytes, CRC-32 {crc:x8}");
    }

    /// <summary>
    /// The identity of the images of a stack: that of the file or store which holds all of them, or, of files of their own, how many there
    /// are and a checksum of the sizes, beginnings and ends of all.
    /// </summary>
    /// <param name="stack">The images.</param>
    /// <param name="path">The stack's path, without what stands behind it for its pages.</param>
    /// <exception cref="FastSegException">One cannot be read.</exception>
    public static string Of(ImageStack stack, string path)
    {
        using ImageReader first = stack.Open(0);
        if (!Directory.Exists(path) || ZarrStore.Matches(path))
        {
            return Of(first, path);
        }
        uint crc = 0;
        byte[] piece = new byte[sizeof(long) + (2 * PieceBytes)];
        for (int number = 0; number < stack.Count; number++)
        {
            using ImageReader image = stack.Open(number);
            using InputFile file = InputFile.Open(image.FilePath!, image.Info.Name);
            int some = (int)Math.Min(file.Length, PieceBytes);
            BinaryPrimitives.WriteInt64LittleEndian(piece, file.Length);
            file.Read(0, piece.AsSpan(sizeof(long), some));
            file.Read(file.Length - some, piece.AsSpan(sizeof(long) + some, some));
            crc = Crc32.More(crc, piece.AsSpan(0, sizeof(long) + (2 * some)));
        }
        ImageInfo info = first.Info;
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{stack.Count} of {info.Width} x {info.Height} x {info.Channels} {info.Type.Name()}, {info.Format}, CRC-32 {crc:x8}");
    }

    /// <summary>The bytes of a file, and the checksum of its header and its pieces.</summary>
    private static (long Bytes, uint Crc) OfFile(string path, string name)
    {
        using InputFile file = InputFile.Open(path, name);
        byte[] buffer = new byte[Math.Max(HeaderBytes, PieceBytes)];
        uint crc = 0;
        void Add(long from, int most)
        {
            Span<byte> piece = buffer.AsSpan(0, (int)Math.Min(most, file.Length - from));
            file.Read(from, piece);
            crc = Crc32.More(crc, piece);
        }
        Add(0, HeaderBytes);
        for (int i = 0; i < Pieces; i++)
        {
            Add((long)((Int128)Math.Max(0, file.Length - PieceBytes) * i / (Pieces - 1)), PieceBytes);
        }
        return (file.Length, crc);
    }

    /// <summary>The bytes of the looked-at chunks of a store, and the checksum of the array's metadata and of these chunks.</summary>
    private static (long Bytes, uint Crc) OfStore(string path, string name, int level)
    {
        var store = new ZarrStore(path, name);
        ZarrArray array = Multiscale.Read(store).Levels[level].Array;
        string metadata = array.Version == 3 ? ArrayMetadata.FileOfVersion3 : ArrayMetadata.FileOfVersion2;
        (long bytes, uint crc) = (0, 0);
        void Add(string file)
        {
            using InputFile? stored = store.Open(file);
            byte[] piece = new byte[sizeof(long) + Math.Min(stored?.Length ?? 0, 2 * PieceBytes)];
            BinaryPrimitives.WriteInt64LittleEndian(piece, stored?.Length ?? -1);
            if (stored is not null)
            {
                int first = (piece.Length - sizeof(long)) / 2, last = piece.Length - sizeof(long) - first;
                stored.Read(0, piece.AsSpan(sizeof(long), first));
                stored.Read(stored.Length - last, piece.AsSpan(sizeof(long) + first, last));
                bytes += stored.Length;
            }
            crc = Crc32.More(crc, piece);
        }
        Add(ZarrStore.Join(array.Path, metadata));
        long[] side = array.Shard?.Shape ?? array.Chunk;
        long[] files = [.. array.Shape.Zip(side, (length, each) => ((length - 1) / each) + 1)];
        long all = files.Aggregate(1L, (product, count) => checked(product * count));
        for (int i = 0; i < Pieces; i++)
        {
            long number = (long)((Int128)(all - 1) * i / (Pieces - 1));
            long[] numbers = new long[files.Length];
            for (int axis = files.Length - 1; axis >= 0; axis--)
            {
                (number, numbers[axis]) = Math.DivRem(number, files[axis]);
            }
            Add(array.FileOf(numbers));
        }
        return (bytes, crc);
    }
}
