using System.Text.Json;
using System.Xml.Linq;
using FastSeg.Tests.Images.Zarr;
using NUnit.Framework;

namespace FastSeg.Tests.Cli.Large;

/// <summary>segment writes the results of several images into one OME-Zarr, in the layout of bioformats2raw.</summary>
internal sealed class CollectionCommandTests : CliFixture
{
    [TestCase("0.4")]
    [TestCase("0.5")]
    public void ImagesLieInOneStoreInTheirOrder(string version)
    {
        string folder = NewFolder(), store = Path.Combine(folder, "all.ome.zarr"), report = Path.Combine(folder, "r.json");
        string[] images = [TestImage, TrainImage];
        string printed = Succeed(
            ["segment", Model, .. images, "-o", store, "--probabilities", "uint8", "--ome-zarr", version, "--report", report]);
        Assert.That(printed, Does.Contain($": {store}/0, {folder}/all_probabilities.ome.zarr/0").And.Contain($": {store}/1, "));
        Assert.That(
            Directory.GetFileSystemEntries(folder).Select(Path.GetFileName),
            Is.EquivalentTo((string[])["all.ome.zarr", "all_probabilities.ome.zarr", "r.json"]));
        Assert.That(NgffRules.Attributes(store, version).GetProperty("bioformats2raw.layout").GetInt32(), Is.EqualTo(3));
        Assert.That(Series(store, version), Is.EqualTo((string[])["0", "1"]));
        for (int i = 0; i < images.Length; i++)
        {
            string one = Path.Combine(folder, $"{i}.tif");
            Succeed("segment", Model, images[i], "-o", one, "--probabilities", "uint8");
            Assert.That(Labels($"{store}/{i}").Samples, Is.EqualTo(Labels(one).Samples));
            using ImageReader page = ImageFile.Open(Path.Combine(folder, $"{i}_probabilities.tif#2"));
            using ImageReader channel = ImageFile.Open(
                $"{folder}/all_probabilities.ome.zarr/{i}", new ImageOptions { Select = new PlaneSelection(C: 1) });
            Assert.That(Read(channel), Is.EqualTo(Read(page)));
            JsonElement attributes = NgffRules.CheckImage($"{store}/{i}", version);
            NgffRules.CheckLabel(attributes, version, (1, "class 1"), (2, "class 2"), (3, "class 3"));
            Assert.That(
                attributes.GetProperty("multiscales")[0].GetProperty("name").GetString(),
                Is.EqualTo(Path.GetFileNameWithoutExtension(images[i])));
        }
        XNamespace schema = "http://www.openmicroscopy.org/Schemas/OME/2016-06";
        XElement[] described = [.. XElement.Load($"{folder}/all_probabilities.ome.zarr/OME/METADATA.ome.xml").Elements(schema + "Image")];
        Assert.That(described.Select(one => one.Attribute("Name")?.Value), Is.EqualTo(images.Select(Path.GetFileNameWithoutExtension)));
        foreach ((XElement one, string image) in described.Zip(images))
        {
            XElement pixels = one.Element(schema + "Pixels")!;
            using ImageReader reader = ImageFile.Open(image);
            string[] wanted = ["uint8", $"{reader.Info.Width}", $"{reader.Info.Height}", "3"];
            Assert.That(
                ((string[])["Type", "SizeX", "SizeY", "SizeC"]).Select(name => pixels.Attribute(name)?.Value), Is.EqualTo(wanted));
            Assert.That(pixels.Elements(schema + "Channel").Select(channel => channel.Attribute("Name")?.Value), Has.Exactly(3).Items);
            Assert.That(pixels.Element(schema + "MetadataOnly"), Is.Not.Null);
        }
        Assert.That(
            Fail("info", store), Does.Contain($"holds several images (layout of bioformats2raw); give one of them: {store}/0, {store}/1."));
        Assert.That(Fail(["segment", Model, .. images, "-o", store]), Does.Contain("all.ome.zarr is there already; name another"));
    }

    /// <summary>As an older version's run leaves it, which kept no journal of several images.</summary>
    [Test]
    public void WhatNobodyKeptAJournalOfIsNotGoneOnWith()
    {
        string folder = NewFolder(), store = Path.Combine(folder, "a.ome.zarr"), hidden = Path.Combine(folder, ".a.ome.zarr.fastseg-run");
        Directory.CreateDirectory(Path.Combine(hidden, "data", "0"));
        string[] command = ["segment", Model, TestImage, TrainImage, "-o", store];
        Assert.That(
            Fail(command),
            Does.Contain($"{store}: a run that did not finish left {hidden}, which cannot be gone on with; `fastseg clean` removes it."));
        Assert.That(Fail([.. command, "--resume"]), Does.Contain("has data of a run, but no journal that says of which; "));
        Succeed("clean", store);
        Succeed(command);
    }

    /// <summary>A file that is no image, one that is not there, and one whose folder is not there.</summary>
    [TestCase("bad.tif")]
    [TestCase("gone.tif")]
    [TestCase("gone/bad.tif")]
    public void AnImageThatFailsIsLeftOutAndNamed(string name)
    {
        string folder = NewFolder(), store = Path.Combine(folder, "some.ome.zarr"), bad = Path.Combine(folder, name);
        File.WriteAllText(Path.Combine(folder, "bad.tif"), "no image");
        Assert.That(Fail("segment", Model, bad, TestImage, "-o", store), Does.Contain(name));
        Assert.That(Series(store, "0.4"), Is.EqualTo((string[])["1"]));
        Assert.That(Labels($"{store}/1").Samples, Does.Contain((byte)1));
        Directory.Delete(store, recursive: true);
        Assert.That(CommandLine.Run("segment", Model, bad, bad + "#1", "-o", store).Code, Is.EqualTo(1));
        Assert.That(Directory.GetFileSystemEntries(folder), Has.Length.EqualTo(1), "nothing is left where nothing was done");
    }

    private static IEnumerable<string> Series(string store, string version) =>
        NgffRules.Attributes($"{store}/OME", version).GetProperty("series").EnumerateArray().Select(name => name.GetString()!);
}
