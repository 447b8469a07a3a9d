using System.Text.Json;
using NUnit.Framework;

namespace FastSeg.Tests.Images.Zarr;

/// <summary>What the specifications of OME-NGFF 0.4 and 0.5, and of both versions of Zarr, demand of an image's metadata.</summary>
internal static class NgffRules
{
    private static readonly string[] Lengths =
        ["angstrom", "nanometer", "micrometer", "millimeter", "centimeter", "meter", "picometer", "inch"];

    /// <summary>Checks an image and the metadata of its arrays; returns its attributes.</summary>
    public static JsonElement CheckImage(string store, string version)
    {
        JsonElement attributes = Attributes(store, version);
        JsonElement image = attributes.GetProperty("multiscales").EnumerateArray().Single();
        JsonElement[] axes = [.. image.GetProperty("axes").EnumerateArray()];
        string[] types = [.. axes.Select(axis => axis.GetProperty("type").GetString()!)];
        string[] names = [.. axes.Select(axis => axis.GetProperty("name").GetString()!)];
        Assert.That(names, Is.Unique);
        Assert.That(axes, Has.Length.InRange(2, 5));
        Assert.That(types.Count(type => type == "space"), Is.InRange(2, 3));
        Assert.That(
            types, Is.EqualTo(types.OrderBy(type => Array.IndexOf((string[])["time", "channel", "space"], type))),
            "time, then channels, then space");
        Assert.That(names[^2..], Is.EqualTo((string[])["y", "x"]));
        foreach (JsonElement axis in axes.Where(axis => axis.TryGetProperty("unit", out _)))
        {
            Assert.That(Lengths, Does.Contain(axis.GetProperty("unit").GetString()));
        }
        double before = 0;
        foreach (JsonElement dataset in image.GetProperty("datasets").EnumerateArray())
        {
            JsonElement transformation = dataset.GetProperty("coordinateTransformations").EnumerateArray().Single();
            Assert.That(transformation.GetProperty("type").GetString(), Is.EqualTo("scale"), "exactly one scale a level");
            double[] scale = [.. transformation.GetProperty("scale").EnumerateArray().Select(factor => factor.GetDouble())];
            Assert.That(scale, Has.Length.EqualTo(axes.Length));
            Assert.That(scale, Is.All.GreaterThan(0));
            Assert.That(scale[^1], Is.GreaterThan(before), "from the largest to the smallest");
            before = scale[^1];
            CheckArray(Path.Combine(store, dataset.GetProperty("path").GetString()!), version, axes.Length);
        }
        if (attributes.TryGetProperty("omero", out JsonElement omero))
        {
            foreach (JsonElement channel in omero.GetProperty("channels").EnumerateArray())
            {
                Assert.That(channel.GetProperty("color").GetString(), Does.Match("^[0-9A-F]{6}$"));
                Assert.That(
                    channel.GetProperty("window").EnumerateObject().Select(member => member.Name),
                    Is.EquivalentTo((string[])["min", "max", "start", "end"]));
            }
        }
        return attributes;
    }

    /// <summary>Checks what makes an image a label image.</summary>
    public static void CheckLabel(JsonElement attributes, string version, params (int Value, string Name)[] classes)
    {
        JsonElement label = attributes.GetProperty("image-label");
        Assert.That(label.TryGetProperty("version", out JsonElement said) ? said.GetString() : "0.5", Is.EqualTo(version));
        foreach (JsonElement colour in label.GetProperty("colors").EnumerateArray())
        {
            int[] rgba = [.. colour.GetProperty("rgba").EnumerateArray().Select(part => part.GetInt32())];
            Assert.That(rgba, Has.Length.EqualTo(4));
            Assert.That(rgba, Is.All.InRange(0, 255));
        }
        int[] values = [.. label.GetProperty("colors").EnumerateArray().Select(colour => colour.GetProperty("label-value").GetInt32())];
        Assert.That(values, Is.Unique.And.EqualTo(classes.Select(one => one.Value)));
        Assert.That(
            label.GetProperty("properties").EnumerateArray().Select(
                one => (one.GetProperty("label-value").GetInt32(), one.GetProperty("class").GetString())),
            Is.EqualTo(classes));
    }

    /// <summary>The attributes of a group, those of OME in version 0.5.</summary>
    public static JsonElement Attributes(string group, string version)
    {
        if (version == "0.4")
        {
            Assert.That(Json(group, ".zgroup").GetProperty("zarr_format").GetInt32(), Is.EqualTo(2));
            JsonElement attributes = Json(group, ".zattrs");
            if (attributes.TryGetProperty("multiscales", out JsonElement images))
            {
                Assert.That(images[0].GetProperty("version").GetString(), Is.EqualTo("0.4"));
            }
            return attributes;
        }
        JsonElement json = Json(group, "zarr.json");
        Assert.That(json.GetProperty("zarr_format").GetInt32(), Is.EqualTo(3));
        Assert.That(json.GetProperty("node_type").GetString(), Is.EqualTo("group"));
        JsonElement ome = json.GetProperty("attributes").GetProperty("ome");
        Assert.That(ome.GetProperty("version").GetString(), Is.EqualTo("0.5"));
        return ome;
    }

    private static void CheckArray(string array, string version, int axes)
    {
        JsonElement json = Json(array, version == "0.4" ? ".zarray" : "zarr.json");
        Assert.That(json.GetProperty("shape").GetArrayLength(), Is.EqualTo(axes));
        if (version == "0.4")
        {
            Assert.That(
                json.EnumerateObject().Select(member => member.Name),
                Is.EquivalentTo((string[])
                    ["zarr_format", "shape", "chunks", "dtype", "compressor", "fill_value", "order", "filters", "dimension_separator"]));
            Assert.That(json.GetProperty("dimension_separator").GetString(), Is.EqualTo("/"));
            Assert.That(json.GetProperty("chunks").GetArrayLength(), Is.EqualTo(axes));
            return;
        }
        Assert.That(json.GetProperty("node_type").GetString(), Is.EqualTo("array"));
        JsonElement shard = json.GetProperty("chunk_grid").GetProperty("configuration").GetProperty("chunk_shape");
        JsonElement sharding = json.GetProperty("codecs").EnumerateArray().Single();
        Assert.That(sharding.GetProperty("name").GetString(), Is.EqualTo("sharding_indexed"));
        JsonElement chunk = sharding.GetProperty("configuration").GetProperty("chunk_shape");
        foreach ((JsonElement whole, JsonElement part) in shard.EnumerateArray().Zip(chunk.EnumerateArray()))
        {
            Assert.That(whole.GetInt64() % part.GetInt64(), Is.Zero);
        }
        Assert.That(json.GetProperty("dimension_names").GetArrayLength(), Is.EqualTo(axes), "0.5 demands them");
    }

    private static JsonElement Json(params string[] path) =>
        JsonDocument.Parse(File.ReadAllBytes(Path.Combine(path))).RootElement;
}
