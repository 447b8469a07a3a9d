using System.Text.Json;
using FastSeg.Tests.Images.Zarr;
using NUnit.Framework;

namespace FastSeg.Tests.Cli.Zarr;

/// <summary>segment writes OME-Zarr: stores of their own, and labels inside the input's.</summary>
internal sealed class ZarrOutputTests : CliFixture
{
    [TestCase("0.4")]
    [TestCase("0.5")]
    public void AStoreHoldsWhatATiffHolds(string version)
    {
        string folder = NewFolder(), tiff = Path.Combine(folder, "t.tif"), zarr = Path.Combine(folder, "z.ome.zarr");
        Succeed("segment", Model, TestImage, "-o", tiff, "--probabilities", "float", "--confidence");
        string output = Succeed(
            "segment", Model, TestImage, "-o", zarr, "--probabilities", "float", "--confidence", "--ome-zarr", version, "--chunk", "100");
        Assert.That(output, Does.Contain($"{zarr}, {folder}/z_probabilities.ome.zarr, {folder}/z_confidence.ome.zarr"));
        Assert.That(Labels(zarr).Samples, Is.EqualTo(Labels(tiff).Samples));
        JsonElement attributes = NgffRules.CheckImage(zarr, version);
        NgffRules.CheckLabel(attributes, version, (1, "class 1"), (2, "class 2"), (3, "class 3"));
        using ImageReader sure = ImageFile.Open($"{folder}/z_confidence.ome.zarr"), ours = ImageFile.Open($"{folder}/t_confidence.tif");
        Assert.That(Read(sure), Is.EqualTo(Read(ours)));
        for (int c = 0; c < 3; c++)
        {
            using ImageReader page = ImageFile.Open($"{folder}/t_probabilities.tif#{c + 1}");
            using ImageReader channel = ImageFile.Open(
                $"{folder}/z_probabilities.ome.zarr", new ImageOptions { Select = new PlaneSelection(C: c) });
            Assert.That(Read(channel), Is.EqualTo(Read(page)));
            Assert.That(channel.Info.ChannelNames, Is.EqualTo((string[])[$"class {c + 1}"]));
        }
        Assert.That(Directory.GetFileSystemEntries(folder), Has.Length.EqualTo(6));
        Assert.That(Fail("segment", Model, TestImage, "-o", zarr), Does.Contain("z.ome.zarr is there already; "));
        Assert.That(Succeed("plan", Model, TestImage, "--format", "ome.zarr", "--ome-zarr", version), Does.Contain("writer"));
    }

    [Test]
    public void AFolderGetsAStoreForEachImage()
    {
        string folder = NewFolder() + "/";
        Succeed("segment", Model, TestImage, TrainImage, "-o", folder, "--format", "ome.zarr", "--keep-values");
        string[] stores = [.. Directory.GetDirectories(folder).Select(Path.GetFileName).Order(StringComparer.Ordinal)!];
        Assert.That(stores, Is.EqualTo((string[])["lshr_15kx_3kv_0.ome.zarr", "spot2_0d_0.ome.zarr"]));
        Assert.That(Misuse("segment", Model, TestImage, "-o", At("x.ome.zarr"), "--format", "tif"), Does.Contain("disagree"));
    }

