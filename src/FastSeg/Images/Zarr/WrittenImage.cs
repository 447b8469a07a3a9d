using FastSeg.Images.Pyramids;

namespace FastSeg.Images.Zarr;

/// <summary>An image that is written: what its metadata will say, and the form of its arrays. y and x are the last two axes.</summary>
internal sealed record WrittenImage
{
    /// <summary>Chunks of a shard along y, and along x.</summary>
    public const int ShardSide = 4;

    /// <summary>Larger shards are not written: each is put together in memory.</summary>
    private const long MostShardBytes = 1L << 30;

    /// <summary>What the caller asked for.</summary>
    public required ImageLayout Layout { get; init; }

    /// <summary>Version and chunks.</summary>
    public required OmeZarrOptions Options { get; init; }

    /// <summary>The axes.</summary>
    public required NgffAxis[] Axes { get; init; }

    /// <summary>Lengths of the axes before y and x.</summary>
    public required long[] Lead { get; init; }

    /// <summary>The plane's number along each of these; that along the axis of pages is the page.</summary>
    public required long[] Place { get; init; }

    /// <summary>Size of a sample along each axis.</summary>
    public required double[] Scale { get; init; }

    /// <summary>The sizes.</summary>
    public required IReadOnlyList<WrittenLevel> Levels { get; init; }

    /// <summary>What the image is called.</summary>
    public required string Name { get; init; }

    /// <summary>Where the labels' image is, seen from the labels; null where they do not lie in its store.</summary>
    public string? Source { get; init; }

    /// <summary>Whether it is written on Zarr version 3.</summary>
    public bool IsVersion3 => Options.Version == OmeZarrOptions.Version05;

    /// <summary>Bytes of a sample.</summary>
    public int SampleBytes => Layout.Type.Bytes();

    /// <summary>The place of the axis of pages; -1 where there is none.</summary>
    public int PageAxis => Array.FindIndex(Axes, axis => axis.Name == 'c');

    /// <summary>A new image: y and x, and before them c where it has no labels.</summary>
    /// <param name="path">The store.</param>
    /// <param name="layout">Its layout.</param>
    /// <param name="options">Version and chunks.</param>
    /// <exception cref="FastSegException">As in <see cref="Checked"/>.</exception>
    public static WrittenImage Of(string path, ImageLayout layout, OmeZarrOptions options)
    {
        string? unit = layout.PixelSize is { } size ? LengthUnits.Theirs(size.Unit) : null;
        NgffAxis[] plane = [new('y', unit), new('x', unit)];
        bool pages = !layout.IsLabelMap || layout.Pages > 1;
        double[] scale = [layout.PixelSize?.Y ?? 1, layout.PixelSize?.X ?? 1];
        return new WrittenImage
        {
            Layout = layout,
            Options = options,
            Axes = pages ? [new('c', null), .. plane] : plane,
            Lead = pages ? [layout.Pages] : [],
            Place = pages ? [0] : [],
            Scale = pages ? [1, .. scale] : scale,
            Levels = WrittenLevel.Of(layout),
            Name = NameOf(path),
        }.Checked();
    }

    /// <summary>The same image, of which it is certain that it can be written.</summary>
    /// <exception cref="FastSegException">Its shards are too large, or the pixels of its smallest size.</exception>
    public WrittenImage Checked()
    {
        (long across, long down) = Shard(0);
        if (IsVersion3 && across * down * ChunkBytes > MostShardBytes)
        {
            int most = (int)Math.Sqrt(MostShardBytes / (ShardSide * ShardSide) / SampleBytes);
            throw new FastSegException(
                $"Chunks of {Options.Chunk} x {Options.Chunk} {Layout.Type.Name()} make files of more than {MostShardBytes >> 30} GiB, "
                + $"since {across} x {down} of them share one; write chunks of {most} x {most} or smaller ones.");
        }
        double factor = Levels.Aggregate(1.0, (product, level) => product * level.Factor);
        double largest = Scale.Max(Math.Abs);
        return double.IsFinite(largest * factor) ? this : throw new FastSegException(
            $"A pixel of {largest} is too large: at the smallest size it would be {factor} times that; give the true pixel size.");
    }

    /// <summary>Columns and rows of a level's chunks.</summary>
    public (int Width, int Height) Chunk(int level) =>
        ((int)Math.Min(Options.Chunk, Levels[level].Width), (int)Math.Min(Options.Chunk, Levels[level].Height));

    /// <summary>Chunks of a level across and down.</summary>
    public (long Across, long Down) Chunks(int level)
    {
        (int width, int height) = Chunk(level);
        return (((Levels[level].Width - 1) / width) + 1, ((Levels[level].Height - 1) / height) + 1);
    }

    /// <summary>Chunks of a level's shards across and down: fewer in a small level.</summary>
    public (long Across, long Down) Shard(int level)
    {
        (long across, long down) = Chunks(level);
        return (Math.Min(ShardSide, across), Math.Min(ShardSide, down));
    }

    /// <summary>Bytes of a chunk of level 0, which no other level's chunk exceeds.</summary>
    public long ChunkBytes => (long)Chunk(0).Width * Chunk(0).Height * SampleBytes;

    /// <summary>The shape of a level's array.</summary>
    public long[] Shape(int level) => [.. Lead, Levels[level].Height, Levels[level].Width];

    /// <summary>The path of a file of a level.</summary>
    /// <param name="level">The level.</param>
    /// <param name="page">The page.</param>
    /// <param name="y">Number of the chunk or shard down.</param>
    /// <param name="x">Number of it across.</param>
    public string FileOf(int level, int page, long y, long x)
    {
        IEnumerable<long> numbers = [.. Place.Select((number, i) => i == PageAxis ? page : number), y, x];
        return $"{level}/{(IsVersion3 ? "c/" : "")}{string.Join('/', numbers)}";
    }

    /// <summary>A store's name without what its extension says.</summary>
    public static string NameOf(string path)
    {
        string name = System.IO.Path.GetFileName(System.IO.Path.TrimEndingDirectorySeparator(path));
        foreach (string ending in (string[])[".ome.zarr", ".zarr"])
        {
            if (name.Length > ending.Length && name.EndsWith(ending, StringComparison.OrdinalIgnoreCase))
            {
                return name[..^ending.Length];
            }
        }
        return name;
    }
}
