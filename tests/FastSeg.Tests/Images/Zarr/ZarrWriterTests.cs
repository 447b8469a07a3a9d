using System.Runtime.InteropServices;
using System.Text.Json;
using FastSeg.Images.Pyramids;
using FastSeg.Images.Zarr;
using FastSeg.Perf.Memory;
using NUnit.Framework;

namespace FastSeg.Tests.Images.Zarr;

/// <summary>OME-Zarr written here: samples, sizes, metadata, and what is left where something fails.</summary>
internal sealed class ZarrWriterTests
{
    private static readonly OmeZarrOptions[] Both =
        [new() { Chunk = 32 }, new() { Chunk = 32, Version = OmeZarrOptions.Version05 }];

    [TestCaseSource(nameof(Both))]
    public void LabelsComeBackInAllSizes(OmeZarrOptions options)
    {
        using var scratch = new Scratch();
        ImageLayout layout = Labels(301, 177) with { Levels = [(301, 177), (151, 89), (75, 44), (38, 22)] };
        byte[] samples = Few(layout);
        Write(scratch["l.ome.zarr"], layout, samples, options, 1);
        byte[] before = samples;
        (long width, long height) = (301, 177);
        for (int level = 0; level < 4; level++)
        {
            using ImageReader reader = ImageFile.Open(scratch["l.ome.zarr"], new ImageOptions { Level = level });
            Assert.That((reader.Info.Width, reader.Info.Height), Is.EqualTo(layout.Levels[level]));
            Assert.That(reader.Info.Classes, Is.EqualTo(layout.Classes));
            byte[] expected = level == 0 ? samples : Mode(before, width, height, reader.Info.Width, reader.Info.Height);
            Assert.That(Scratch.ReadAll(reader), Is.EqualTo(expected), $"level {level}");
            (before, width, height) = (expected, reader.Info.Width, reader.Info.Height);
        }
        Assert.That(scratch.Files, Is.Empty, "nothing beside it");
        Assert.That(Directory.GetDirectories(scratch.Folder), Has.Length.EqualTo(1));
    }

    [TestCaseSource(nameof(Both))]
    public void ProbabilitiesComeBackInAllSizes(OmeZarrOptions options)
    {
        using var scratch = new Scratch();
        var layout = new ImageLayout(101, 67, SampleType.Float32, 3)
        {
            Levels = [(101, 67), (51, 34)],
            PageNames = ["a", "b", "c"],
            PixelSize = new PixelSize(2, 3, "nm"),
        };
        float[] samples = [.. Enumerable.Range(0, 101 * 67 * 3).Select(i => (i * 7919 % 10007) / 10007f)];
        Write(scratch["p.ome.zarr"], layout, MemoryMarshal.AsBytes<float>(samples).ToArray(), options, 2);
        using ImageReader reader = ImageFile.Open(scratch["p.ome.zarr"], new ImageOptions { Level = 1 });
        Assert.That(reader.Info.ChannelNames, Is.EqualTo(layout.PageNames));
        Assert.That(reader.Info.PixelSize, Is.EqualTo(new PixelSize(4, 6, "nm")));
        float[] small = [.. MemoryMarshal.Cast<byte, float>(Scratch.ReadAll(reader))];
        for (int i = 0; i < small.Length; i++)
        {
            int page = i % 3, x = i / 3 % 51, y = i / 3 / 51;
            double[] square =
            [
                .. from row in new[] { 2 * y, (2 * y) + 1 }
                   from column in new[] { 2 * x, (2 * x) + 1 }
                   where row < 67 && column < 101
                   select (double)samples[(((page * 67) + row) * 101) + column],
            ];
            Assert.That(small[i], Is.EqualTo((float)(square.Sum() / square.Length)), $"{page}, {x}, {y}");
        }
    }

    [Test]
    public void MeansOfBytesAreRoundedHalfToEven()
    {
        using var scratch = new Scratch();
        var layout = new ImageLayout(8, 2, SampleType.UInt8) { Levels = [(8, 2), (4, 1)] };
        Write(scratch["m.zarr"], layout, [0, 1, 1, 2, 3, 4, 200, 201, 0, 1, 1, 2, 3, 4, 255, 254], new OmeZarrOptions(), 1);
        using ImageReader reader = ImageFile.Open(scratch["m.zarr"], new ImageOptions { Level = 1 });
        // 0.5, 1.5, 3.5, 227.5
        Assert.That(Scratch.ReadAll(reader), Is.EqualTo((byte[])[0, 2, 4, 228]));
    }