    [TestCase("0.4")]
    [TestCase("0.5")]
    public void LabelsGoIntoTheInput(string version)
    {
        string store = Stack(NewFolder(), version), plain = At($"plain-{version}.tif");
        string[] plane = ["--select", "t=1,z=2,c=1"];
        Succeed(["segment", Model, store, "-o", plain, .. plane]);
        string output = Succeed(["segment", Model, store, "--into-input", "--chunk", "64", .. plane]);
        Assert.That(output, Does.Contain($"{store}/labels/model"));
        string labels = $"{store}/labels/model";
        JsonElement attributes = NgffRules.CheckImage(labels, version);
        NgffRules.CheckLabel(attributes, version, (1, "class 1"), (2, "class 2"), (3, "class 3"));
        Assert.That(attributes.GetProperty("image-label").GetProperty("source").GetProperty("image").GetString(), Is.EqualTo("../../"));
        Assert.That(
            attributes.GetProperty("multiscales")[0].GetProperty("axes").EnumerateArray().Select(axis => $"{axis.GetProperty("name")}"),
            Is.EqualTo((string[])["t", "c", "z", "y", "x"]));
        var select = new ImageOptions { Select = new PlaneSelection(1, 2, 1) };
        using (ImageReader reader = ImageFile.OpenLabels(labels, select))
        {
            Assert.That(Read(reader), Is.EqualTo(Labels(plain).Samples));
            Assert.That(reader.Info.Levels, Is.EqualTo(((long, long)[])[(96, 80), (48, 40)]), "those of the image");
            Assert.That(reader.Info.PixelSize, Is.EqualTo(new PixelSize(0.5, 0.5, "micron")));
            Assert.That(reader.Info.Format, Does.Contain("t 2, c 1, z 3"));
        }
        using (ImageReader other = ImageFile.OpenLabels(labels, new ImageOptions { Select = new PlaneSelection(0, 2) }))
        {
            Assert.That(Read(other), Is.All.Zero, "planes that were not segmented");
        }
        Assert.That(Listed(store, version), Is.EqualTo((string[])["model"]));
        Assert.That(Fail(["segment", Model, store, "--into-input", .. plane]), Does.Contain("labels/model is there already"));
        Succeed(["segment", Model, store, "--into-input", "two-2", .. plane]);
        Assert.That(Listed(store, version), Is.EqualTo((string[])["model", "two-2"]));
        Assert.That(
            Directory.GetDirectories($"{store}/labels").Select(Path.GetFileName),
            Is.EquivalentTo((string[])["model", "two-2"]));
        Assert.That(Fail("info", $"{store}/labels"), Does.Contain($"is a group of label images; give one of them: {store}/labels/model, "));
    }

    [TestCase("0.4")]
    [TestCase("0.5")]
    public void ConsolidatedMetadataIsWarnedAbout(string version)
    {
        string store = Stack(NewFolder(), version), file = Path.Combine(store, version == "0.4" ? ".zmetadata" : "zarr.json");
        string text = version == "0.4" ? "{}" : File.ReadAllText(file)[..^1] + ", \"consolidated_metadata\": {\"metadata\": {}}}";
        File.WriteAllText(file, text);
        string[] arguments = ["segment", Model, store, "--into-input", "--select", "t=0,z=0,c=0"];
        string sentence = $"{store} has consolidated metadata, which does not list labels/model; ";
        Assert.That(CommandLine.Run([.. arguments, "--strict"]).Error, Does.Contain(sentence));
        Assert.That(Directory.Exists($"{store}/labels"), Is.False);
        Outcome outcome = CommandLine.Run(arguments);
        Assert.That(outcome.Error, Does.StartWith($"fastseg: warning: {sentence}"));
        Assert.That(outcome.Code, Is.Zero);
        Assert.That(Listed(store, version), Is.EqualTo((string[])["model"]));
        Assert.That(File.ReadAllText(file), Is.EqualTo(text));
    }

    [Test]
    public void LabelsThatCannotGoIntoTheInputAreRefused()
    {
        string store = Stack(NewFolder(), "0.4");
        Assert.That(Fail("segment", Model, TestImage, "--into-input"), Does.Contain("is no OME-Zarr, so no labels are written into it"));
        Assert.That(
            Misuse("segment", Model, store, "--into-input", "a/b", "--select", "c=0"),
            Does.Contain("--into-input a/b is no name of labels; give letters, digits, - and _."));
        using (ImageReader image = ImageFile.Open(store))
        {
            Assert.That(
                () => ImageFile.CreateLabels(image, "a/b", new ImageLayout(96, 80, SampleType.UInt8) { IsLabelMap = true }).Dispose(),
                Throws.TypeOf<FastSegException>().With.Message.Contains("Labels cannot be called \"a/b\"; a name has up to 100 letters"));
        }
        Assert.That(
            CommandLine.Run("segment", Model, store, "--into-input", "r", "--region", "0,0,20,20", "--select", "c=0").Error,
            Does.Contain("is 96 x 80 pixels; labels inside it have its size, not 20 x 20."));
        Assert.That(
            Misuse("segment", Model, store, "--into-input", "--confidence"), Does.Contain("--into-input writes labels alone"));
        Assert.That(Directory.Exists($"{store}/labels"), Is.False, "nothing is left");
    }

