using System.Text.Json;
using FastSeg.Files;
using FastSeg.Images.Pyramids;
using FastSeg.Images.Tiff;
using FastSeg.Tests.Images.Tiff;
using NUnit.Framework;

namespace FastSeg.Tests.Images.Pyramids;

/// <summary>TIFFs that hold an image at several sizes: what their tiles hold, and what tifffile reads in them.</summary>
internal sealed class PyramidWriterTests
{
    private static readonly (long, long)[] Odd = [(701, 533), (351, 267), (87, 67)];

    private static readonly (long, long)[] Halves = [(701, 533), (351, 267), (176, 134)];

    [Test]
    public void EachSizeIsMadeOfTheOneBefore(
        [Values(SampleType.UInt8, SampleType.UInt16, SampleType.Float32)] SampleType type, [Values] bool labels, [Values(1, 3)] int pages)
    {
        if (labels && type == SampleType.Float32)
        {
            return;
        }
        using var scratch = new Scratch();
        var layout = new ImageLayout(701, 533, type, pages)
        {
            Pyramid = true,
            IsLabelMap = labels,
            Levels = Odd,
            PixelSize = new PixelSize(2, 2, "inch"),
        };
        byte[][] samples = [.. Enumerable.Range(0, pages).Select(page => Few(Scratch.Samples(701, 533, 1, type, page), type))];
        Write(scratch["p.tif"], layout, samples, 3);
        Assert.That(scratch.Files, Is.EqualTo((string[])["p.tif"]));
        for (int page = 0; page < pages; page++)
        {
            byte[] before = samples[page];
            for (int level = 0; level < 3; level++)
            {
                before = level == 0 ? before : Shrunken.Of(before, Odd[level - 1], Odd[level], level == 1 ? 2 : 4, layout);
                using ImageReader reader = labels
                    ? ImageFile.OpenLabels($"{scratch["p.tif"]}#{page + 1}", new ImageOptions { Level = level })
                    : ImageFile.Open($"{scratch["p.tif"]}#{page + 1}", new ImageOptions { Level = level });
                Assert.That((reader.Info.Width, reader.Info.Height), Is.EqualTo(Odd[level]));
                Assert.That(reader.Info.Levels, Is.EqualTo(Odd[level..]));
                Assert.That(reader.Info.Pages, Is.EqualTo(pages));
                Assert.That(reader.Info.PixelSize!.X, Is.EqualTo(2.0 * 701 / Odd[level].Item1).Within(1e-6));
                Assert.That(Scratch.ReadAll(reader), Is.EqualTo(before), $"page {page}, level {level}");
            }
        }
    }

    [Test]
    public void SizesAreHalvesWhereTheInputHasNone()
    {
        using var scratch = new Scratch();
        var layout = new ImageLayout(2049, 3, SampleType.UInt8) { Pyramid = true, Levels = [(2049, 3), (683, 1)] };
        Write(scratch["p.tif"], layout, [Scratch.Samples(2049, 3, 1, SampleType.UInt8)], 1);
        using ImageReader reader = ImageFile.Open(scratch["p.tif"]);
        Assert.That(reader.Info.Levels, Is.EqualTo(((long, long)[])[(2049, 3), (1025, 2), (513, 1)]), "thirds do not lie within tiles");
    }

    [Test]
    public void TifffileReadsOurs()
    {
        using var scratch = new Scratch();
        var layout = new ImageLayout(701, 533, SampleType.UInt16, 2)
        {
            Pyramid = true,
            Levels = Halves,
            PixelSize = new PixelSize(1, 1, "cm"),
        };
        byte[][] samples = [Scratch.Samples(701, 533, 1, SampleType.UInt16, 1), Scratch.Samples(701, 533, 1, SampleType.UInt16, 2)];
        Write(scratch["p.tif"], layout, samples, 2);
        (JsonElement found, Func<int, int, byte[]> theirs) = Tifffile.Read(scratch["p.tif"], scratch["read"]);
        Assert.That(found.GetProperty("big").GetBoolean(), Is.False);
        Check(found, 2);
        Assert.That(found.GetProperty("series")[0].GetArrayLength(), Is.EqualTo(3), "a pyramid, to tifffile too");
        for (int page = 1; page <= 2; page++)
        {
            byte[] before = samples[page - 1];
            Assert.That(theirs(page, 0), Is.EqualTo(before));
            Assert.That(theirs(page, 1), Is.EqualTo(before = Shrunken.Of(before, Halves[0], Halves[1], 2, layout)));
            Assert.That(theirs(page, 2), Is.EqualTo(Shrunken.Of(before, Halves[1], Halves[2], 2, layout)));
        }
    }