    [Test]
    public void ATieGoesToTheLowestLabel()
    {
        using var scratch = new Scratch();
        ImageLayout layout = Labels(10, 3) with { Levels = [(10, 3), (5, 2)] };
        byte[] rows =
        [
            2, 1, 3, 3, 4, 0, 0, 0, 9, 9,
            1, 2, 2, 1, 4, 0, 5, 5, 9, 8,
            7, 6, 6, 6, 5, 4, 0, 9, 3, 2,
        ];
        Write(scratch["t.zarr"], layout, rows, new OmeZarrOptions(), 1);
        using ImageReader reader = ImageFile.OpenLabels(scratch["t.zarr"], new ImageOptions { Level = 1 });
        Assert.That(Scratch.ReadAll(reader), Is.EqualTo((byte[])[1, 3, 0, 0, 9, 6, 6, 4, 0, 2]));
    }

    [TestCaseSource(nameof(Both))]
    public void BytesDoNotDependOnOrderAndThreads(OmeZarrOptions options)
    {
        using var scratch = new Scratch();
        ImageLayout layout = Labels(301, 177) with { Levels = [(301, 177), (151, 89)] };
        byte[] samples = Few(layout);
        Write(scratch["one.zarr"], layout, samples, options, 1);
        Directory.CreateDirectory(scratch["other"]);
        Write(scratch["other/one.zarr"], layout, samples, options, 4, tile: 48, seed: 7);
        Assert.That(Hashes(scratch["other/one.zarr"]), Is.EqualTo(Hashes(scratch["one.zarr"])));
    }

    [TestCase(SampleType.UInt8)]
    [TestCase(SampleType.UInt16)]
    [TestCase(SampleType.Int16)]
    [TestCase(SampleType.Float32)]
    public void EveryWrittenTypeComesBack(SampleType type)
    {
        using var scratch = new Scratch();
        foreach (OmeZarrOptions options in Both)
        {
            string path = scratch[$"{options.Version}.zarr"];
            byte[] samples = Scratch.Samples(150, 90, 1, type);
            Write(path, new ImageLayout(150, 90, type), samples, options, 2);
            using ImageReader reader = ImageFile.Open(path);
            Assert.That(reader.Info.Type, Is.EqualTo(type));
            Assert.That(Scratch.ReadAll(reader), Is.EqualTo(samples));
        }
    }

    [Test]
    public void SizesHalveUntilTheyAreSmall()
    {
        IReadOnlyList<WrittenLevel> levels = WrittenLevel.Of(new ImageLayout(5001, 3000, SampleType.UInt8));
        Assert.That(
            levels.Select(level => (level.Width, level.Height)),
            Is.EqualTo(((long, long)[])[(5001, 3000), (2501, 1500), (1251, 750), (626, 375)]));
        var odd = new ImageLayout(100, 100, SampleType.UInt8) { Levels = [(100, 100), (70, 70)] };
        Assert.That(WrittenLevel.Of(odd), Has.Count.EqualTo(1), "no whole step");
        var thirds = new ImageLayout(100, 100, SampleType.UInt8) { Levels = [(100, 100), (34, 33), (11, 11)] };
        Assert.That(WrittenLevel.Of(thirds).Select(level => level.Factor), Is.EqualTo((int[])[1, 3, 3]));
    }

    [TestCaseSource(nameof(Both))]
    public void MetadataFollowsTheRulesOfTheSpecification(OmeZarrOptions options)
    {
        using var scratch = new Scratch();
        ImageLayout layout = Labels(301, 177) with
        {
            Levels = [(301, 177), (151, 89)],
            PixelSize = new PixelSize(0.5, 0.25, "micron"),
            Classes = [new(1, 3, "matrix"), new(7, 7, "µ")],
        };
        Write(scratch["l.ome.zarr"], layout, Few(layout), options, 1);
        JsonElement attributes = NgffRules.CheckImage(scratch["l.ome.zarr"], options.Version);
        NgffRules.CheckLabel(attributes, options.Version, (1, "matrix"), (7, "µ"));
        JsonElement scale = attributes.GetProperty("multiscales")[0].GetProperty("datasets")[1].GetProperty("coordinateTransformations")[0];
        Assert.That(scale.GetProperty("scale").EnumerateArray().Select(factor => factor.GetDouble()), Is.EqualTo((double[])[0.5, 1]));
        var pages = new ImageLayout(40, 30, SampleType.UInt8, 2) { PageNames = ["a", "b"] };
        Write(scratch["p.ome.zarr"], pages, new byte[2400], options, 1);
        NgffRules.CheckImage(scratch["p.ome.zarr"], options.Version);
    }

