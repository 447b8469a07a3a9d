using FastSeg.Common;
using FastSeg.Files;
using FastSeg.Images.Pyramids;
using FastSeg.Images.Tiff;
using FastSeg.Tests.Images.Tiff;
using NUnit.Framework;

namespace FastSeg.Tests.Images;

/// <summary>What is written comes back; nothing appears before it is whole.</summary>
public sealed class WriterTests
{
    private static IEnumerable<TestCaseData> Layouts()
    {
        foreach (string extension in new[] { ".tif", ".png", ".npy" })
        {
            foreach (SampleType type in (SampleType[])[SampleType.UInt8, SampleType.UInt16, SampleType.Float32, SampleType.Int16])
            {
                foreach (int tile in new[] { 256, 100, 1000 })
                {
                    if (extension != ".png" || type.HoldsLabels())
                    {
                        yield return new TestCaseData(extension, type, tile);
                    }
                }
            }
        }
    }

    [TestCaseSource(nameof(Layouts))]
    public void TilesInAnyOrderFromSeveralThreadsMakeTheImage(string extension, SampleType type, int tile)
    {
        using var scratch = new Scratch();
        const int Width = 700, Height = 600;
        byte[] image = Scratch.Samples(Width, Height, 1, type);
        string path = scratch["out" + extension];
        using (ImageWriter writer = ImageFile.Create(path, new ImageLayout(Width, Height, type)))
        {
            WriteShuffled(writer, tile, region => Scratch.Crop(image, Width, type.Bytes(), region));
            Assert.That(File.Exists(path), Is.False, "nothing under the final name before it is whole");
            writer.Commit();
        }
        Assert.That(scratch.Files, Is.EqualTo(new[] { "out" + extension }));
        using ImageReader reader = ImageFile.Open(path);
        Assert.That((reader.Info.Width, reader.Info.Height, reader.Info.Channels, reader.Info.Type), Is.EqualTo((Width, Height, 1, type)));
        Assert.That(Scratch.ReadAll(reader), Is.EqualTo(image));
    }

    [TestCase(SampleType.UInt8)]
    [TestCase(SampleType.UInt16)]
    [TestCase(SampleType.Int16)]
    [TestCase(SampleType.Float32)]
    public void PagesOfATiffComeBackEachByItsNumber(SampleType type)
    {
        using var scratch = new Scratch();
        const int Width = 300, Height = 270, Pages = 3;
        byte[][] pages = [.. Enumerable.Range(0, Pages).Select(page => Scratch.Samples(Width, Height, 1, type, page))];
        var layout = new ImageLayout(Width, Height, type, Pages) { PageNames = ["one", "two", "three"] };
        using (ImageWriter writer = ImageFile.Create(scratch["stack.tif"], layout))
        {
            WriteShuffled(writer, 128, region => [.. pages.SelectMany(page => Scratch.Crop(page, Width, type.Bytes(), region))]);
            writer.Commit();
        }
        Assert.That(scratch.Files, Is.EqualTo(new[] { "stack.tif" }));
        for (int page = 0; page < Pages; page++)
        {
            using ImageReader reader = ImageFile.Open($"{scratch["stack.tif"]}#{page + 1}");
            Assert.That(reader.Info.Pages, Is.EqualTo(Pages));
            Assert.That(Scratch.ReadAll(reader), Is.EqualTo(pages[page]));
        }
    }

    [TestCase(SampleType.UInt8, 5)]
    [TestCase(SampleType.UInt16, 2)]
    [TestCase(SampleType.Int16, 3)]
    [TestCase(SampleType.Float32, 80)]
    public void PagesOfAnNpyAreItsLastAxis(SampleType type, int pages)
    {
        using var scratch = new Scratch();
        const int Width = 70, Height = 50;
        byte[][] planes = [.. Enumerable.Range(0, pages).Select(page => Scratch.Samples(Width, Height, 1, type, page))];
        using (ImageWriter writer = ImageFile.Create(scratch["stack.npy"], new ImageLayout(Width, Height, type, pages)))
        {
            WriteShuffled(writer, 32, region => [.. planes.SelectMany(page => Scratch.Crop(page, Width, type.Bytes(), region))]);
            writer.Commit();
        }
        byte[] file = File.ReadAllBytes(scratch["stack.npy"]);
        int size = type.Bytes();
        byte[] data = file[^(Width * Height * pages * size)..];
        for (int i = 0; i < Width * Height; i++)
        {
            for (int page = 0; page < pages; page++)
            {
                Assert.That(
                    data.AsSpan(((i * pages) + page) * size, size).SequenceEqual(planes[page].AsSpan(i * size, size)),
                    $"pixel {i} page {page}");
            }
        }
        string header = System.Text.Encoding.ASCII.GetString(file, 10, 118);
        Assert.That(header, Does.Contain($"'shape': (50, 70, {pages})"));
    }

