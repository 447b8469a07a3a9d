namespace FastSeg.Cli.Scaling;

/// <summary>Real images side by side, repeated to any size; `perf` measures on such images too.</summary>
internal sealed class Mosaic
{
    /// <summary>
    /// Most columns and rows that are taken of an image, from its upper left corner: larger ones would have to be held whole.
    /// </summary>
    public const int MostSide = 4096;

    private const long BandRows = 512;

    private readonly byte[][] _images;
    private readonly long _width, _height;
    private readonly int _pixelBytes;

    private Mosaic(byte[][] images, Region cell, SampleType type)
    {
        _images = images;
        (_width, _height, Type, _pixelBytes) = (cell.Width, cell.Height, type, type.Bytes());
    }

    /// <summary>The images' sample type.</summary>
    public SampleType Type { get; }

    /// <summary>Reads grey images of one size and type.</summary>
    /// <exception cref="FastSegException">One cannot be read, has more than one channel, or is not like the first.</exception>
    public static Mosaic Of(IReadOnlyList<string> files)
    {
        var images = new List<byte[]>();
        (Region cell, SampleType type) = (default, default);
        foreach (string file in files)
        {
            using ImageReader reader = ImageFile.Open(file);
            if (reader.Info.Channels != 1)
            {
                throw new FastSegException($"{file} has {reader.Info.Channels} channels; a mosaic is made of a grey image.");
            }
            var part = new Region(0, 0, Math.Min(MostSide, reader.Info.Width), Math.Min(MostSide, reader.Info.Height));
            (cell, type) = images.Count == 0 ? (part, reader.Info.Type) : (cell, type);
            if (part != cell || reader.Info.Type != type)
            {
                throw new FastSegException($"{file} has another size or sample type than {files[0]}; a mosaic is made of images alike.");
            }
            byte[] samples = new byte[part.Pixels * reader.Info.PixelBytes];
            reader.Read(part, samples);
            images.Add(samples);
        }
        return new Mosaic([.. images], cell, type);
    }

    /// <summary>A square mosaic in memory.</summary>
    public byte[] Pixels(long side)
    {
        byte[] pixels = new byte[checked(side * side * _pixelBytes)];
        for (long y = 0; y < side; y++)
        {
            Row(pixels.AsSpan((int)(y * side * _pixelBytes), (int)(side * _pixelBytes)), y);
        }
        return pixels;
    }

    /// <summary>Writes a square mosaic to a file, in bands, so that any size fits; the extension says which format.</summary>
    public void Save(string path, long side, CancellationToken cancellation = default)
    {
        int rowBytes = checked((int)(side * _pixelBytes));
        byte[] band = new byte[Math.Min(BandRows, side) * rowBytes];
        using ImageWriter writer = ImageFile.Create(path, new ImageLayout(side, side, Type));
        for (long y = 0; y < side; y += BandRows)
        {
            cancellation.ThrowIfCancellationRequested();
            int rows = (int)Math.Min(BandRows, side - y);
            for (int row = 0; row < rows; row++)
            {
                Row(band.AsSpan(row * rowBytes, rowBytes), y + row);
            }
            writer.Write(new Region(0, y, side, rows), band.AsSpan(0, rows * rowBytes));
        }
        writer.Commit();
    }

    /// <summary>One row of the mosaic.</summary>
    private void Row(Span<byte> row, long y)
    {
        int cellBytes = (int)_width * _pixelBytes;
        long source = y % _height * cellBytes;
        for (int column = 0, at = 0; at < row.Length; column++, at += cellBytes)
        {
            // The step from row to row is no multiple of the number of images; otherwise a column would be all of one image.
            byte[] image = _images[(int)((column + (y / _height * 3)) % _images.Length)];
            int count = Math.Min(cellBytes, row.Length - at);
            image.AsSpan((int)source, count).CopyTo(row[at..]);
        }
    }
}
