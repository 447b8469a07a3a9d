using System.Runtime.InteropServices;

namespace FastSeg.Studio.Pictures;

/// <summary>The samples of a rectangle as the reader delivers them: row-major, channels interleaved, little-endian, no padding.</summary>
/// <param name="Width">Columns.</param>
/// <param name="Height">Rows.</param>
/// <param name="Channels">Samples a pixel: 1 or 3, those that are shown.</param>
/// <param name="Type">The type of a sample.</param>
/// <param name="Samples">The samples, or more memory than they take.</param>
internal sealed record SampleBlock(int Width, int Height, int Channels, SampleType Type, byte[] Samples)
{
    /// <summary>Memory for a rectangle of an image.</summary>
    public SampleBlock(ImageInfo image, int width, int height)
        : this(width, height, image.Channels, image.Type, new byte[checked(width * height * image.PixelBytes)])
    {
    }

    /// <summary>Bytes of a pixel.</summary>
    public int PixelBytes => Channels * Type.Bytes();

    /// <summary>Bytes of a row.</summary>
    public int RowBytes => Width * PixelBytes;

    /// <summary>The bytes of all samples.</summary>
    public Span<byte> Bytes => Samples.AsSpan(0, RowBytes * Height);

    /// <summary>The bytes of a row from a column on.</summary>
    public Span<byte> Row(int y, int x = 0) => Samples.AsSpan((y * RowBytes) + (x * PixelBytes), (Width - x) * PixelBytes);

    /// <summary>Reads a rectangle of an image.</summary>
    public static SampleBlock Read(ImageReader reader, Region region)
    {
        var block = new SampleBlock(reader.Info, (int)region.Width, (int)region.Height);
        reader.Read(region, block.Samples);
        return block;
    }

    /// <summary>The samples as doubles.</summary>
    public double[] ToDoubles()
    {
        double[] values = new double[Width * Height * Channels];
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = Type switch
            {
                SampleType.UInt8 => Samples[i],
                SampleType.UInt16 => MemoryMarshal.Cast<byte, ushort>(Bytes)[i],
                SampleType.Int16 => MemoryMarshal.Cast<byte, short>(Bytes)[i],
                SampleType.Int8 => (sbyte)Samples[i],
                SampleType.Float32 => MemoryMarshal.Cast<byte, float>(Bytes)[i],
                _ => throw NotNarrow(Type),
            };
        }
        return values;
    }

    /// <summary>For switches over the types that readers deliver: the failure where another one comes.</summary>
    public static InvalidOperationException NotNarrow(SampleType type) => new($"Samples of {type} come here as float32.");

    /// <summary>Copies a part of another block here.</summary>
    public void Paste(SampleBlock from, int fromX, int fromY, int x, int y, int width, int height)
    {
        for (int row = 0; row < height; row++)
        {
            from.Row(fromY + row, fromX)[..(width * PixelBytes)].CopyTo(Row(y + row, x));
        }
    }

    /// <summary>Copies a rectangle of this block.</summary>
    public SampleBlock Cut(int x, int y, int width, int height)
    {
        SampleBlock part = this with { Width = width, Height = height, Samples = new byte[width * height * PixelBytes] };
        part.Paste(this, x, y, 0, 0, width, height);
        return part;
    }

    /// <summary>The block of half the size.</summary>
    public SampleBlock Half()
    {
        int width = (Width + 1) / 2, height = (Height + 1) / 2;
        SampleBlock half = this with { Width = width, Height = height, Samples = new byte[width * height * PixelBytes] };
        Halving.Run(this, half);
        return half;
    }
}