    [Test]
    public void LabelPngHasTheClassColoursAndKeepsItsIndices()
    {
        using var scratch = new Scratch();
        byte[] labels = [.. Enumerable.Range(0, 256).Select(i => (byte)i)];
        var layout = new ImageLayout(16, 16, SampleType.UInt8) { IsLabelMap = true };
        using (ImageWriter writer = ImageFile.Create(scratch["labels.png"], layout))
        {
            writer.Write(new Region(0, 0, 16, 16), labels);
            writer.Commit();
        }
        using ImageReader indices = ImageFile.OpenLabels(scratch["labels.png"]);
        Assert.That(Scratch.ReadAll(indices), Is.EqualTo(labels));
        using ImageReader colours = ImageFile.Open(scratch["labels.png"]);
        byte[] expected = [.. Enumerable.Range(0, 256).SelectMany(
            i => new[] { ClassColours.Of(i).Red, ClassColours.Of(i).Green, ClassColours.Of(i).Blue })];
        Assert.That(Scratch.ReadAll(colours), Is.EqualTo(expected));
    }

    [Test]
    public void ClassColoursAreAllDifferent() =>
        Assert.That(Enumerable.Range(0, 256).Select(ClassColours.Of).Distinct().Count(), Is.EqualTo(256));

    [TestCase(".tif")]
    [TestCase(".png")]
    [TestCase(".npy")]
    public void WithoutCommitNothingIsLeftAndAnOlderFileStays(string extension)
    {
        using var scratch = new Scratch();
        string path = scratch.Put("out" + extension, [1, 2, 3]);
        using (ImageWriter writer = ImageFile.Create(path, new ImageLayout(300, 300, SampleType.UInt8)))
        {
            writer.Write(new Region(0, 0, 256, 256), new byte[256 * 256]);
            Assert.That(() => writer.Commit(), Throws.InvalidOperationException, "pixels are missing");
        }
        Assert.That(scratch.Files, Is.EqualTo(new[] { "out" + extension }));
        Assert.That(File.ReadAllBytes(path), Is.EqualTo(new byte[] { 1, 2, 3 }));
    }

    [TestCase("micron", 0.0123, 0.0123)]
    [TestCase("nm", 3.7, 4.1)]
    [TestCase("\u00C5", 2.5, 2.5)]
    [TestCase("inch", 1 / 300.0, 1 / 300.0)]
    [TestCase("cm", 0.001, 0.002)]
    public void PixelSizeIsCarriedOver(string unit, double x, double y)
    {
        using var scratch = new Scratch();
        var layout = new ImageLayout(10, 10, SampleType.UInt8, 2) { PixelSize = new PixelSize(x, y, unit) };
        using (ImageWriter writer = ImageFile.Create(scratch["a.tif"], layout))
        {
            writer.Write(new Region(0, 0, 10, 10), new byte[200]);
            writer.Commit();
        }
        using ImageReader reader = ImageFile.Open(scratch["a.tif"]);
        Assert.That(reader.Info.PixelSize, Is.Not.Null);
        Assert.That(reader.Info.PixelSize!.Unit, Is.EqualTo(unit));
        // BitMiracle makes its rationals of single-precision numbers.
        Assert.That(reader.Info.PixelSize.X, Is.EqualTo(x).Within(x * 1e-6));
        Assert.That(reader.Info.PixelSize.Y, Is.EqualTo(y).Within(y * 1e-6));
    }

