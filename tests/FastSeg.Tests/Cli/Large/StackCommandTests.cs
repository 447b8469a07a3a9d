using System.Text.Json;
using FastSeg.Tests.Images;
using FastSeg.Tests.Images.Pyramids;
using FastSeg.Tests.Images.Tiff;
using FastSeg.Tests.Images.Zarr;
using FastSeg.Tests.Shipping;
using NUnit.Framework;

namespace FastSeg.Tests.Cli.Large;

/// <summary>segment takes stacks: pages of a TIFF, planes of an OME-Zarr, folders. Each image gets what it gets by itself.</summary>
internal sealed class StackCommandTests : CliFixture
{
    private const int Width = 200, Height = 150, Count = 3;

    [Test]
    public void PagesOfATiff([Values(".tif", ".ome.zarr")] string extension)
    {
        string folder = NewFolder(), stack = Path.Combine(folder, "stack.tif"), report = Path.Combine(folder, "r.json");
        File.WriteAllBytes(stack, Pages(Count));
        string output = Path.Combine(folder, "all" + extension);
        Outcome all = CommandLine.Run(
            "segment", Model, stack + "#all", "-o", output, "--probabilities", "uint8", "--confidence", "--report", report);
        Assert.That(all.Code, Is.Zero, all.Error);
        Assert.That(all.Output, Does.StartWith($"{stack}#all  200 x 150 x 3, "));
        Assert.That(all.ErrorLines, Has.Length.EqualTo(2), "a warning for the first of three images, and for how many it holds");
        Assert.That(all.ErrorLines[0], Does.StartWith($"fastseg: warning: {stack}#1: for "));
        Assert.That(all.ErrorLines[1], Is.EqualTo($"fastseg: warning: {stack}#all: what is said of {stack}#1 is so with 3 images."));
        JsonElement image = JsonDocument.Parse(File.ReadAllText(report)).RootElement.GetProperty("images")[0];
        Assert.That(image.GetProperty("pixels").GetInt64(), Is.EqualTo(Count * Width * Height));
        JsonElement[] slices = [.. image.GetProperty("slices").EnumerateArray()];
        Assert.That(slices, Has.Length.EqualTo(Count));
        for (int i = 0; i < Count; i++)
        {
            string one = Path.Combine(folder, $"one{i}.tif");
            Segment(Model, $"{stack}#{i + 1}", "-o", one, "--probabilities", "uint8", "--confidence");
            byte[] labels = Labels(one).Samples;
            Assert.That(Plane(output, i, 0), Is.EqualTo(labels), $"labels of {i}");
            for (int c = 0; c < 3; c++)
            {
                using ImageReader page = ImageFile.Open(Path.Combine(folder, $"one{i}_probabilities.tif#{c + 1}"));
                Assert.That(
                    Plane(Path.Combine(folder, "all_probabilities" + extension), (i * 3) + c, c, i), Is.EqualTo(Read(page)), $"{i}, {c}");
            }
            using ImageReader sure = ImageFile.Open(Path.Combine(folder, $"one{i}_confidence.tif"));
            Assert.That(Plane(Path.Combine(folder, "all_confidence" + extension), i, 0), Is.EqualTo(Read(sure)));
            Assert.That(slices[i].GetProperty("image").GetString(), Is.EqualTo($"{stack}#{i + 1}"));
            Assert.That(
                slices[i].GetProperty("classPixels").EnumerateArray().Select(pixels => pixels.GetInt32()),
                Is.EqualTo(Enumerable.Range(1, 3).Select(label => labels.Count(value => value == label))));
        }
    }

    [Test]
    public void TifffileSeesAStack()
    {
        string stack = At("seen.tif"), output = At("seen-labels.tif");
        File.WriteAllBytes(stack, Pages(Count));
        Segment(Model, stack + "#all", "-o", output, "--probabilities", "uint8");
        (JsonElement found, Func<int, int, byte[]> samples) = Tifffile.Read(output, At("seen"));
        Assert.That(Shape(found), Is.EqualTo((int[])[Count, Height, Width]));
        for (int i = 0; i < Count; i++)
        {
            Assert.That(samples(i + 1, 0), Is.EqualTo(Plane(output, i, 0)));
        }
        (found, _) = Tifffile.Read(At("seen-labels_probabilities.tif"), At("seen-p"));
        Assert.That(Shape(found), Is.EqualTo((int[])[Count, 3, Height, Width]), "slices, then classes");
    }

