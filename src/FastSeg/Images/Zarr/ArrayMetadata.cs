using FastSeg.Images.Codecs;

namespace FastSeg.Images.Zarr;

/// <summary>Reads what an array's metadata says, in both versions of Zarr, and refuses what is not read with a sentence about it.</summary>
internal static class ArrayMetadata
{
    public const string FileOfVersion2 = ".zarray", FileOfVersion3 = "zarr.json";

    private const string Compressors = "zlib, gzip, zstd, blosc (lz4, lz4hc, zstd, zlib) and none are read";

    /// <summary>Reads the metadata in a folder.</summary>
    /// <exception cref="FastSegException">There is none, it is damaged, or something in it is not read.</exception>
    public static ZarrArray Read(ZarrStore store, string path)
    {
        string old = ZarrStore.Join(path, FileOfVersion2), now = ZarrStore.Join(path, FileOfVersion3);
        if (store.Has(old))
        {
            ZarrJson json = store.Json(old);
            return Version2(json, path).Checked(json);
        }
        if (store.Has(now))
        {
            ZarrJson json = store.Json(now);
            return Version3(json, path).Checked(json);
        }
        throw store.Bad(path, $"holds no array (neither {FileOfVersion2} nor {FileOfVersion3} is there)");
    }

    private static ZarrArray Version2(ZarrJson json, string path)
    {
        if (json.Need("zarr_format").Whole() != 2)
        {
            throw json.Unsupported($"is of Zarr version {json.Need("zarr_format").Quoted()}", "a .zarray is of version 2");
        }
        Npy.NpyType type = ZarrTypes.OfVersion2(json.Need("dtype"));
        if (json.Find("filters") is { } filters && filters.List() is { Count: > 0 } some)
        {
            throw json.Unsupported(
                $"passes samples through the filter {Id(some[0])}", $"filters are not read, but compressors are: {Compressors}");
        }
        string order = json.Find("order")?.Text() ?? "C", separator = json.Find("dimension_separator")?.Text() ?? ".";
        (ChunkCodec[] codecs, string text) = json.Find("compressor") is { } compressor
            ? Compressor(compressor, Id(compressor))
            : ([], ZarrArray.Uncompressed);
        long[] shape = Lengths(json.Need("shape"));
        return new ZarrArray(json.Store, path, shape, Lengths(json.Need("chunks")), type.Type)
        {
            TypeName = type.Name,
            Swapped = type.Swapped,
            Order = order switch
            {
                "C" => [.. Enumerable.Range(0, shape.Length)],
                "F" => [.. Enumerable.Range(0, shape.Length).Reverse()],
                _ => throw json.Need("order").Wrong("\"C\" or \"F\""),
            },
            Separator = separator is "." or "/" ? separator[0] : throw json.Need("dimension_separator").Wrong("\".\" or \"/\""),
            Codecs = codecs,
            CodecText = text,
            Fill = ZarrTypes.Fill(json.Find("fill_value"), type.Type),
            AxisNames = XarrayNames(json.Store, path),
        };
    }

    private static ZarrArray Version3(ZarrJson json, string path)
    {
        if (json.Need("zarr_format").Whole() != 3 || json.Need("node_type").Text() != "array")
        {
            throw json.Bad("is no array of Zarr version 3");
        }
        (SampleType type, string name) = ZarrTypes.OfVersion3(json.Need("data_type"));
        long[] shape = Lengths(json.Need("shape"));
        ZarrJson grid = json.Need("chunk_grid"), keys = json.Need("chunk_key_encoding");
        if (grid.Need("name").Text() != "regular")
        {
            throw grid.Unsupported($"has a chunk grid {grid.Need("name").Quoted()}", "regular ones are read");
        }
        if (json.Find("storage_transformers") is { } transformers && transformers.List() is { Count: > 0 } some)
        {
            throw json.Unsupported($"has a storage transformer {some[0].Quoted()}", "arrays without one are read");
        }
        string encoding = keys.Need("name").Text();
        bool plain = encoding == "default";
        string separator = keys.Find("configuration")?.Find("separator")?.Text() ?? (plain ? "/" : ".");
        if ((!plain && encoding != "v2") || separator is not ("." or "/"))
        {
            throw keys.Unsupported($"names chunks by {keys.Quoted()}", "the encodings default and v2 with . or / are read");
        }
        var array = new ZarrArray(
            json.Store, path, shape, Lengths(grid.Need("configuration").Need("chunk_shape")), type)
        {
            Version = 3,
            TypeName = name,
            Prefix = plain ? "c" : "",
            Separator = separator[0],
            Fill = ZarrTypes.Fill(json.Find("fill_value"), type),
            AxisNames = json.Find("dimension_names") is { } names
                ? [.. names.List().Select(axis => axis.IsText ? axis.Text() : null)]
                : null,
        };
        return CodecList.Apply(json.Need("codecs"), array);
    }

    /// <summary>A compressor by its name, and in words.</summary>
    /// <param name="compressor">What describes it.</param>
    /// <param name="name">Its name.</param>
    /// <param name="settings">Where its settings stand; null where beside the name.</param>
    public static (ChunkCodec[] Codecs, string Text) Compressor(ZarrJson compressor, string name, ZarrJson? settings = null)
    {
        if (name == "blosc")
        {
            string inner = (settings ?? compressor).Find("cname")?.Text() ?? "lz4";
            return BloscFrame.IsRead(inner) ? ([ChunkCodec.Blosc], $"blosc ({inner})")
                : throw compressor.Unsupported($"is compressed by blosc with {inner}", Compressors);
        }
        return name switch
        {
            "zlib" => ([ChunkCodec.Zlib], name),
            "gzip" => ([ChunkCodec.Gzip], name),
            "zstd" => ([ChunkCodec.Zstd], name),
            _ => throw compressor.Unsupported($"is compressed by {name}", Compressors),
        };
    }

    /// <summary>A list of lengths.</summary>
    public static long[] Lengths(ZarrJson list) => [.. list.List().Select(length => length.Whole())];

    private static string Id(ZarrJson codec) => codec.Need("id").Text();

    /// <summary>Names of the axes as xarray keeps them beside arrays of version 2.</summary>
    private static string?[]? XarrayNames(ZarrStore store, string path)
    {
        string file = ZarrStore.Join(path, ".zattrs");
        return store.Has(file) && store.Json(file).Find("_ARRAY_DIMENSIONS") is { } names
            ? [.. names.List().Select(axis => axis.IsText ? axis.Text() : null)]
            : null;
    }
}