    /// <summary>Noise does not compress: the fastest level makes it longer.</summary>
    [Test]
    public void NoiseFitsItsTiles([WrittenTypes] SampleType type)
    {
        using var scratch = new Scratch();
        byte[] noise = new byte[512 * 256 * type.Bytes()];
        new Random(2).NextBytes(noise);
        // All bytes from 144 up cost nine bits in deflate's fixed code.
        for (int i = 0; i < noise.Length / 2; i++)
        {
            noise[i] |= 144;
        }
        using (ImageWriter writer = ImageFile.Create(scratch["noise.tif"], new ImageLayout(512, 256, type)))
        {
            writer.Write(new Region(0, 0, 512, 256), noise);
            writer.Commit();
        }
        using ImageReader reader = ImageFile.Open(scratch["noise.tif"]);
        Assert.That(Scratch.ReadAll(reader), Is.EqualTo(noise));
    }

    [TestCase(0, "BigTIFF")]
    [TestCase(TiffAssembler.LargestClassic, "TIFF")]
    public void BigTiffWhereAClassicOneMightOverflow(long largestClassic, string format)
    {
        using var scratch = new Scratch();
        var layout = new ImageLayout(256, 256, SampleType.UInt8, 2)
        {
            PixelSize = new PixelSize(2, 2, "nm"),
            PageNames = ["first", "second"],
        };
        byte[][] pages = [Scratch.Samples(256, 256, 1, SampleType.UInt8, 1), Scratch.Samples(256, 256, 1, SampleType.UInt8, 2)];
        using (var file = new OutputFile(scratch["big.tif"]))
        {
            using (var tiff = new TiffAssembler(file, layout, [new WrittenLevel(layout.Width, layout.Height, 1)], largestClassic))
            {
                byte[] first = TiffBuilder.Deflate(pages[0]), second = TiffBuilder.Deflate(pages[1]);
                tiff.Append(0, first, first.Length);
                tiff.NextDirectory();
                tiff.Append(0, second, second.Length);
                tiff.Finish();
            }
            file.Commit();
        }
        for (int page = 0; page < 2; page++)
        {
            using ImageReader reader = ImageFile.Open($"{scratch["big.tif"]}#{page + 1}");
            Assert.That(reader.Info.Format, Does.StartWith(format + ","));
            Assert.That(Scratch.ReadAll(reader), Is.EqualTo(pages[page]));
            using NetVips.Image peer = NetVips.Image.Tiffload(scratch["big.tif"], page: page);
            Assert.That(peer.WriteToMemory<byte>(), Is.EqualTo(pages[page]), "libtiff reads the same");
        }
    }

    /// <summary>What other programs see: libtiff reads our tiles, libpng our PNGs.</summary>
    [Test]
    public void LibvipsReadsTheSame(
        [Values(".tif", ".png")] string extension, [Values(SampleType.UInt8, SampleType.UInt16)] SampleType type)
    {
        using var scratch = new Scratch();
        byte[] image = Scratch.Samples(300, 290, 1, type);
        using (ImageWriter writer = ImageFile.Create(scratch["a" + extension], new ImageLayout(300, 290, type)))
        {
            WriteShuffled(writer, 256, region => Scratch.Crop(image, 300, type.Bytes(), region));
            writer.Commit();
        }
        using NetVips.Image peer = NetVips.Image.NewFromFile(scratch["a" + extension]);
        byte[] read = type == SampleType.UInt8
            ? peer.WriteToMemory<byte>()
            : System.Runtime.InteropServices.MemoryMarshal.AsBytes(peer.WriteToMemory<ushort>().AsSpan()).ToArray();
        Assert.That(read, Is.EqualTo(image));
    }

    private static void WriteShuffled(ImageWriter writer, int tile, Func<Region, byte[]> samples)
    {
        var grid = new TileGrid(new Region(0, 0, writer.Layout.Width, writer.Layout.Height), tile, tile);
        long[] order = [.. Enumerable.Range(0, (int)grid.Count).Select(i => (long)i)];
        new Random(3).Shuffle(order);
        Parallel.ForEach(order, new ParallelOptions { MaxDegreeOfParallelism = 3 }, i => writer.Write(grid[i], samples(grid[i])));
    }
}