    [Test]
    public void ZarrPythonReadsAVolumeAndItsSizes()
    {
        const string Python = "/usr/bin/python3";
        var shell = new Shell(TestData.Root);
        if (!File.Exists(Python) || shell.Run(Python, "-c", "import zarr").Code != 0)
        {
            Assert.Ignore("needs python3-zarr");
        }
        string stack = At("volume.tif"), store = At("volume.ome.zarr"), read = At("volume-read");
        var wide = Enumerable.Range(0, 3).Select(i => new TiffBuilder().Image(
            Scratch.Samples(1100, 60, 1, SampleType.UInt8, i), 1100, 60, 1, SampleType.UInt8));
        File.WriteAllBytes(stack, TiffBuilder.Build([.. wide], bigEndian: false, bigTiff: false));
        Segment(Model, stack + "#all", "-o", store, "--threads", "2");
        Directory.CreateDirectory(read);
        Outcome outcome = shell.Run(Python, TestData.File("tests", "zarr", "read.py"), store, read);
        Assert.That(outcome.Code, Is.Zero, outcome.Error);
        JsonElement levels = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(read, "levels.json"))).RootElement;
        Assert.That(
            levels.EnumerateArray().Select(level => string.Join('x', level.GetProperty("shape").EnumerateArray())),
            Is.EqualTo((string[])["3x60x1100", "3x30x550"]));
        byte[] large = File.ReadAllBytes(Path.Combine(read, "0.raw")), small = File.ReadAllBytes(Path.Combine(read, "1.raw"));
        for (int i = 0; i < 3; i++)
        {
            Segment(Model, $"{stack}#{i + 1}", "-o", At("one.tif"));
            (ImageInfo info, byte[] labels) = Labels(At("one.tif"));
            Assert.That(large[(i * labels.Length)..((i + 1) * labels.Length)], Is.EqualTo(labels));
            byte[] half = Shrunken.Of(
                labels, (1100, 60), (550, 30), 2, new ImageLayout(info.Width, info.Height, SampleType.UInt8) { IsLabelMap = true });
            Assert.That(small[(i * half.Length)..((i + 1) * half.Length)], Is.EqualTo(half));
        }
    }

    [TestCase("0.4")]
    [TestCase("0.5")]
    public void PlanesOfAnOmeZarr(string version)
    {
        string store = Zarr.ZarrOutputTests.Stack(NewFolder(), version), output = At($"planes-{version}.ome.zarr");
        Segment(Model, store, "--select", "c=1", "-o", output, "--chunk", "40", "--ome-zarr", version);
        Segment(Model, store, "--select", "c=1", "--into-input", "--chunk", "40");
        Segment(Model, store + "#all", "--select", "c=1,t=1", "-o", At($"t-{version}.ome.zarr"), "--ome-zarr", version);
        Segment(Model, store, "--select", "c=1,z=2", "-o", At($"z-{version}.tif"));
        foreach ((string written, string axes) in (ReadOnlySpan<(string, string)>)
            [(output, "tzyx"), ($"{store}/labels/model", "tczyx"), (At($"t-{version}.ome.zarr"), "zyx")])
        {
            JsonElement attributes = NgffRules.CheckImage(written, version);
            NgffRules.CheckLabel(attributes, version, (1, "class 1"), (2, "class 2"), (3, "class 3"));
            JsonElement image = attributes.GetProperty("multiscales")[0];
            IEnumerable<string> names = image.GetProperty("axes").EnumerateArray().Select(axis => $"{axis.GetProperty("name")}");
            Assert.That(string.Concat(names), Is.EqualTo(axes));
            JsonElement scale = image.GetProperty("datasets")[0].GetProperty("coordinateTransformations")[0].GetProperty("scale");
            Assert.That(scale[axes.IndexOf('z', StringComparison.Ordinal)].GetDouble(), Is.EqualTo(2), "the distance of slices");
        }
        for (int plane = 0; plane < 6; plane++)
        {
            (int t, int z) = (plane / 3, plane % 3);
            string one = At($"{version}-{plane}.tif");
            Segment(Model, store, "--select", $"t={t},z={z},c=1", "-o", one);
            byte[] labels = Labels(one).Samples;
            foreach (string written in (string[])[output, $"{store}/labels/model"])
            {
                using ImageReader reader = ImageFile.OpenLabels(written, new ImageOptions { Select = new PlaneSelection(t, z) });
                Assert.That(Read(reader), Is.EqualTo(labels), $"{written}, t {t}, z {z}");
                Assert.That(reader.Info.Levels, Has.Count.EqualTo(2));
            }
            if (t == 1)
            {
                using ImageReader reader = ImageFile.OpenLabels(
                    At($"t-{version}.ome.zarr"), new ImageOptions { Select = new PlaneSelection(Z: z) });
                Assert.That(Read(reader), Is.EqualTo(labels));
            }
            if (z == 2)
            {
                using ImageReader reader = ImageFile.OpenLabels(At($"z-{version}.tif#{t + 1}"));
                Assert.That(Read(reader), Is.EqualTo(labels));
            }
        }
    }

    [Test]
    public void AFolderOfSlices()
    {
        string folder = At("slices.d"), output = At("folder.tif");
        Directory.CreateDirectory(folder);
        string[] names = ["s2.png", "s10.tif", "s9.tif"];
        for (int i = 0; i < names.Length; i++)
        {
            Write(Path.Combine(folder, names[i]), SampleType.UInt8, Width, Height, Slice(i));
        }
        File.WriteAllText(Path.Combine(folder, "notes.txt"), "no image");
        File.WriteAllText(Path.Combine(folder, ".hidden.tif"), "no image");
        Assert.That(Segment(Model, folder, "-o", output), Does.Contain("200 x 150 x 3, "));
        int[] order = [0, 2, 1];
        for (int i = 0; i < order.Length; i++)
        {
            Segment(Model, Path.Combine(folder, names[order[i]]), "-o", At("one.tif"));
            Assert.That(Plane(output, i, 0), Is.EqualTo(Labels(At("one.tif")).Samples), names[order[i]]);
        }
    }

    [Test]
    public void MasksOfEachImage()
    {
        string stack = At("masked.tif"), masks = At("masks.tif"), output = At("masked-labels.tif");
        File.WriteAllBytes(stack, Pages(2));
        byte[] Half(int i) => [.. Enumerable.Range(0, Width * Height).Select(p => (byte)((p % Width < Width / 2) == (i == 0) ? 1 : 0))];
        File.WriteAllBytes(masks, TiffBuilder.Build([Page(Half(0)), Page(Half(1))], bigEndian: false, bigTiff: false));
        foreach (string mask in (string[])[masks + "#all", masks + "#2"])
        {
            Segment(Model, stack + "#all", "-o", output, "--mask", mask);
            for (int i = 0; i < 2; i++)
            {
                int page = mask.EndsWith("#2", StringComparison.Ordinal) ? 2 : i + 1;
                Segment(Model, $"{stack}#{i + 1}", "-o", At("one.tif"), "--mask", $"{masks}#{page}");
                Assert.That(Plane(output, i, 0), Is.EqualTo(Labels(At("one.tif")).Samples), mask);
            }
        }
        File.WriteAllBytes(stack, Pages(3));
        Assert.That(
            Fail("segment", Model, stack + "#all", "-o", output, "--mask", masks + "#all"),
            Does.Contain($"{masks}#all has 2 masks for the 3 images of {stack}#all; give one for each, or one for all."));
    }

    [Test]
    public void ThreadsAndMemoryDoNotChangeAStack()
    {
        string stack = At("many.tif"), report = At("many.json");
        File.WriteAllBytes(stack, Pages(7));
        var bytes = new List<byte[]>();
        foreach (string[] how in (string[][])[["--threads", "1"], ["--threads", "3"], ["--threads", "3", "--memory", "4GiB"]])
        {
            Segment([Model, stack + "#all", "-o", At("many-labels.tif"), "--report", report, .. how]);
            bytes.Add(File.ReadAllBytes(At("many-labels.tif")));
            JsonElement said = JsonDocument.Parse(File.ReadAllText(report)).RootElement;
            string[] names = [.. said.GetProperty("stages").EnumerateArray().Select(stage => stage.GetProperty("name").GetString()!)];
            Assert.That(names, Does.Contain(said.GetProperty("boundBy").GetString()));
            Assert.That(said.GetProperty("busy").GetDouble(), Is.InRange(0.01, 1));
        }
        Assert.That(bytes[1], Is.EqualTo(bytes[0]));
        Assert.That(bytes[2], Is.EqualTo(bytes[0]));
        Assert.That(
            Fail("segment", Model, stack + "#all", "-o", At("no.tif"), "--memory", "1MiB"), Does.Contain("the least that would do is"));
    }

    [Test]
    public void WhatIsNoStackIsRefused()
    {
        string folder = NewFolder(), stack = Path.Combine(folder, "s.tif"), slices = Path.Combine(folder, "slices");
        Directory.CreateDirectory(slices);
        Assert.That(Fail("segment", Model, slices, "-o", At("no.tif")), Does.Contain("slices is a folder without images (.tif, "));
        Write(Path.Combine(slices, "1.tif"), SampleType.UInt8, Width, Height, Slice(0));
        Write(Path.Combine(slices, "2.tif"), SampleType.UInt8, Width / 2, Height, Slice(0)[..(Width / 2 * Height)]);
        Outcome outcome = CommandLine.Run("segment", Model, slices, "-o", Path.Combine(folder, "no.tif"));
        Assert.That(outcome.Code, Is.EqualTo(1));
        Assert.That(
            outcome.ErrorLines[^1],
            Does.Contain("2.tif is 100 x 150 of 1 uint8, but ").And.Contain("; the images of a stack must be alike."));
        Assert.That(Directory.GetFileSystemEntries(folder), Has.Length.EqualTo(1), "nothing is left");
        Assert.That(
            Misuse("segment", Model, slices, "-o", Path.Combine(slices, "labels.tif")),
            Does.Contain("labels.tif lies in ").And.Contain(", whose images are slices, and would be one of them; write elsewhere."));
        File.WriteAllBytes(stack, Pages(2));
        Assert.That(
            Fail("segment", Model, stack + "#all", "-o", Path.Combine(folder, "no.png")),
            Does.Contain("no.png would hold one plane of a stack of 2; stacks are written as .tif or .ome.zarr."));
        Assert.That(
            Fail("segment", Model, stack + "#all", "--channels-from-pages", "-o", Path.Combine(folder, "no.tif")),
            Does.Contain("asks for each page as an image of its own, but its pages are channels of one image"));
        Assert.That(Fail("segment", Model, At("none.tif#all"), "-o", Path.Combine(folder, "no.tif")), Does.Contain("none.tif"));
    }

    /// <summary>Segments, whatever is doubtful of such pictures; returns what is printed.</summary>
    private static string Segment(params string[] arguments)
    {
        Outcome outcome = CommandLine.Run(["segment", .. arguments]);
        Assert.That(outcome.Code, Is.Zero, outcome.Error);
        return outcome.Output;
    }

    private static byte[] Slice(int i) => Scratch.Samples(Width, Height, 1, SampleType.UInt8, i + 1);

    private static TiffBuilder Page(byte[] samples) => new TiffBuilder().Image(samples, Width, Height, 1, SampleType.UInt8);

    private static byte[] Pages(int count) =>
        TiffBuilder.Build([.. Enumerable.Range(0, count).Select(i => Page(Slice(i)))], bigEndian: false, bigTiff: false);

    private static int[] Shape(JsonElement found) =>
        [.. found.GetProperty("series").EnumerateArray().Single()[0].EnumerateArray().Select(length => length.GetInt32())];

    /// <summary>A page of a TIFF, or a plane of an OME-Zarr.</summary>
    private static byte[] Plane(string path, int page, int channel, int? slice = null)
    {
        bool zarr = path.EndsWith(".zarr", StringComparison.Ordinal);
        var select = new ImageOptions { Select = new PlaneSelection(Z: slice ?? page, C: slice is null ? null : channel) };
        (string name, ImageOptions how) = zarr ? (path, select) : ($"{path}#{page + 1}", ImageOptions.Default);
        // Label maps are palettes, of which the indices are wanted.
        bool labels = !Path.GetFileName(path).Contains('_', StringComparison.Ordinal);
        using ImageReader reader = labels ? ImageFile.OpenLabels(name, how) : ImageFile.Open(name, how);
        return Read(reader);
    }
}
