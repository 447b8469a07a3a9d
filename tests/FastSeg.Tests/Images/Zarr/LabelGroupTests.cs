using System.Text;
using FastSeg.Files;
using NUnit.Framework;

namespace FastSeg.Tests.Images.Zarr;

/// <summary>Labels inside a store, and the list of them that viewers read.</summary>
internal sealed class LabelGroupTests
{
    private const string Group3 = "{\"zarr_format\":3,\"node_type\":\"group\",\"attributes\":";

    private Scratch _scratch = null!;

    [SetUp]
    public void Make() => _scratch = new Scratch();

    [TearDown]
    public void Remove() => _scratch.Dispose();

    [TestCase("0.4", "{\"labels\":[],\"labels\":[]}")]
    [TestCase("0.4", "{\"labels\":[\"\\ud800\"]}")]
    [TestCase("0.4", "{\"labels\":[],\"other\":\"\\ud800\"}")]
    [TestCase("0.4", "{\"labels\":[],\"other\":{\"a\":[{\"b\":1,\"b\":2}],\"c\":\"\\udc00\"}}")]
    [TestCase("0.4", "{\"labels\":5}")]
    [TestCase("0.5", Group3 + "{\"ome\":{\"labels\":[],\"labels\":[]}}}")]
    [TestCase("0.5", Group3 + "{\"ome\":{\"labels\":[\"\\ud800\"]}}}")]
    [TestCase("0.5", Group3 + "{\"ome\":7}}")]
    [TestCase("0.5", Group3 + "{},\"attributes\":{}}")]
    [TestCase("0.5", Group3 + "[]}")]
    public void ADamagedListIsRefusedBeforeAnythingIsComputed(string version, string text)
    {
        using ImageReader image = Store(version);
        string folder = _scratch["s.zarr/labels"], file = Path.Combine(folder, version == "0.4" ? ".zattrs" : "zarr.json");
        Directory.CreateDirectory(folder);
        File.WriteAllText(file, text);
        Assert.That(
            () => Labels(image, "a").Dispose(),
            Throws.TypeOf<FastSegException>().With.Message.EndsWith($"labels/{Path.GetFileName(file)} is damaged; write the store again."));
        Assert.That(Directory.GetFileSystemEntries(folder), Is.EqualTo((string[])[file]));
        Assert.That(File.ReadAllText(file), Is.EqualTo(text));
    }

    [TestCase("0.4")]
    [TestCase("0.5")]
    public void ANameIsListedOnce(string version)
    {
        using ImageReader image = Store(version);
        Put(image, "a");
        Put(image, "b");
        Directory.Delete(_scratch["s.zarr/labels/a"], recursive: true);
        Put(image, "a");
        Assert.That(Listed(version), Is.EqualTo((string[])["a", "b"]));
        Assert.That(Directory.Exists(_scratch["s.zarr/labels/a"]));
    }

    [Test]
    public void LabelsThatComeAtOnceAreAllListed()
    {
        using ImageReader image = Store("0.4");
        string[] names = [.. Enumerable.Range(0, 12).Select(i => $"n{i}")];
        Thread[] threads = [.. names.Select(name => new Thread(() => Put(image, name)))];
        Array.ForEach(threads, thread => thread.Start());
        Array.ForEach(threads, thread => thread.Join());
        Assert.That(Listed("0.4"), Is.EquivalentTo(names));
        Assert.That(
            Directory.GetFileSystemEntries(_scratch["s.zarr/labels"]).Select(Path.GetFileName),
            Is.EquivalentTo((string[])[.. names, ".zattrs", ".zgroup"]));
    }

    [Test]
    public void TheListWaitsForTheRunThatChangesIt()
    {
        using ImageReader image = Store("0.4");
        Directory.CreateDirectory(_scratch["s.zarr/labels"]);
        File.WriteAllText(_scratch["s.zarr/labels/.fastseg-lock"], "");
        var put = new Thread(() => Put(image, "a"));
        using (new FolderLock(_scratch["s.zarr/labels"]))
        {
            put.Start();
            put.Join(300);
            Assert.That(File.Exists(_scratch["s.zarr/labels/.zattrs"]), Is.False);
        }
        put.Join();
        Assert.That(Listed("0.4"), Is.EqualTo((string[])["a"]));
        Assert.That(File.Exists(_scratch["s.zarr/labels/.fastseg-lock"]), Is.False);
    }

    [Test]
    public void ACommitThatFailedLeavesNothingOrIsRepeated()
    {
        using ImageReader image = Store("0.4");
        foreach (bool again in (bool[])[false, true])
        {
            using (ImageWriter writer = Labels(image, "a"))
            {
                writer.Write(new Region(0, 0, 40, 30), new byte[1200]);
                Directory.CreateDirectory(_scratch["s.zarr/labels/a"]);
                _scratch.Put("s.zarr/labels/a/x", Encoding.UTF8.GetBytes("x"));
                Assert.That(writer.Commit, Throws.TypeOf<FastSegException>().With.Message.Contains("labels/a is there already"));
                Directory.Delete(_scratch["s.zarr/labels/a"], recursive: true);
                if (again)
                {
                    writer.Commit();
                }
            }
            Assert.That(Directory.Exists(_scratch["s.zarr/labels"]), Is.EqualTo(again));
        }
        Assert.That(Listed("0.4"), Is.EqualTo((string[])["a"]));
    }

    private ImageReader Store(string version)
    {
        ZarrWriterTests.Write(
            _scratch["s.zarr"], new ImageLayout(40, 30, SampleType.UInt8), new byte[1200], new OmeZarrOptions { Version = version }, 1);
        return ImageFile.Open(_scratch["s.zarr"]);
    }

    private static ImageWriter Labels(ImageReader image, string name) =>
        ImageFile.CreateLabels(image, name, new ImageLayout(40, 30, SampleType.UInt8) { IsLabelMap = true });

    private static void Put(ImageReader image, string name)
    {
        using ImageWriter writer = Labels(image, name);
        writer.Write(new Region(0, 0, 40, 30), new byte[1200]);
        writer.Commit();
    }

    private string[] Listed(string version) =>
    [
        .. NgffRules.Attributes(_scratch["s.zarr/labels"], version).GetProperty("labels").EnumerateArray()
            .Select(name => name.GetString()!),
    ];
}
