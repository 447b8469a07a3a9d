using System.Runtime.InteropServices;
using FastSeg.Native;

namespace FastSeg.Images.Samples;

/// <summary>
/// An image of int32, uint32, int64, uint64, float16 or float64 as float32 of the same numbers, rounded to the nearest. A float64 beyond
/// float32 becomes infinite; whoever looks at the samples refuses it, and names the stored number. Several threads may read.
/// </summary>
internal sealed unsafe class NarrowedImage : ImageReader
{
    /// <summary>Bytes of 64-bit samples that are read at once.</summary>
    private const int ChunkBytes = 1 << 20;

    private readonly ImageReader _source;
    private readonly bool _owned;

    private NarrowedImage(ImageReader source, bool owned)
    {
        (_source, _owned) = (source, owned);
        FilePath = source.FilePath;
        Info = source.Info with { Type = SampleType.Float32, Stored = source.Info.Stored, Bits = source.Info.Bits };
    }

    public override ImageInfo Info { get; }

    public override bool PrefersWholeRows => _source.PrefersWholeRows;

    internal override bool Decodes => _source.Decodes;

    internal override (long Width, long Height)? StoredPart => _source.StoredPart;

    private SampleType Type => _source.Info.Type;

    /// <summary>The image itself where filters see its samples as they are stored; otherwise its samples as float32.</summary>
    /// <param name="image">The image.</param>
    /// <param name="owned">Whether it is disposed with the result.</param>
    public static ImageReader Of(ImageReader image, bool owned = false) =>
        image.Info.Type.IsNarrow() ? image : new NarrowedImage(image, owned);

    /// <summary>The image that an image of <see cref="Of"/> reads; itself, if it is no such image.</summary>
    public static ImageReader SourceOf(ImageReader image) => image is NarrowedImage narrowed ? narrowed._source : image;

    public override long HeldBytes(int threads) =>
        _source.HeldBytes(threads) + (Type.Bytes() > sizeof(float) ? threads * Math.Max(ChunkBytes, _source.Info.PixelBytes) : 0);

    public override void Read(Region region, Span<byte> destination)
    {
        ImageReading.Check(Info, region, destination.Length);
        long samples = region.Pixels * Info.Channels;
        fixed (byte* to = destination)
        {
            if (Type.Bytes() > sizeof(float))
            {
                ReadWide(region, (float*)to);
                return;
            }
            // Read to the end of the destination and converted from the front: no float is written over a sample that is still to come.
            int bytes = checked((int)(samples * Type.Bytes())), all = checked((int)(samples * sizeof(float)));
            _source.Read(region, destination[(all - bytes)..all]);
            Narrowing.Run(to + all - bytes, Type, Type.Bytes(), samples, (float*)to);
        }
    }

    internal override PageMeaning? Meaning => _source.Meaning;

    internal override double? StoredValue(long x, long y, int channel)
    {
        if (Type != SampleType.Float64)
        {
            return null;
        }
        double[] pixel = new double[Info.Channels];
        _source.Read(new Region(x, y, 1, 1), MemoryMarshal.AsBytes(pixel.AsSpan()));
        return pixel[channel];
    }

    protected override void Dispose(bool disposing)
    {
        if (_owned)
        {
            _source.Dispose();
        }
    }

    /// <summary>Reads samples that are wider than a float, some rows or a part of a row at a time.</summary>
    private void ReadWide(Region region, float* to)
    {
        int pixelBytes = _source.Info.PixelBytes;
        long columns = Math.Min(region.Width, Math.Max(1, ChunkBytes / pixelBytes));
        long rows = columns < region.Width ? 1 : Math.Min(region.Height, Math.Max(1, ChunkBytes / (pixelBytes * columns)));
        using var chunk = new HostBuffer(rows * columns * pixelBytes);
        for (long y = region.Y; y < region.Bottom; y += rows)
        {
            for (long x = region.X; x < region.Right; x += columns)
            {
                Region part = new Region(x, y, columns, rows).Intersect(region);
                _source.Read(part, chunk.Span<byte>(0, checked((int)(part.Pixels * pixelBytes))));
                Narrowing.Run(chunk.Pointer, Type, Type.Bytes(), part.Pixels * Info.Channels, to);
                to += part.Pixels * Info.Channels;
            }
        }
    }
}
