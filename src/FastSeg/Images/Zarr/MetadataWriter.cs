using System.Text.Json;

namespace FastSeg.Images.Zarr;

/// <summary>Writes the metadata of arrays and images. The same image gives the same bytes.</summary>
/// <param name="image">What is written.</param>
internal sealed class MetadataWriter(WrittenImage image)
{
    private static readonly JsonWriterOptions Indented = new() { Indented = true };

    /// <summary>The metadata of a level's array, and the name of its file.</summary>
    public (string File, byte[] Text) Array(int level) => image.IsVersion3
        ? ($"{level}/{ArrayMetadata.FileOfVersion3}", Json(json => Array3(json, level)))
        : ($"{level}/{ArrayMetadata.FileOfVersion2}", Json(json => Array2(json, level)));

    /// <summary>The files of the image's own metadata, the one that makes it an image last.</summary>
    public IEnumerable<(string File, byte[] Text)> Image()
    {
        if (image.IsVersion3)
        {
            yield return (ArrayMetadata.FileOfVersion3, Group3(Attributes, Run));
            yield break;
        }
        yield return (".zgroup", Group2);
        yield return (".zattrs", Json(json =>
        {
            Attributes(json);
            Run(json);
        }));
    }

    /// <summary>The file that makes a folder a group of version 2.</summary>
    public static byte[] Group2 => Json(json => json.WriteNumber("zarr_format", 2));

    /// <summary>The metadata of a group of version 3 with attributes of OME, and others beside them.</summary>
    public static byte[] Group3(Action<Utf8JsonWriter> attributes, Action<Utf8JsonWriter>? others = null) => Json(json =>
    {
        json.WriteNumber("zarr_format", 3);
        json.WriteString("node_type", "group");
        json.WriteStartObject("attributes");
        json.WriteStartObject("ome");
        json.WriteString("version", OmeZarrOptions.Version05);
        attributes(json);
        json.WriteEndObject();
        others?.Invoke(json);
        json.WriteEndObject();
    });

    /// <summary>What says which run made an image: names and values of all that decided its bytes.</summary>
    public const string RunMember = "fastseg";

    private void Run(Utf8JsonWriter json)
    {
        if (image.Run.Count == 0)
        {
            return;
        }
        json.WriteStartObject(RunMember);
        foreach ((string name, string value) in image.Run)
        {
            json.WriteString(name, value);
        }
        json.WriteEndObject();
    }

