using System.Text.Json;
using FastSeg.Files;
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

    /// <summary>The number of each plane along these axes; that along the axis of pages is the page.</summary>
    public required IReadOnlyList<long[]> Planes { get; init; }

    /// <summary>Size of a sample along each axis.</summary>
    public required double[] Scale { get; init; }

    /// <summary>The sizes.</summary>
    public required IReadOnlyList<WrittenLevel> Levels { get; init; }

    /// <summary>What the image is called.</summary>
    public required string Name { get; init; }

    /// <summary>Where the labels' image is, seen from the labels; null where they do not lie in its store.</summary>
    public string? Source { get; init; }

    /// <summary>The run that makes it, as its metadata says; empty where nobody said.</summary>
    public IReadOnlyList<(string Name, string Value)> Run { get; init; } = [];

    /// <summary>Whether it is written on Zarr version 3.</summary>
    public bool IsVersion3 => Options.Version == OmeZarrOptions.Version05;

    /// <summary>Bytes of a sample.</summary>
    public int SampleBytes => Layout.Type.Bytes();

    /// <summary>Pages of all planes, those of a plane behind each other.</summary>
    public int Pages => checked(Layout.Pages * Planes.Count);

    /// <summary>The place of the axis of pages; -1 where there is none.</summary>
    public int PageAxis => Array.FindIndex(Axes, axis => axis.Name == 'c');

    /// <summary>A new image: y and x, and before them t, c and z as far as there are several, c always where there are no labels.</summary>
    /// <param name="path">The store.</param>
    /// <param name="layout">Its layout.</param>
    /// <param name="options">Version and chunks.</param>
    /// <exception cref="FastSegException">As in <see cref="Checked"/>.</exception>
    public static WrittenImage Of(string path, ImageLayout layout, OmeZarrOptions options)
    {
        string? unit = layout.PixelSize is { } size ? LengthUnits.Theirs(size.Unit) : null;
        NgffAxis[] plane = [new('y', unit), new('x', unit)];
        (bool Wanted, NgffAxis Axis, long Length, double Scale)[] lead =
        [
            (layout.Frames > 1, new('t', null), layout.Frames, 1),
            (!layout.IsLabelMap || layout.Pages > 1, new('c', null), layout.Pages, 1),
            (layout.Slices > 1, new('z', layout.SliceStep is null ? null : unit), layout.Slices, layout.SliceStep ?? 1),
        ];
        lead = [.. lead.Where(axis => axis.Wanted)];
        return new WrittenImage
        {
            Layout = layout,
            Options = options,
            Axes = [.. lead.Select(axis => axis.Axis), .. plane],
            Lead = [.. lead.Select(axis => axis.Length)],
            Planes = PlanesOf(layout, [.. lead.Select(axis => axis.Axis.Name)], (0, 0)),
            Scale = [.. lead.Select(axis => axis.Scale), layout.PixelSize?.Y ?? 1, layout.PixelSize?.X ?? 1],
            Levels = WrittenLevel.Of(layout),
            Name = options.Name ?? NameOf(path),
        }.Checked();
    }

    /// <summary>The numbers of each plane of a layout along axes, in the order of the planes.</summary>
    /// <param name="layout">How many slices and points in time there are.</param>
    /// <param name="axes">The axes before y and x.</param>
    /// <param name="first">The point in time and the slice of the first plane.</param>
    public static IReadOnlyList<long[]> PlanesOf(ImageLayout layout, char[] axes, (long T, long Z) first) =>
    [
        .. Enumerable.Range(0, layout.Planes).Select(plane => Array.ConvertAll(axes, axis => axis switch
        {
            't' => first.T + (plane / layout.Slices),
            'z' => first.Z + (plane % layout.Slices),
            _ => 0,
        })),
    ];

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

    /// <summary>Files of level 0, of one page of each plane.</summary>
    public long Files
    {
        get
        {
            (long width, long height) = FileSize;
            return checked((((Layout.Width - 1) / width) + 1) * (((Layout.Height - 1) / height) + 1) * Layout.Planes);
        }
    }

    /// <summary>Columns and rows of the files of level 0: chunks, or shards.</summary>
    public (long Width, long Height) FileSize
    {
        get
        {
            (int width, int height) = Chunk(0);
            (long across, long down) = IsVersion3 ? Shard(0) : (1, 1);
            return (width * across, height * down);
        }
    }

    /// <summary>Bytes of a chunk of level 0, which no other level's chunk exceeds.</summary>
    public long ChunkBytes => (long)Chunk(0).Width * Chunk(0).Height * SampleBytes;

    /// <summary>The shape of a level's array.</summary>
    public long[] Shape(int level) => [.. Lead, Levels[level].Height, Levels[level].Width];

    /// <summary>The path of a file of a level.</summary>
    /// <param name="level">The level.</param>
    /// <param name="page">The page, counted through all planes.</param>
    /// <param name="y">Number of the chunk or shard down.</param>
    /// <param name="x">Number of it across.</param>
    public string FileOf(int level, int page, long y, long x)
    {
        (int plane, int inside) = Math.DivRem(page, Layout.Pages);
        IEnumerable<long> numbers = [.. Planes[plane].Select((number, i) => i == PageAxis ? inside : number), y, x];
        return $"{level}/{(IsVersion3 ? "c/" : "")}{string.Join('/', numbers)}";
    }

    /// <summary>How a run's folder keeps what is written, for whoever puts its blocks together.</summary>
    private static readonly JsonSerializerOptions Kept = new() { IncludeFields = true, IgnoreReadOnlyProperties = true };

    /// <summary>The image as a text for <see cref="Read"/>.</summary>
    public byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(this, Kept);

    /// <summary>Reads the text of a file.</summary>
    /// <exception cref="FastSegException">It is missing or damaged.</exception>
    public static WrittenImage Read(string path)
    {
        const int Most = 1 << 24;
        try
        {
            byte[] text = new FileInfo(path).Length <= Most ? File.ReadAllBytes(path) : throw new JsonException("it is too long");
            JsonText.CheckTokens(text, Most);
            WrittenImage image = JsonSerializer.Deserialize<WrittenImage>(text, Kept) ?? throw new JsonException("it is empty");
            bool fits = image.Levels.Count > 0 && image.Axes.Length == image.Lead.Length + 2 && image.Scale.Length == image.Axes.Length
                && image.Planes.Count == image.Layout.Planes && image.Planes.All(plane => plane.Length == image.Lead.Length)
                && (image.Levels[0].Width, image.Levels[0].Height) == (image.Layout.Width, image.Layout.Height)
                && image.Levels.All(level => level is { Width: > 0, Height: > 0, Factor: > 0 and <= 16 });
            return fits ? image.Checked() : throw new JsonException("its parts do not fit");
        }
        catch (Exception e) when (JsonText.IsWrong(e) || PartialFile.IsDiskFailure(e))
        {
            throw new FastSegException($"{path} is missing or damaged ({InputFile.OneLine(e.Message)}); run a block of the run again.", e);
        }
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
