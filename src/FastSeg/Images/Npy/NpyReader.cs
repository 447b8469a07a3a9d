using FastSeg.Files;

namespace FastSeg.Images.Npy;

/// <summary>
/// An npy array as an image: H x W, or H x W x C with 1 to 16 channels, of which 3 are RGB; bool, whole numbers and floats of 8 to 64 bits
/// in both byte orders, C order. An array cannot say that a channel is alpha, so all of them are data. The rows of a rectangle are read
/// from where they lie in the file.
/// </summary>
internal sealed class NpyReader : ImageReader
{
    private readonly InputFile _file;
    private readonly long _dataOffset;
    private readonly bool _swapped;

    private NpyReader(InputFile file, ImageInfo info, long dataOffset, bool swapped)
    {
        _file = file;
        Info = info;
        _dataOffset = dataOffset;
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
        if (header.FortranOrder && shape.Count(size => size > 1) > 1)
        {
            throw file.Unsupported("holds an array in Fortran order", "save numpy.ascontiguousarray(array)");
        }
        int stored = shape.Count == 3 ? (int)shape[2] : 1;
        CheckSize(file, header, (long)stored * dtype.Type.Bytes(), $"{dtype.Name} {shapeText}");
        var info = new ImageInfo(file.Name, shape[1], shape[0], stored, dtype.Type)
        {
            Format = $"npy, {(dtype.Swapped ? "big-endian " : "")}{dtype.Name} {shapeText}",
            Bits = dtype.Name == "bool" ? 1 : 8 * dtype.Type.Bytes(),
            HasAlpha = labels && stored == 4,
        };
        return new NpyReader(file, info, header.DataOffset, dtype.Swapped);
    }

    public override long HeldBytes(int threads) => 0;

    public override void Read(Region region, Span<byte> destination)
    {
        ImageReading.Check(Info, region, destination.Length);
        ReadStored(region, destination);
        if (_swapped)
        {
            ImageReading.SwapBytes(destination[..checked((int)(region.Pixels * Info.PixelBytes))], Info.Type.Bytes());
        }
    }

    private void ReadStored(Region region, Span<byte> destination)
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
