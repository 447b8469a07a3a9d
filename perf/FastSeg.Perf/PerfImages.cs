namespace FastSeg.Perf;

/// <summary>Real micrographs of any size: the sample's Ni images side by side.</summary>
internal static class PerfImages
{
    /// <summary>Larger images than this repeat.</summary>
    private const long Period = 8192;

    /// <summary>Images and labels to train on.</summary>
    public static IReadOnlyList<(string Image, string Labels)> Training =>
        [.. Names("train").Select(name => (name, name.Replace(".png", "_labels.png", StringComparison.Ordinal)))];

    /// <summary>
    /// The path of a file of examples/ in the large data set, which lies in the folder that FASTSEG_DATA names, or else in shared/data
    /// beside the repository; null where it is missing.
    /// </summary>
    public static string? Example(string name)
    {
        string data = Environment.GetEnvironmentVariable("FASTSEG_DATA") ?? Path.Combine(Repository.Root, "..", "shared", "data");
        string path = Path.Combine(data, "examples", name);
        return File.Exists(path) ? path : null;
    }

    /// <summary>A square mosaic in memory, uint8.</summary>
    public static byte[] Mosaic(long side)
    {
        byte[][] images = [.. Names("train").Concat(Names("test")).Select(Load)];
        int small = (int)Math.Sqrt(images[0].Length);
        long columns = (side + small - 1) / small;
        byte[] mosaic = new byte[checked(side * side)];
        for (long y = 0; y < side; y++)
        {
            for (long column = 0; column < columns; column++)
            {
                // The step from row to row is no multiple of the number of images; otherwise a column would be all of one image.
                byte[] image = images[(column + (y / small * 3)) % images.Length];
                long x = column * small;
                int count = (int)Math.Min(small, side - x);
                image.AsSpan((int)(y % small) * small, count).CopyTo(mosaic.AsSpan((int)((y * side) + x), count));
            }
        }
        return mosaic;
    }

    /// <summary>Writes a mosaic to a file, in bands, so that any size fits; the extension says which format.</summary>
    public static void SaveMosaic(string path, long side)
    {
        const long Rows = 512;
        byte[] period = Mosaic(Math.Min(side, Period));
        long width = Math.Min(side, Period);
        byte[] band = new byte[Rows * side];
        using ImageWriter writer = ImageFile.Create(path, new ImageLayout(side, side, SampleType.UInt8));
        for (long y = 0; y < side; y += Rows)
        {
            long rows = Math.Min(Rows, side - y);
            for (long at = 0; at < rows * side;)
            {
                (long row, long x) = Math.DivRem(at, side);
                int count = (int)Math.Min(width, side - x);
                period.AsSpan((int)(((y + row) % width) * width), count).CopyTo(band.AsSpan((int)at, count));
                at += count;
            }
            writer.Write(new Region(0, y, side, rows), band.AsSpan(0, (int)(rows * side)));
        }
        writer.Commit();
    }

    private static IEnumerable<string> Names(string part) => Directory
        .GetFiles(Path.Combine(Repository.Root, "samples", "ni", part), "*.png")
        .Where(file => !file.EndsWith("_labels.png", StringComparison.Ordinal) && !file.EndsWith("_gt.png", StringComparison.Ordinal))
        .Order(StringComparer.Ordinal);

    private static byte[] Load(string file)
    {
        using ImageReader reader = ImageFile.Open(file);
        byte[] pixels = new byte[reader.Info.Width * reader.Info.Height];
        if (reader.Info.Type != SampleType.UInt8 || reader.Info.Channels != 1 || reader.Info.Width != reader.Info.Height)
        {
            throw new FastSegException($"{file} is no square 8-bit grey image; the measurements need some.");
        }
        reader.Read(reader.Info.Bounds, pixels);
        return pixels;
    }
}
