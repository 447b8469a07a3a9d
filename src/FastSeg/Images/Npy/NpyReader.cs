using System.Collections.Concurrent;
using FastSeg.Files;
using FastSeg.Native;

namespace FastSeg.Images.Npy;

/// <summary>
/// An npy array as an image: H x W, or H x W x C with 1, 3 or 4 (RGB and alpha) channels; uint8, uint16, int16, float32,
/// little-endian, C order. The rows of a rectangle are read from where they lie in the file.
/// </summary>
internal sealed unsafe class NpyReader : ImageReader
{
    /// <summary>Bytes that are read at once where alpha has to be dropped.</summary>
    private const int ChunkBytes = 1 << 16;

    private readonly InputFile _file;
    private readonly long _dataOffset;
    private readonly int _storedChannels;
    private readonly ConcurrentBag<HostBuffer> _chunks = [];

    private NpyReader(InputFile file, ImageInfo info, long dataOffset, int storedChannels)
    {
        _file = file;
        Info = info;
        _dataOffset = dataOffset;
        _storedChannels = storedChannels;
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
        if (shape.Count is not (2 or 3) || (shape.Count == 3 && shape[2] is not (1 or 3 or 4)))
        {
            throw file.Unsupported($"holds an array of shape {shapeText}", "give H x W, or H x W x C with 1, 3 or 4 channels");
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
        var info = new ImageInfo(file.Name, shape[1], shape[0], stored < 3 ? 1 : 3, type)
        {
            Format = $"npy, {type.Name()} {shapeText}",
        };
        return new NpyReader(file, info, header.DataOffset, stored);
    }

    public override long HeldBytes(int threads) => _storedChannels == Info.Channels ? 0 : (long)threads * ChunkBytes;

    public override void Read(Region region, Span<byte> destination)
    {
        ImageReading.Check(Info, region, destination.Length);
        int stored = _storedChannels * Info.Type.Bytes();
        long stride = Info.Width * stored;
        long first = _dataOffset + (region.Y * stride) + (region.X * stored);
        int rowBytes = checked((int)(region.Width * Info.PixelBytes));
        if (_storedChannels != Info.Channels)
        {
            ReadWithoutAlpha(region, first, stride, destination);
            return;
        }
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

    protected override void Dispose(bool disposing)
    {
        _file.Dispose();
        foreach (HostBuffer chunk in _chunks)
        {
            chunk.Dispose();
        }
    }

    /// <summary>Reads parts of rows into a chunk of memory and copies their first channels. Chunks are kept for the next call.</summary>
    private void ReadWithoutAlpha(Region region, long first, long stride, Span<byte> destination)
    {
        int sample = Info.Type.Bytes(), stored = _storedChannels * sample;
        HostBuffer chunk = _chunks.TryTake(out HostBuffer? kept) ? kept : new HostBuffer(ChunkBytes);
        try
        {
            fixed (byte* to = destination)
            {
                byte* next = to;
                for (long y = 0; y < region.Height; y++)
                {
                    for (long x = 0; x < region.Width; x += ChunkBytes / stored)
                    {
                        int pixels = (int)Math.Min(ChunkBytes / stored, region.Width - x);
                        _file.Read(first + (y * stride) + (x * stored), chunk.Pointer, pixels * stored);
                        ImageReading.TakeChannels(chunk.Pointer, _storedChannels, next, Info.Channels, pixels, sample);
                        next += pixels * Info.PixelBytes;
                    }
                }
            }
        }
        finally
        {
            _chunks.Add(chunk);
        }
    }

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
