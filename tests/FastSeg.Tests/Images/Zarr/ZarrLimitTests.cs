using System.Text.Json;
using NUnit.Framework;

namespace FastSeg.Tests.Images.Zarr;

/// <summary>Numbers that are too large or too many: of pixels, classes, shards, wells and chunks.</summary>
internal sealed class ZarrLimitTests
{
    private const string Array =
        "{\"zarr_format\":2,\"dtype\":\"|u1\",\"compressor\":null,\"fill_value\":0,\"order\":\"C\",\"filters\":null,";

    private Scratch _scratch = null!;

    [SetUp]
    public void Make() => _scratch = new Scratch();

    [TearDown]
    public void Remove() => _scratch.Dispose();

    [TestCase("1, 1e200")]
    [TestCase("1e200, 1")]
    public void ScalesWithoutAFiniteProductAreRefused(string scale)
    {
        string transformation = "\"coordinateTransformations\":[{\"type\":\"scale\",\"scale\":[" + scale + "]}]";
        File(".zattrs",
            "{\"multiscales\":[{\"version\":\"0.4\",\"axes\":[{\"name\":\"y\",\"type\":\"space\"},{\"name\":\"x\",\"type\":\"space\"}],"
            + "\"datasets\":[{\"path\":\"0\"," + transformation + "}]," + transformation + "}]}");
        File("0/.zarray", Array + "\"shape\":[4,4],\"chunks\":[4,4]}");
        Assert.That(
            () => ImageFile.Open(_scratch.Folder).Dispose(),
            Throws.TypeOf<FastSegException>().With.Message.Contains(
                $"/.zattrs has [{scale}] as multiscales[0].datasets[0].coordinateTransformations[0].scale, too much for "));
    }

    [TestCase(1, 1e308)]
    [TestCase(1e308, 1)]
    public void PixelsThatAreTooLargeAtTheSmallestSizeAreRefusedAtOnce(double x, double y)
    {
        var layout = new ImageLayout(400, 300, SampleType.UInt8)
        {
            PixelSize = new PixelSize(x, y, "nm"),
            Levels = [(400, 300), (200, 150), (100, 75)],
        };
        Assert.That(
            () => ImageFile.Create(_scratch["a.zarr"], layout).Dispose(),
            Throws.TypeOf<FastSegException>().With.Message.Contains("at the smallest size it would be 4 times that"));
        Assert.That(Directory.GetFileSystemEntries(_scratch.Folder), Is.Empty);
    }

    [Test]
    public void FactorsOfManySizesAreMultiplied()
    {
        var layout = new ImageLayout(1, 1, SampleType.UInt8) { Levels = [.. Enumerable.Repeat((1L, 1L), 36)] };
        ZarrWriterTests.Write(_scratch["a.zarr"], layout, [7], new OmeZarrOptions(), 1);
        JsonElement last = NgffRules.Attributes(_scratch["a.zarr"], "0.4").GetProperty("multiscales")[0].GetProperty("datasets")[35];
        JsonElement scale = last.GetProperty("coordinateTransformations")[0].GetProperty("scale");
        Assert.That(scale.EnumerateArray().Last().GetDouble(), Is.EqualTo(34_359_738_368), "2 to the power of 35");
    }

    [Test]
    public void ClassesThatWereDrawnAlikeAreNoClasses()
    {
        ImageLayout layout = ZarrWriterTests.Labels(40, 30) with { Classes = [new(1, 4, "a"), new(2, 4, "b")] };
        ZarrWriterTests.Write(_scratch["a.zarr"], layout, new byte[1200], new OmeZarrOptions(), 1);
        using ImageReader reader = ImageFile.OpenLabels(_scratch["a.zarr"]);
        Assert.That(reader.Info.Classes, Is.Empty);
        Assert.That(
            () => Score.ByValues(new ConfusionMatrix(), layout.Classes),
            Throws.TypeOf<FastSegException>().With.Message.EqualTo(
                "The classes \"a\" and \"b\" share the label 2 or the value 4; give each its own."));
        Assert.That(
            () => Score.ByValues(new ConfusionMatrix(), [new(1, 4, "a"), new(1, 5, "b")]), Throws.TypeOf<FastSegException>());
    }