    /// <summary>An image of two points in time, two channels, three slices and two sizes, put together of planes that we write.</summary>
    internal static string Stack(string folder, string version)
    {
        string store = Path.Combine(folder, "stack.ome.zarr");
        const int Width = 96, Height = 80;
        bool new5 = version == "0.5";
        foreach (int level in (int[])[0, 1])
        {
            (int width, int height) = (Width >> level, Height >> level);
            string array = Path.Combine(store, $"{level}");
            Directory.CreateDirectory(array);
            string chunk = $"[1, 1, 1, {height}, {width}]";
            string common = $"\"shape\": [2, 2, 3, {height}, {width}], \"fill_value\": 0, ";
            string metadata = new5
                ? "{\"zarr_format\": 3, \"node_type\": \"array\", " + common + "\"data_type\": \"uint8\", "
                    + "\"chunk_grid\": {\"name\": \"regular\", \"configuration\": {\"chunk_shape\": " + chunk + "}}, "
                    + "\"chunk_key_encoding\": {\"name\": \"default\"}, \"codecs\": [{\"name\": \"bytes\"}]}"
                : "{\"zarr_format\": 2, " + common + "\"dtype\": \"|u1\", \"chunks\": " + chunk
                    + ", \"order\": \"C\", \"compressor\": null, \"filters\": null, \"dimension_separator\": \"/\"}";
            File.WriteAllText(Path.Combine(array, new5 ? "zarr.json" : ".zarray"), metadata);
            for (int plane = 0; plane < 12; plane++)
            {
                string chunks = Path.Combine(array, new5 ? "c" : "", $"{plane / 6}", $"{plane / 3 % 2}", $"{plane % 3}", "0");
                Directory.CreateDirectory(chunks);
                byte[] samples = [.. Enumerable.Range(0, width * height).Select(i => (byte)((i * (plane + 3) / 7) + (i / width * 5)))];
                File.WriteAllBytes(Path.Combine(chunks, "0"), samples);
            }
        }
        const string Axes =
            """
            "axes": [{"name": "t", "type": "time"}, {"name": "c", "type": "channel"}, {"name": "z", "type": "space", "unit": "micrometer"},
            {"name": "y", "type": "space", "unit": "micrometer"}, {"name": "x", "type": "space", "unit": "micrometer"}]
            """;
        string levels = string.Join(", ", new[] { 1, 2 }.Select(factor =>
        {
            string size = (factor / 2.0).ToString(System.Globalization.CultureInfo.InvariantCulture);
            string scale = "{\"type\": \"scale\", \"scale\": [1, 1, 2, " + $"{size}, {size}" + "]}";
            return "{\"path\": \"" + (factor - 1) + "\", \"coordinateTransformations\": [" + scale + "]}";
        }));
        string image = "\"multiscales\": [{" + Axes + ", \"version\": \"0.4\", \"datasets\": [" + levels + "]}]";
        File.WriteAllText(
            Path.Combine(store, new5 ? "zarr.json" : ".zattrs"),
            new5
                ? "{\"zarr_format\": 3, \"node_type\": \"group\", \"attributes\": {\"ome\": {\"version\": \"0.5\", "
                    + image.Replace("\"version\": \"0.4\", ", "", StringComparison.Ordinal) + "}}}"
                : "{" + image + "}");
        return store;
    }

    private static string[] Listed(string store, string version) =>
    [
        .. NgffRules.Attributes($"{store}/labels", version).GetProperty("labels").EnumerateArray().Select(name => name.GetString()!),
    ];
}
