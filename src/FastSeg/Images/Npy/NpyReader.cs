using System.Buffers;
using FastSeg.Files;

namespace FastSeg.Images.Npy;

/// <summary>
/// An npy array as an image: H x W, or H x W x C with 1 to 16 channels, of which 3 are RGB; bool, whole numbers and floats of 8 to 64 bits
/// in both byte orders, in C order or Fortran's. An array cannot say that a channel is alpha, so all of them are data. The rows of a
/// rectangle, or its columns where these lie together, are read from where they lie in the file.
/// </summary>
internal sealed class NpyReader : ImageReader
{
    /// <summary>Most bytes of a column that are read at a time.</summary>
    private const int ChunkBytes = 1 << 20;

    private readonly InputFile _file;
    private readonly long _dataOffset;
    private readonly bool _swapped;
    private readonly bool _columnsFirst;

    private NpyReader(InputFile file, ImageInfo info, NpyHeader header, bool swapped)
    {
        _file = file;
        Info = info;
        _dataOffset = header.DataOffset;
        _columnsFirst = header.FortranOrder;
        _swapped = swapped;
    }

    public override ImageInfo Info { get; }

    /// <summary>Reads the header and checks it against the file's size.</summary>
    /// <param name="file">The file, which the reader then owns.</param>
    /// <param name="labels">Whether labels are wanted, whose fourth channel is alpha: it says where a layer is transparent.</param>
    /// <exception cref="FastSegException">Damaged, truncated, or another dtype or shape.</exception>
    public static NpyReader Open(InputFile file, bool labels)
    {
        NpyHeader header = NpyHeader.Read(file);
        var dtype = NpyType.Of(header.Descr, file.Unsupported);
        IReadOnlyList<long> shape = header.Shape;
        string shapeText = $"({string.Join(", ", shape)})";
        if (shape.Count is not (2 or 3) || (shape.Count == 3 && shape[2] is < 1 or > ImageInfo.MostChannels))
        {
            throw file.Unsupported(
                $"holds an array of shape {shapeText}", $"give H x W, or H x W x C with 1 to {ImageInfo.MostChannels} channels");
        }
        if (shape[0] < 1 || shape[1] < 1)
        {
            throw file.Unsupported($"holds an array of shape {shapeText}", "an image has at least one pixel");
        }
        int stored = shape.Count == 3 ? (int)shape[2] : 1;
        CheckSize(file, header, (long)stored * dtype.Type.Bytes(), $"{dtype.Name} {shapeText}");
        var info = new ImageInfo(file.Name, shape[1], shape[0], stored, dtype.Type)
        {
            Format = $"npy, {(dtype.Swapped ? "big-endian " : "")}{dtype.Name} {shapeText}{(header.FortranOrder ? ", columns first" : "")}",
            Bits = dtype.Name == "bool" ? 1 : 8 * dtype.Type.Bytes(),
            HasAlpha = labels && stored == 4,
        };
        return new NpyReader(file, info, header, dtype.Swapped);
    }

    /// <summary>A part of a column on each thread; the pool rounds its length up to the next power of two.</summary>
    public override long HeldBytes(int threads) =>
        _columnsFirst ? threads * 2 * Math.Min(ChunkBytes, Info.Height * Info.Type.Bytes()) : 0;

    /// <summary>Columns, where these lie together.</summary>
    internal override (long Width, long Height)? StoredPart => _columnsFirst ? (1, Info.Height) : null;

    public override void Read(Region region, Span<byte> destination)
    {
        ImageReading.Check(Info, region, destination.Length);
        if (_columnsFirst)
        {
            ReadColumns(region, destination);
        }
        else
        {
            ReadRows(region, destination);
        }
        if (_swapped)
        {
            ImageReading.SwapBytes(destination[..checked((int)(region.Pixels * Info.PixelBytes))], Info.Type.Bytes());
        }
    }

    private void ReadRows(Region region, Span<byte> destination)
    {
        long stride = Info.Width * Info.PixelBytes, first = _dataOffset + (region.Y * stride) + (region.X * Info.PixelBytes);
        int rowBytes = checked((int)(region.Width * Info.PixelBytes));
        if (region.Width == Info.Width)
        {
            _file.Read(first, destination[..checked((int)(region.Height * rowBytes))]);
            return;
        }
        for (int y = 0; y < region.Height; y++)
        {
            _file.Read(first + (y * stride), destination.Slice(y * rowBytes, rowBytes));
        }
    }

    /// <summary>Column by column, in which the samples of a channel lie one after the other; long ones in parts.</summary>
    private void ReadColumns(Region region, Span<byte> destination)
    {
        int bytes = Info.Type.Bytes();
        long rows = Math.Min(region.Height, ChunkBytes / bytes);
        byte[] chunk = ArrayPool<byte>.Shared.Rent((int)rows * bytes);
        try
        {
            for (int c = 0; c < Info.Channels; c++)
            {
                for (long x = 0; x < region.Width; x++)
                {
                    for (long y = 0; y < region.Height; y += rows)
                    {
                        Span<byte> part = chunk.AsSpan(0, (int)Math.Min(rows, region.Height - y) * bytes);
                        long before = (((c * Info.Width) + region.X + x) * Info.Height) + region.Y + y;
                        _file.Read(_dataOffset + (before * bytes), part);
                        Spread(part, bytes, destination, (((y * region.Width) + x) * Info.PixelBytes) + (c * bytes), region.Width);
                    }
                }
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(chunk);
        }
    }

    /// <summary>Puts samples that lie together below one another, the first of them at <paramref name="to"/>.</summary>
    private void Spread(ReadOnlySpan<byte> samples, int bytes, Span<byte> destination, long to, long width)
    {
        long row = width * Info.PixelBytes;
        for (int from = 0; from < samples.Length; from += bytes, to += row)
        {
            samples.Slice(from, bytes).CopyTo(destination[checked((int)to)..]);
        }
    }

    protected override void Dispose(bool disposing) => _file.Dispose();

    /// <summary>Refuses a header that claims more pixels than the file holds.</summary>
    private static void CheckSize(InputFile file, NpyHeader header, long pixelBytes, string array)
    {
        long there = file.Length - header.DataOffset;
        long height = header.Shape[0], width = header.Shape[1];
        if (height > there || width > there || (Int128)height * width * pixelBytes > there)
        {
            throw file.Bad($"is truncated or lies about its size: {array} needs more than the {there} bytes that are there");
        }
    }
}