    [TestCase(SampleType.Float32, 8192, "0.5", 4096)]
    [TestCase(SampleType.UInt16, 8192, "0.5", 5792)]
    [TestCase(SampleType.UInt8, 8192, "0.5", 0)]
    [TestCase(SampleType.Float32, 4096, "0.5", 0)]
    [TestCase(SampleType.Float32, 8192, "0.4", 0)]
    public void ShardsAreNotLargerThanAGibibyte(SampleType type, int chunk, string version, int instead)
    {
        var layout = new ImageLayout(40_000, 40_000, type);
        void Plan() => ImageFile.HeldBytes(_scratch["a.zarr"], layout, 1, new OmeZarrOptions { Chunk = chunk, Version = version });
        if (instead == 0)
        {
            Plan();
            return;
        }
        Assert.That(
            Plan, Throws.TypeOf<FastSegException>().With.Message.EndsWith($"; write chunks of {instead} x {instead} or smaller ones."));
    }

    [Test]
    public void AFewWellsOfAPlateAreLookedAt()
    {
        string[] wells = [.. Enumerable.Range(0, 14).Select(i => $"A/{i}")];
        string Plate(IEnumerable<string> paths) => "{\"plate\":{\"wells\":["
            + string.Join(',', paths.Select(path => "{\"path\":\"" + path + "\"}")) + "]}}";
        File(".zattrs", Plate([.. wells, .. wells]));
        foreach (string well in wells)
        {
            File($"{well}/.zattrs", well == wells[^1] ? "{" : "{\"well\":{\"images\":[]}}");
        }
        Assert.That(
            () => ImageFile.Open(_scratch.Folder).Dispose(),
            Throws.TypeOf<FastSegException>().With.Message.Contains("is a plate without an image"));
        File(".zattrs", Plate(["A/0", "A/0"]));
        File("A/0/.zattrs", "{\"well\":{\"images\":[{\"path\":\"7\"}]}}");
        Assert.That(
            () => ImageFile.Open(_scratch.Folder).Dispose(),
            Throws.TypeOf<FastSegException>().With.Message.EndsWith($"give one of them: {_scratch.Folder}/A/0/7."));
    }

    [Test]
    public void TinyChunksAreKeptInFewSlots()
    {
        File(".zarray", Array + "\"shape\":[2000,2000],\"chunks\":[1,1]}");
        using ImageReader reader = ImageFile.Open(_scratch.Folder);
        // 256 MiB are 65,536 times 4 KiB.
        Assert.That(reader.HeldBytes(1), Is.InRange(65_536 * 513L, (65_536 * 513L) + (1 << 20)));
    }

    /// <summary>As many as some threads read side by side, however wide the image is.</summary>
    [Test]
    public void AWiderImageKeepsNoMoreChunks()
    {
        long Held(int width)
        {
            File(".zarray", Array + $"\"shape\":[4096,{width}],\"chunks\":[256,256]}}");
            using ImageReader reader = ImageFile.Open(_scratch.Folder);
            return reader.HeldBytes(2);
        }
        Assert.That(Held(80_000), Is.EqualTo(Held(20_000)));
        Assert.That(Held(20_000), Is.LessThan(20L << 20).And.GreaterThan(Held(1_000)));
    }

    [Test]
    public void ABloscBlockOfPartsOfSamplesIsRefused()
    {
        using var stores = new ZarrStores();
        string chunk = Path.Combine(stores["v2/lz4"], "0", "0", "0");
        byte[] bytes = System.IO.File.ReadAllBytes(chunk);
        bytes[3] = 5;
        System.IO.File.WriteAllBytes(chunk, bytes);
        using ImageReader reader = ImageFile.Open(stores["v2/lz4"]);
        Assert.That(
            () => Scratch.ReadAll(reader), Throws.TypeOf<FastSegException>().With.Message.Contains("its Blosc header is damaged"));
    }

    [Test]
    public void ALinkToAnEmptyFolderIsFollowed()
    {
        Directory.CreateDirectory(_scratch["real"]);
        Directory.CreateSymbolicLink(_scratch["a.zarr"], _scratch["real"]);
        ZarrWriterTests.Write(_scratch["a.zarr"], ZarrWriterTests.Labels(40, 30), new byte[1200], new OmeZarrOptions(), 1);
        Assert.That(new FileInfo(_scratch["a.zarr"]).LinkTarget, Is.EqualTo(_scratch["real"]));
        Assert.That(System.IO.File.Exists(_scratch["real/.zattrs"]));
        Assert.That(Directory.GetFileSystemEntries(_scratch.Folder), Has.Length.EqualTo(2));
    }

    private void File(string path, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_scratch[path])!);
        System.IO.File.WriteAllText(_scratch[path], text);
    }
}
