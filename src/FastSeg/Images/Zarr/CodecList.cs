using FastSeg.Images.Codecs;

namespace FastSeg.Images.Zarr;

/// <summary>
/// The codecs of an array of version 3: a transposition or none; samples as bytes, or shards of chunks with codecs of their own; what
/// becomes of the bytes.
/// </summary>
internal static class CodecList
{
    private const string Read = "bytes, transpose, sharding_indexed, gzip, zlib, zstd, blosc and crc32c are read";

    /// <summary>An array with its codecs.</summary>
    /// <param name="list">The list in its metadata.</param>
    /// <param name="array">The array without them.</param>
    /// <exception cref="FastSegException">A codec is not read, or stands where it cannot.</exception>
    public static ZarrArray Apply(ZarrJson list, ZarrArray array)
    {
        var words = new List<string>();
        var bytes = new List<ChunkCodec>();
        bool asBytes = false;
        foreach (ZarrJson codec in list.List())
        {
            string name = codec.IsText ? codec.Text() : codec.Need("name").Text();
            ZarrJson? settings = codec.IsText ? null : codec.Find("configuration");
            switch (name)
            {
                case "transpose" when !asBytes:
                    array = array with { Order = Transposed(codec, settings, array) };
                    break;
                case "bytes" or "endian" when !asBytes:
                    asBytes = true;
                    array = array with { Swapped = IsBig(codec, settings) && array.Type.Bytes() > 1 };
                    break;
                case "sharding_indexed" when !asBytes && array.Shard is null:
                    return Sharded(codec, settings ?? throw codec.Bad("has shards without a configuration"), array, list);
                case "crc32c" when asBytes:
                    bytes.Add(ChunkCodec.Crc32C);
                    words.Add(name);
                    break;
                default:
                    if (name is "transpose" or "bytes" or "endian" or "crc32c" or "sharding_indexed")
                    {
                        throw codec.Unsupported(
                            $"has the codec {name} at a place of its own", "samples become bytes once, and then bytes change");
                    }
                    (ChunkCodec[] one, string text) = Compressor(codec, settings, name);
                    if (!asBytes || bytes.Exists(other => other != ChunkCodec.Crc32C))
                    {
                        throw codec.Unsupported(
                            $"has the codec {name} behind another compressor or before bytes", "one compressor is read");
                    }
                    bytes.AddRange(one);
                    words.Add(text);
                    break;
            }
        }
        return asBytes
            ? array with { Codecs = [.. bytes], CodecText = words.Count == 0 ? ZarrArray.Uncompressed : string.Join(", ", words) }
            : throw list.Bad("has no codec that makes bytes of samples");
    }

    private static (ChunkCodec[] Codecs, string Text) Compressor(ZarrJson codec, ZarrJson? settings, string name) =>
        name is "zlib" or "gzip" or "zstd" or "blosc"
            ? ArrayMetadata.Compressor(codec, name, settings)
            : throw codec.Unsupported($"has the codec {name}", Read);

    /// <summary>Chunks inside chunks: what the array calls a chunk is the shard.</summary>
    private static ZarrArray Sharded(ZarrJson codec, ZarrJson settings, ZarrArray array, ZarrJson list)
    {
        long[] shard = array.Chunk, chunk = ArrayMetadata.Lengths(settings.Need("chunk_shape"));
        if (list.List().Count != 1)
        {
            throw codec.Unsupported("has a codec beside sharding_indexed", "shards with codecs inside are read");
        }
        if (chunk.Length != shard.Length
            || shard.Zip(chunk).Any(pair => pair.Second < 1 || pair.First < 1 || pair.First % pair.Second != 0))
        {
            throw codec.Bad($"has shards of {ZarrArray.Text(shard)}, which are no whole chunks of {ZarrArray.Text(chunk)}");
        }
        long chunks = 1;
        foreach ((long whole, long part) in shard.Zip(chunk))
        {
            chunks = whole / part > ShardLayout.MostChunks / chunks
                ? throw codec.Unsupported("has shards of too many chunks", $"at most {ShardLayout.MostChunks} are read")
                : chunks * (whole / part);
        }
        (bool big, bool check) = Index(settings.Need("index_codecs"));
        string place = settings.Find("index_location")?.Text() ?? "end";
        bool atEnd = place is "start" or "end" ? place == "end" : throw settings.Need("index_location").Wrong("\"start\" or \"end\"");
        var layout = new ShardLayout(shard, atEnd, big, check);
        return Apply(settings.Need("codecs"), array with { Chunk = chunk, Shard = layout });
    }

    /// <summary>The codecs of an index, which must leave its length as it is: numbers of either order, and a checksum.</summary>
    private static (bool Big, bool Check) Index(ZarrJson codecs)
    {
        bool big = false, check = false;
        foreach (ZarrJson codec in codecs.List())
        {
            string name = codec.IsText ? codec.Text() : codec.Need("name").Text();
            big |= name == "bytes" && IsBig(codec, codec.Find("configuration"));
            check |= name == "crc32c";
            if (name is not ("bytes" or "crc32c"))
            {
                throw codec.Unsupported($"has an index of shards with the codec {name}", "bytes and crc32c are read there");
            }
        }
        return (big, check);
    }

    private static bool IsBig(ZarrJson codec, ZarrJson? settings) => settings?.Find("endian")?.Text() switch
    {
        null or "little" => false,
        "big" => true,
        _ => throw codec.Bad("has bytes that are neither big- nor little-endian"),
    };

    /// <summary>The order of axes after one more transposition.</summary>
    private static int[] Transposed(ZarrJson codec, ZarrJson? settings, ZarrArray array)
    {
        ZarrJson order = settings?.Need("order") ?? throw codec.Bad("has a transposition without an order");
        if (order.IsText && order.Text() is "C" or "F")
        {
            return order.Text() == "C" ? array.Order : [.. array.Order.Reverse()];
        }
        long[] axes = ArrayMetadata.Lengths(order);
        return axes.Order().SequenceEqual(Enumerable.Range(0, array.Shape.Length).Select(axis => (long)axis))
            ? [.. axes.Select(axis => array.Order[(int)axis])]
            : throw order.Wrong($"an order of {array.Shape.Length} axes");
    }
}