    /// <summary>A file of 4 GiB is not written for it.</summary>
    [Test]
    public void ABigTiffHasSizesToo()
    {
        using var scratch = new Scratch();
        var layout = new ImageLayout(256, 256, SampleType.UInt8, 2) { PageNames = ["a", "b"] };
        WrittenLevel[] levels = [new(256, 256, 1), new(128, 128, 2), new(64, 64, 2)];
        byte[][] tiles = [.. Enumerable.Range(0, 6).Select(i => Scratch.Samples(256, 256, 1, SampleType.UInt8, i))];
        using (var file = new OutputFile(scratch["big.tif"]))
        {
            using (var tiff = new TiffAssembler(file, layout, levels, largestClassic: 0))
            {
                for (int i = 0; i < 6; i++)
                {
                    byte[] tile = TiffBuilder.Deflate(tiles[i]);
                    tiff.Append(0, tile, tile.Length);
                    if (i < 5)
                    {
                        tiff.NextDirectory();
                    }
                }
                tiff.Finish();
            }
            file.Commit();
        }
        for (int i = 0; i < 6; i++)
        {
            using ImageReader reader = ImageFile.Open($"{scratch["big.tif"]}#{(i / 3) + 1}", new ImageOptions { Level = i % 3 });
            Assert.That(reader.Info.Format, Does.StartWith("BigTIFF"));
            int side = 256 >> (i % 3);
            Assert.That(Scratch.ReadAll(reader), Is.EqualTo(Scratch.Crop(tiles[i], 256, 1, new Region(0, 0, side, side))));
        }
        (JsonElement found, Func<int, int, byte[]> theirs) = Tifffile.Read(scratch["big.tif"], scratch["read"]);
        Assert.That(found.GetProperty("big").GetBoolean(), Is.True);
        Check(found, 2);
        Assert.That(theirs(2, 0), Is.EqualTo(tiles[3]));
        Assert.That(theirs(2, 1), Is.EqualTo(Scratch.Crop(tiles[4], 256, 1, new Region(0, 0, 128, 128))));
    }

    [TestCase(".png")]
    [TestCase(".npy")]
    public void OtherFormatsHoldOneSize(string extension)
    {
        using var scratch = new Scratch();
        var layout = new ImageLayout(9, 9, SampleType.UInt8) { Pyramid = true };
        Assert.That(
            () => ImageFile.Create(scratch["a" + extension], layout),
            Throws.TypeOf<FastSegException>().With.Message.EndsWith(
                "would hold one size of the image; pyramids are written as .tif or .ome.zarr."));
        Assert.That(scratch.Files, Is.Empty);
    }

    /// <summary>The list of what tifffile found: three sizes a page, the smaller ones marked so, all tiled.</summary>
    private static void Check(JsonElement found, int pages)
    {
        JsonElement[] sizes = [.. found.GetProperty("sizes").EnumerateArray()];
        Assert.That(sizes.Select(size => (size.GetProperty("page").GetInt32(), size.GetProperty("level").GetInt32())), Is.EqualTo(
            Enumerable.Range(1, pages).SelectMany(page => Enumerable.Range(0, 3).Select(level => (page, level)))));
        Assert.That(sizes.Select(size => size.GetProperty("kind").GetInt32()), Is.EqualTo(
            Enumerable.Repeat((int[])[0, 1, 1], pages).SelectMany(kinds => kinds)));
        Assert.That(sizes.All(size => size.GetProperty("tiled").GetBoolean()));
    }

    /// <summary>Writes in tiles of 256, from several threads.</summary>
    private static void Write(string path, ImageLayout layout, byte[][] pages, int threads)
    {
        using ImageWriter writer = ImageFile.Create(path, layout);
        var regions = new List<Region>();
        for (long y = 0; y < layout.Height; y += 256)
        {
            for (long x = 0; x < layout.Width; x += 256)
            {
                regions.Add(new Region(x, y, 256, 256).Intersect(new Region(0, 0, layout.Width, layout.Height)));
            }
        }
        Parallel.ForEach(regions, new ParallelOptions { MaxDegreeOfParallelism = threads }, region => writer.Write(
            region, pages.SelectMany(page => Scratch.Crop(page, layout.Width, layout.Type.Bytes(), region)).ToArray()));
        writer.Commit();
    }

    /// <summary>Few values, so that squares have modes and ties.</summary>
    private static byte[] Few(byte[] samples, SampleType type)
    {
        for (int i = 0; i < samples.Length && type != SampleType.Float32; i++)
        {
            samples[i] = (byte)(i % type.Bytes() == 0 ? samples[i] % 5 : 0);
        }
        return samples;
    }
}