    /// <summary>An object as indented text.</summary>
    public static byte[] Json(Action<Utf8JsonWriter> members)
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes, Indented))
        {
            json.WriteStartObject();
            members(json);
            json.WriteEndObject();
        }
        bytes.WriteByte((byte)'\n');
        return bytes.ToArray();
    }

    private void Array2(Utf8JsonWriter json, int level)
    {
        SampleType type = image.Layout.Type;
        string kind = type.IsFloat() ? "f" : type is SampleType.Int8 or SampleType.Int16 ? "i" : "u";
        (int width, int height) = image.Chunk(level);
        json.WriteNumber("zarr_format", 2);
        Numbers(json, "shape", image.Shape(level));
        Numbers(json, "chunks", [.. image.Lead.Select(_ => 1L), height, width]);
        json.WriteString("dtype", $"{(type.Bytes() == 1 ? '|' : '<')}{kind}{type.Bytes()}");
        json.WriteStartObject("compressor");
        json.WriteString("id", "zlib");
        json.WriteNumber("level", 1);
        json.WriteEndObject();
        json.WriteNumber("fill_value", 0);
        json.WriteString("order", "C");
        json.WriteNull("filters");
        json.WriteString("dimension_separator", "/");
    }

    private void Array3(Utf8JsonWriter json, int level)
    {
        (int width, int height) = image.Chunk(level);
        (long across, long down) = image.Shard(level);
        json.WriteNumber("zarr_format", 3);
        json.WriteString("node_type", "array");
        Numbers(json, "shape", image.Shape(level));
        json.WriteString("data_type", image.Layout.Type.Name());
        Named(json, "chunk_grid", "regular", () => Numbers(
            json, "chunk_shape", [.. image.Lead.Select(_ => 1L), height * down, width * across]));
        Named(json, "chunk_key_encoding", "default", () => json.WriteString("separator", "/"));
        json.WriteNumber("fill_value", 0);
        json.WriteStartArray("codecs");
        Named(json, null, "sharding_indexed", () =>
        {
            Numbers(json, "chunk_shape", [.. image.Lead.Select(_ => 1L), height, width]);
            json.WriteStartArray("codecs");
            Named(json, null, "bytes", () => json.WriteString("endian", "little"));
            Named(json, null, "zstd", () =>
            {
                json.WriteNumber("level", ChunkBuffer.ZstdLevel);
                json.WriteBoolean("checksum", false);
            });
            json.WriteEndArray();
            json.WriteStartArray("index_codecs");
            Named(json, null, "bytes", () => json.WriteString("endian", "little"));
            Named(json, null, "crc32c", null);
            json.WriteEndArray();
            json.WriteString("index_location", "end");
        });
        json.WriteEndArray();
        json.WriteStartArray("dimension_names");
        System.Array.ForEach(image.Axes, axis => json.WriteStringValue($"{axis.Name}"));
        json.WriteEndArray();
        json.WriteStartObject("attributes");
        json.WriteEndObject();
    }

    private void Attributes(Utf8JsonWriter json)
    {
        json.WriteStartArray("multiscales");
        json.WriteStartObject();
        if (!image.IsVersion3)
        {
            json.WriteString("version", OmeZarrOptions.Version04);
        }
        json.WriteString("name", image.Name);
        json.WriteString("type", image.Layout.IsLabelMap ? "mode" : "mean");
        Axes(json);
        json.WriteStartArray("datasets");
        double factor = 1;
        for (int level = 0; level < image.Levels.Count; level++)
        {
            factor *= image.Levels[level].Factor;
            json.WriteStartObject();
            json.WriteString("path", $"{level}");
            json.WriteStartArray("coordinateTransformations");
            json.WriteStartObject();
            json.WriteString("type", "scale");
            json.WriteStartArray("scale");
            for (int axis = 0; axis < image.Scale.Length; axis++)
            {
                json.WriteNumberValue(image.Scale[axis] * (axis < image.Lead.Length ? 1 : factor));
            }
            json.WriteEndArray();
            json.WriteEndObject();
            json.WriteEndArray();
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteEndArray();
        if (image.Layout.IsLabelMap)
        {
            Labels(json);
        }
        else
        {
            Channels(json);
        }
    }

    private void Axes(Utf8JsonWriter json)
    {
        json.WriteStartArray("axes");
        foreach (NgffAxis axis in image.Axes)
        {
            json.WriteStartObject();
            json.WriteString("name", $"{axis.Name}");
            json.WriteString("type", axis.Name switch { 't' => "time", 'c' => "channel", _ => "space" });
            if (axis.Unit is { } unit)
            {
                json.WriteString("unit", unit);
            }
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    /// <summary>Names and colours of label values.</summary>
    private void Labels(Utf8JsonWriter json)
    {
        json.WriteStartObject("image-label");
        if (!image.IsVersion3)
        {
            json.WriteString("version", OmeZarrOptions.Version04);
        }
        json.WriteStartArray("colors");
        foreach (LabelClass one in image.Layout.Classes)
        {
            (byte red, byte green, byte blue) = ClassColours.Of(one.Label);
            json.WriteStartObject();
            json.WriteNumber("label-value", one.Label);
            Numbers(json, "rgba", [red, green, blue, byte.MaxValue]);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteStartArray("properties");
        foreach (LabelClass one in image.Layout.Classes)
        {
            json.WriteStartObject();
            json.WriteNumber("label-value", one.Label);
            json.WriteString("class", one.Name);
            json.WriteNumber("drawn-value", one.Value);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        if (image.Source is { } source)
        {
            json.WriteStartObject("source");
            json.WriteString("image", source);
            json.WriteEndObject();
        }
        json.WriteEndObject();
    }

    /// <summary>Names of pages, for viewers; nothing where they have none.</summary>
    private void Channels(Utf8JsonWriter json)
    {
        if (image.Layout.PageNames is not { } names)
        {
            return;
        }
        int most = image.Layout.Type.IsFloat() ? 1 : byte.MaxValue;
        json.WriteStartObject("omero");
        json.WriteStartArray("channels");
        for (int i = 0; i < names.Count; i++)
        {
            (byte red, byte green, byte blue) = ClassColours.Of(i + 1);
            json.WriteStartObject();
            json.WriteString("label", names[i]);
            json.WriteString("color", $"{red:X2}{green:X2}{blue:X2}");
            json.WriteBoolean("active", true);
            json.WriteStartObject("window");
            json.WriteNumber("min", 0);
            json.WriteNumber("max", most);
            json.WriteNumber("start", 0);
            json.WriteNumber("end", most);
            json.WriteEndObject();
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void Named(Utf8JsonWriter json, string? member, string name, Action? configuration)
    {
        if (member is null)
        {
            json.WriteStartObject();
        }
        else
        {
            json.WriteStartObject(member);
        }
        json.WriteString("name", name);
        if (configuration is not null)
        {
            json.WriteStartObject("configuration");
            configuration();
            json.WriteEndObject();
        }
        json.WriteEndObject();
    }

    private static void Numbers(Utf8JsonWriter json, string member, IEnumerable<long> numbers)
    {
        json.WriteStartArray(member);
        foreach (long number in numbers)
        {
            json.WriteNumberValue(number);
        }
        json.WriteEndArray();
    }
}