    [Test]
    public void NothingIsLeftWithoutACommit()
    {
        using var scratch = new Scratch();
        using (ImageWriter writer = ImageFile.Create(scratch["a.zarr"], Labels(100, 100), Both[1]))
        {
            writer.Write(new Region(0, 0, 50, 50), new byte[2500]);
            Assert.That(Directory.Exists(scratch[".a.zarr.fastseg-run"]));
            Assert.That(
                () => ImageFile.Create(scratch["a.zarr"], Labels(100, 100)).Dispose(),
                Throws.TypeOf<FastSegException>().With.Message.Contains("a.zarr is being written by another run, in "));
            Assert.That(writer.Commit, Throws.TypeOf<InvalidOperationException>(), "pixels are missing");
        }
        Assert.That(Directory.GetFileSystemEntries(scratch.Folder), Is.Empty);
        Directory.CreateDirectory(scratch[".a.zarr.fastseg-run"]);
        Assert.That(
            () => ImageFile.Create(scratch["a.zarr"], Labels(100, 100)).Dispose(),
            Throws.TypeOf<FastSegException>().With.Message.Contains("a.zarr: a run that did not finish left "));
        Directory.Delete(scratch[".a.zarr.fastseg-run"]);
        Directory.CreateDirectory(scratch["a.zarr/x"]);
        Assert.That(
            () => ImageFile.Create(scratch["a.zarr"], Labels(100, 100)).Dispose(),
            Throws.TypeOf<FastSegException>().With.Message.Contains("a.zarr is there already; "));
        Assert.That(() => new OmeZarrOptions { Version = "0.6" }, Throws.TypeOf<FastSegException>());
        Assert.That(() => new OmeZarrOptions { Chunk = 5 }, Throws.TypeOf<FastSegException>());
    }

    [TestCase(1)]
    [TestCase(3)]
    public void ThePlanCountsWhatIsHeld(int threads)
    {
        using var scratch = new Scratch();
        ImageLayout layout = Labels(3000, 2000);
        byte[] samples = Few(layout);
        var options = new OmeZarrOptions { Chunk = 512 };
        FastSeg.Native.HostBuffer.ResetPeak();
        long before = FastSeg.Native.HostBuffer.LiveBytes;
        long planned = ImageFile.HeldBytes(scratch["h.zarr"], layout, threads, options);
        Write(scratch["h.zarr"], layout, samples, options, threads, tile: 256);
        Assert.That(FastSeg.Native.HostBuffer.PeakBytes - before, Is.LessThanOrEqualTo(planned));
    }

    internal static ImageLayout Labels(long width, long height) =>
        new(width, height, SampleType.UInt8) { IsLabelMap = true, Classes = [new(1, 4, "a"), new(2, 5, "b"), new(3, 6, "c")] };

    /// <summary>Patches of few labels, with noise.</summary>
    internal static byte[] Few(ImageLayout layout)
    {
        var random = new Random(3);
        byte[] samples = new byte[layout.Width * layout.Height];
        for (int i = 0; i < samples.Length; i++)
        {
            long x = i % layout.Width, y = i / layout.Width;
            samples[i] = (byte)(random.Next(5) == 0 ? random.Next(4) : ((x / 9) + (y / 7)) % 4);
        }
        return samples;
    }

    /// <summary>Writes an image in tiles, in any order and from several threads.</summary>
    internal static void Write(
        string path, ImageLayout layout, byte[] samples, OmeZarrOptions options, int threads, int tile = 64, int seed = 1)
    {
        using ImageWriter writer = ImageFile.Create(path, layout, options);
        var regions = new List<Region>();
        for (long y = 0; y < layout.Height; y += tile)
        {
            for (long x = 0; x < layout.Width; x += tile)
            {
                regions.Add(new Region(x, y, tile, tile).Intersect(new Region(0, 0, layout.Width, layout.Height)));
            }
        }
        Region[] order = [.. regions];
        new Random(seed).Shuffle(order);
        int sample = layout.Type.Bytes(), page = checked((int)(layout.Width * layout.Height * sample));
        Parallel.ForEach(order, new ParallelOptions { MaxDegreeOfParallelism = threads }, region => writer.Write(
            region,
            Enumerable.Range(0, layout.Pages).SelectMany(
                i => Scratch.Crop(samples[(i * page)..((i + 1) * page)], layout.Width, sample, region)).ToArray()));
        writer.Commit();
    }

    /// <summary>Mode of 2 x 2, counted: the most frequent value, the lowest of several.</summary>
    private static byte[] Mode(byte[] larger, long width, long height, long smallWidth, long smallHeight)
    {
        byte[] to = new byte[smallWidth * smallHeight];
        for (int i = 0; i < to.Length; i++)
        {
            long left = i % smallWidth * 2, top = i / smallWidth * 2;
            var square = from y in new[] { top, top + 1 }
                         from x in new[] { left, left + 1 }
                         where x < width && y < height
                         select larger[(y * width) + x];
            to[i] = square.GroupBy(value => value).OrderByDescending(group => group.Count()).ThenBy(group => group.Key).First().Key;
        }
        return to;
    }

    /// <summary>Each file of a folder with its SHA-256.</summary>
    internal static string[] Hashes(string folder) => KilledRuns.Hashes(folder);
}
