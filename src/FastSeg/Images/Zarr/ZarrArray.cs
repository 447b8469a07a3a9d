using FastSeg.Images.Codecs;

namespace FastSeg.Images.Zarr;

/// <summary>An array of a store, as its metadata describes it; both versions of Zarr become this.</summary>
/// <param name="Store">The store.</param>
/// <param name="Path">The array's folder inside.</param>
/// <param name="Shape">Lengths of the axes.</param>
/// <param name="Chunk">Lengths of a chunk; inside a shard, of one of its chunks.</param>
/// <param name="Type">The samples; bool is uint8 of 0 and 1.</param>
internal sealed record ZarrArray(ZarrStore Store, string Path, long[] Shape, long[] Chunk, SampleType Type)
{
    /// <summary>The most axes that an image has: t, c, z, y and x.</summary>
    public const int MostAxes = 5;

    /// <summary>The longest side, as in a TIFF, and most samples of an array.</summary>
    private const long LongestSide = uint.MaxValue, MostSamples = 1L << 56;

    /// <summary>Most bytes of a chunk: it is decoded as a whole.</summary>
    private const long LargestChunk = 1L << 30;

    /// <summary>2 or 3.</summary>
    public int Version { get; init; } = 2;

    /// <summary>The type's name as numpy's users know it.</summary>
    public string TypeName { get; init; } = "";

    /// <summary>Whether the highest byte of a sample comes first.</summary>
    public bool Swapped { get; init; }

    /// <summary>The axes in the order in which a chunk stores them, the slowest first.</summary>
    public int[] Order { get; init; } = [.. Enumerable.Range(0, Shape.Length)];

    /// <summary>What a chunk's bytes went through, the first first.</summary>
    public ChunkCodec[] Codecs { get; init; } = [];

    /// <summary>What stands for no codec.</summary>
    public const string Uncompressed = "not compressed";

    /// <summary>The codecs in words.</summary>
    public string CodecText { get; init; } = Uncompressed;

    /// <summary>The sample that stands for those of absent chunks, little-endian.</summary>
    public byte[] Fill { get; init; } = new byte[Type.Bytes()];

    /// <summary>What the names of chunks begin with: "c" in version 3.</summary>
    public string Prefix { get; init; } = "";

    /// <summary>What stands between the numbers in a chunk's name.</summary>
    public char Separator { get; init; } = '.';

    /// <summary>What is known of the array's shards; null where each chunk is a file.</summary>
    public ShardLayout? Shard { get; init; }

    /// <summary>Names of the axes where the array gives them.</summary>
    public string?[]? AxisNames { get; init; }

    /// <summary>Samples of a chunk.</summary>
    public long ChunkSamples => Chunk.Aggregate(1L, (product, length) => product * length);

    /// <summary>Bytes of a decoded chunk.</summary>
    public long ChunkBytes => ChunkSamples * Type.Bytes();

    /// <summary>Samples between two neighbours along each axis, in a decoded chunk.</summary>
    public long[] Strides()
    {
        long[] strides = new long[Chunk.Length];
        long step = 1;
        foreach (int axis in Order.Reverse())
        {
            strides[axis] = step;
            step *= Chunk[axis];
        }
        return strides;
    }

    /// <summary>The path of a chunk's file, or a shard's.</summary>
    /// <param name="numbers">Its number along each axis.</param>
    public string FileOf(ReadOnlySpan<long> numbers)
    {
        var name = new System.Text.StringBuilder(Path.Length + 40).Append(Path).Append(Path.Length == 0 ? "" : "/").Append(Prefix);
        for (int i = 0; i < numbers.Length; i++)
        {
            name.Append(i > 0 || Prefix.Length > 0 ? Separator.ToString() : "").Append(numbers[i]);
        }
        return name.ToString();
    }

    /// <summary>The array itself, unless its sizes cannot be those of an image.</summary>
    /// <param name="source">Where the sizes come from.</param>
    /// <exception cref="FastSegException">Something has no length, or is larger than anything that is read.</exception>
    public ZarrArray Checked(ZarrJson source)
    {
        if (Shape.Length is < 2 or > MostAxes)
        {
            throw source.Unsupported($"has {Shape.Length} axes", $"images have 2 to {MostAxes}: y and x, and before them t, c and z");
        }
        if (Chunk.Length != Shape.Length || Shard?.Shape.Length is { } axes && axes != Shape.Length)
        {
            throw source.Bad($"has a shape of {Shape.Length} axes and chunks of {Chunk.Length}");
        }
        long samples = 1, chunk = 1;
        for (int i = 0; i < Shape.Length; i++)
        {
            if (Shape[i] is < 1 or > LongestSide || Chunk[i] is < 1 or > LongestSide || samples > MostSamples / Shape[i])
            {
                throw source.Bad($"claims a shape of {Text(Shape)} and chunks of {Text(Chunk)}");
            }
            samples *= Shape[i];
            if (chunk > LargestChunk / Chunk[i] / Type.Bytes())
            {
                throw source.Unsupported(
                    $"has chunks of {Text(Chunk)} {Type.Name()}",
                    $"a chunk is decoded as a whole, and has at most {LargestChunk >> 20} MiB");
            }
            chunk *= Chunk[i];
        }
        return this;
    }

    /// <summary>Lengths in words.</summary>
    public static string Text(IEnumerable<long> lengths) => string.Join(" x ", lengths);
}
