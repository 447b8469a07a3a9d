using FastSeg.Files;

namespace FastSeg.Images.Npy;

/// <summary>
/// An npy array as an image: H x W, or H x W x C with 1 to 16 channels, of which 3 are RGB; uint8, uint16, int16, float32,
/// little-endian, C order. An array cannot say that a channel is alpha, so all of them are data. The rows of a rectangle are read from
/// where they lie in the file.
/// </summary>
internal sealed class NpyReader : ImageReader
{
    private readonly InputFile _file;
    private readonly long _dataOffset;

    private NpyReader(InputFile file, ImageInfo info, long dataOffset)
    {
        _file = file;
        Info = info;
        _dataOffset = dataOffset;
    }

    public override ImageInfo Info { get; }

    /// <summary>Reads the header and checks it against the file's size.</summary>
    /// <exception cref="FastSegException">Damaged, truncated, or another dtype or shape.</exception>
    public static NpyReader Open(InputFile file)
    {
        NpyHeader header = NpyHeader.Read(file);
        SampleType type = TypeOf(file, header.Descr);
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
        CheckSize(file, header, (long)stored * type.Bytes(), $"{type.Name()} {shapeText}");
        var info = new ImageInfo(file.Name, shape[1], shape[0], stored, type)
        {
            Format = $"npy, {type.Name()} {shapeText}",
        };
        return new NpyReader(file, info, header.DataOffset);
    }

    public override long HeldBytes(int threads) => 0;

    public override void Read(Region region, Span<byte> destination)
    {
        ImageReading.Check(Info, region, destination.Length);
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

    /// <summary>The sample type of a numpy type, or the sentence that refuses it by the name that numpy's users know.</summary>
    private static SampleType TypeOf(InputFile file, string descr)
    {
        const string Instead = "uint8, uint16, int16 and float32 are read, little-endian (array.astype(numpy.uint8) and the like)";
        switch (descr)
        {
            case "|u1" or "<u1" or "u1":
                return SampleType.UInt8;
            case "<u2":
                return SampleType.UInt16;
            case "<i2":
                return SampleType.Int16;
            case "<f4":
                return SampleType.Float32;
        }
        if (descr.Length < 3 || descr[0] is not ('<' or '>' or '|' or '='))
        {
            throw file.Unsupported($"holds elements of type {InputFile.OneLine(descr)}", Instead);
        }
        string bits = int.TryParse(descr.AsSpan(2), out int bytes) && bytes is > 0 and <= 32 ? $"{bytes * 8}" : descr[2..];
        string kind = descr[1] switch
        {
            'b' => "bool",
            'i' => "int" + bits,
            'u' => "uint" + bits,
            'f' => "float" + bits,
            'c' => "complex" + bits,
            _ => $"type {InputFile.OneLine(descr)}",
        };
        throw file.Unsupported($"holds {(descr[0] == '>' ? "big-endian " : "")}{kind}", Instead);
    }
}
