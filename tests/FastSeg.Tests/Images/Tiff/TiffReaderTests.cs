using FastSeg.Common;
using FastSeg.Files;
using FastSeg.Images.Codecs;
using FastSeg.Images.Tiff;
using FastSeg.Native;
using NetVips;
using NUnit.Framework;
using Region = FastSeg.Region;

namespace FastSeg.Tests.Images.Tiff;

/// <summary>
/// TIFF of every layout that is claimed, from two encoders that are not ours: libtiff (through libvips) and <see cref="TiffBuilder"/>.
/// </summary>
public sealed class TiffReaderTests
{
    private const int Width = 53, Height = 37;

    [Test]
    public void EveryLayoutOfTheHandWrittenEncoder(
        [Values] SampleType type, [Values(1, 3, 4)] int channels, [Values] bool bigEndian, [Values] bool separate)
    {
        bool bigTiff = bigEndian == separate;
        byte[] image = Scratch.Samples(Width, Height, channels, type);
        byte[] expected = WithoutAlpha(image, channels, type.Bytes());
        using var scratch = new Scratch();
        foreach ((int W, int H)? tile in new (int, int)?[] { null, (16, 32) })
        {
            foreach (int compression in new[] { 1, 5, 8, 32946, 32773 })
            {
                foreach (int predictor in compression is 5 or 8 ? type.IsFloat() ? [1, 2, 3] : [1, 2] : new[] { 1 })
                {
                    var builder = new TiffBuilder { BigEndian = bigEndian, BigTiff = bigTiff };
                    builder.Image(image, Width, Height, channels, type, compression, predictor, separate, tile);
                    // Alpha, which is dropped.
                    builder = channels == 4 ? builder.Set(338, 3, 2) : builder;
                    using TiffReader reader = Open(scratch.Put("a.tif", builder.Build()));
                    Assert.That(
                        (reader.Info.Width, reader.Info.Height, reader.Info.Channels, reader.Info.Type),
                        Is.EqualTo((Width, Height, channels == 1 ? 1 : 3, type)));
                    Assert.That(Scratch.ReadAll(reader), Is.EqualTo(expected), reader.Info.Format);
                    Readers.CheckRectangles(reader, expected);
                }
            }
        }
    }

    [Test]
    public void WhatLibtiffWrites([WrittenTypes] SampleType type, [Values(1, 3)] int channels, [Values] bool tiled, [Values] bool bigTiff,
        [Values(Enums.ForeignTiffCompression.Lzw, Enums.ForeignTiffCompression.Deflate, Enums.ForeignTiffCompression.Packbits)]
        Enums.ForeignTiffCompression codec,
        [Values] Enums.ForeignTiffPredictor predictor)
    {
        if (type is SampleType.Float16 or SampleType.Int64 or SampleType.UInt64
            || (predictor == Enums.ForeignTiffPredictor.Float && !type.IsFloat()))
        {
            // libvips has no such samples.
            return;
        }
        const int W = 150, H = 140;
        byte[] samples = Scratch.Samples(W, H, channels, type);
        using var scratch = new Scratch();
        using (Image image = Vips(samples, W, H, channels, type))
        {
            image.Tiffsave(
                scratch["v.tif"], compression: codec, predictor: predictor, tile: tiled, tileWidth: 64, tileHeight: 128, bigtiff: bigTiff);
        }
        using TiffReader reader = Open(scratch["v.tif"]);
        Assert.That((reader.Info.Type, reader.Info.Bits), Is.EqualTo((type, 8 * type.Bytes())));
        Assert.That(Scratch.ReadAll(reader), Is.EqualTo(samples), reader.Info.Format);
        Readers.CheckRectangles(reader, samples);
    }

    [Test]
    public void PaletteIsRgbAsAnImageAndIndicesAsLabels()
    {
        byte[] indices = Scratch.Samples(Width, Height, 1, SampleType.UInt8);
        long[] map = [.. Enumerable.Range(0, 768).Select(i => (long)((i * 7 % 256) << 8))];
        using var scratch = new Scratch();
        foreach (int compression in new[] { 1, 8 })
        {
            string path = scratch.Put(
                "p.tif",
                new TiffBuilder().Image(indices, Width, Height, 1, SampleType.UInt8, compression).Set(262, 3, 3).Set(320, 3, map).Build());
            using ImageReader colours = ImageFile.Open(path);
            byte[] expected = [.. indices.SelectMany(
                i => new[] { (byte)(map[i] >> 8), (byte)(map[256 + i] >> 8), (byte)(map[512 + i] >> 8) })];
            Assert.That(Scratch.ReadAll(colours), Is.EqualTo(expected));
            using ImageReader labels = ImageFile.OpenLabels(path);
            Assert.That(Scratch.ReadAll(labels), Is.EqualTo(indices));
        }
    }

    [Test]
    public void WhiteIsZeroComesAsStored()
    {
        byte[] image = Scratch.Samples(Width, Height, 1, SampleType.UInt8);
        using var scratch = new Scratch();
        using ImageReader reader = ImageFile.Open(
            scratch.Put("w.tif", new TiffBuilder().Image(image, Width, Height, 1, SampleType.UInt8).Set(262, 3, 0).Build()));
        Assert.That(Scratch.ReadAll(reader), Is.EqualTo(image));
    }

    [Test]
    public void PagesCountFromOneAndNamesWithHashesWork([Values] bool bigTiff)
    {
        byte[][] images = [.. Enumerable.Range(0, 3).Select(seed => Scratch.Samples(Width, Height, 1, SampleType.UInt8, seed))];
        TiffBuilder[] pages = [.. images.Select(
            image => new TiffBuilder { BigTiff = bigTiff }.Image(image, Width, Height, 1, SampleType.UInt8, 8))];
        using var scratch = new Scratch();
        string path = scratch.Put("stack.tif", TiffBuilder.Build(pages, false, bigTiff));
        for (int page = 1; page <= 3; page++)
        {
            using ImageReader reader = ImageFile.Open($"{path}#{page}");
            Assert.That(Scratch.ReadAll(reader), Is.EqualTo(images[page - 1]));
            Assert.That(reader.Info.Pages, Is.EqualTo(3));
            Assert.That(reader.Info.Name, Is.EqualTo($"{path}#{page}"));
        }
        File.Copy(path, scratch["stack.tif#3"]);
        using ImageReader named = ImageFile.Open(scratch["stack.tif#3"]);
        Assert.That(Scratch.ReadAll(named), Is.EqualTo(images[0]), "a file of that name is opened as it is, first page");
        Assert.That(
            () => ImageFile.Open(path + "#4"),
            Throws.TypeOf<FastSegException>().With.Message.Contains("no page 4").And.Message.Contains("#3"));
        Assert.That(() => ImageFile.Open(path + "#0"), Throws.TypeOf<FastSegException>().With.Message.Contains("count from 1"));
    }

    [Test]
    public void ManyThreadsReadTheSameBytesAndDecodeInParallel([Values(1, 8, 32773)] int compression)
    {
        const int W = 800, H = 900;
        byte[] image = Scratch.Samples(W, H, 1, SampleType.UInt16);
        using var scratch = new Scratch();
        string path = scratch.Put("t.tif", new TiffBuilder().Image(image, W, H, 1, SampleType.UInt16, compression, rows: 3).Build());
        using ImageReader reader = ImageFile.Open(path);
        var grid = new TileGrid(reader.Info.Bounds, 64, 64);
        Parallel.For(0, 4 * grid.Count, new ParallelOptions { MaxDegreeOfParallelism = 4 }, i =>
        {
            Region region = grid[i % grid.Count].Inflate(9).Intersect(reader.Info.Bounds);
            byte[] part = new byte[region.Pixels * 2];
            reader.Read(region, part);
            Assert.That(part.AsSpan().SequenceEqual(Scratch.Crop(image, W, 2, region)), region.ToString());
        });
    }

    [Test]
    public void ASegmentIsDecodedOnceWhileNeighboursWantIt()
    {
        const long Slot = 16 + SegmentCache.SlotBytes;
        using var cache = new SegmentCache(16, 2);
        Assert.That(cache.HeldBytes(1, 100), Is.EqualTo(2 * Slot));
        Assert.That(cache.HeldBytes(3, 100), Is.EqualTo(3 * Slot));
        SegmentCache.Slot? first = cache.Acquire(7, wait: false, out bool decode);
        Assert.That(decode, Is.True);
        Assert.That(cache.Acquire(7, wait: false, out _), Is.Null, "another thread decodes it");
        cache.Publish(first!);
        cache.Release(first!);
        Assert.That(cache.Acquire(7, wait: false, out decode), Is.SameAs(first));
        Assert.That(decode, Is.False);
        cache.Release(first!);
        foreach (long other in new long[] { 8, 9 })
        {
            SegmentCache.Slot slot = cache.Acquire(other, wait: false, out _)!;
            cache.Publish(slot);
            cache.Release(slot);
        }
        SegmentCache.Slot again = cache.Acquire(7, wait: false, out decode)!;
        Assert.That(decode, Is.True, "two slots hold two segments; the oldest had to go");
        cache.Fail(again, new FastSegException("damaged"));
        Assert.That(() => cache.Wait(again), Throws.TypeOf<FastSegException>());
        cache.Release(again);
        Assert.That(cache.HeldBytes(1, 100), Is.Zero, "nothing beyond what it holds");
        Assert.That(cache.HeldBytes(3, 100), Is.EqualTo(Slot));
    }

    /// <summary>HeldBytes is what a reader takes, neither more nor much less: plans rest on it.</summary>
    [Test]
    public void HeldBytesIsWhatIsTaken([Values] bool tiled,
        [Values(Enums.ForeignTiffCompression.None, Enums.ForeignTiffCompression.Deflate, Enums.ForeignTiffCompression.Lzw)]
        Enums.ForeignTiffCompression codec,
        [Values(1, 3)] int channels)
    {
        const int W = 1500, H = 3000;
        using var scratch = new Scratch();
        string path = scratch["a.tif"];
        using (Image image = Image.Black(W, H, channels))
        {
            image.Tiffsave(path, compression: codec, tile: tiled, tileWidth: 128, tileHeight: 128);
        }
        long native = HostBuffer.AllocatedBytes;
        using ImageReader reader = ImageFile.Open(path);
        long claimed = reader.HeldBytes(1);
        var grid = new TileGrid(reader.Info.Bounds, 256, 256);
        byte[] part = new byte[300 * 300 * channels];
        for (long i = 0; i < grid.Count; i++)
        {
            reader.Read(grid[i].Inflate(20).Intersect(reader.Info.Bounds), part);
        }
        long taken = HostBuffer.AllocatedBytes - native;
        Assert.That(taken, Is.LessThanOrEqualTo(claimed));
        // The codecs' own state and BitMiracle's managed arrays are not counted here, nor a row that only alpha and planes need.
        Assert.That(taken, Is.GreaterThanOrEqualTo((claimed * 0.85) - 700_000));
    }

    [Test]
    public void ARunDecodesEachStripAboutOnceForARowOfTiles([Values(1, 3)] int threads)
    {
        const int W = 2100, H = 2000, Rows = 8;
        byte[] image = new byte[W * H];
        new Random(3).NextBytes(image);
        using var scratch = new Scratch();
        string path = scratch.Put(
            "strips.tif", new TiffBuilder().Image(image, W, H, 1, SampleType.UInt8, compression: 8, rows: Rows).Build());
        using var reader = (TiffReader)ImageFile.Open(path);
        Trained.Labels(Trained.Grey, reader, new ComputeOptions { Threads = threads });
        // Once for the page's mean and deviation, once for the tiles. Tiles of 512 rows: the halo's strips may be decoded for the row
        // above and for the one below.
        long strips = (H + Rows - 1) / Rows, halo = 2 * ((Trained.Grey.Features.Halo / Rows) + 2), seams = H / 512;
        Assert.That(reader.Decoded, Is.InRange(strips, (2 * strips) + (seams * halo)));
    }

    [TestCase(2048, true)]
    [TestCase(2112, false)]
    public void ASmallPageIsDecodedOnceHoweverOftenItIsRead(int height, bool kept)
    {
        const int W = 2048, Side = 64;
        byte[] image = new byte[W * height];
        using var scratch = new Scratch();
        string path = scratch.Put(
            "small.tif", new TiffBuilder().Image(image, W, height, 1, SampleType.UInt8, compression: 8, tile: (Side, Side)).Build());
        using var reader = (TiffReader)ImageFile.Open(path);
        reader.Read(reader.Info.Bounds, image);
        reader.Read(reader.Info.Bounds, image);
        long tiles = W / Side * (height / Side);
        Assert.That(reader.Decoded, kept ? Is.EqualTo(tiles) : Is.EqualTo(2 * tiles));
    }

    [TestCase(2048, 2048)]
    [TestCase(2049, 1026)]
    public void OfManyTinyStripsNotAllAreKeptAndThoseThatAreCountWhatTheyTake(int height, int kept)
    {
        const int W = 16;
        byte[] image = new byte[W * height];
        using var scratch = new Scratch();
        string path = scratch.Put(
            "tiny.tif", new TiffBuilder().Image(image, W, height, 1, SampleType.UInt8, compression: 8, rows: 1).Build());
        using var reader = (TiffReader)ImageFile.Open(path);
        long before = reader.HeldBytes(1);
        reader.Read(reader.Info.Bounds, image);
        Assert.That(before - reader.HeldBytes(1), Is.EqualTo(kept * (W + SegmentCache.SlotBytes)));
        reader.Read(reader.Info.Bounds, image);
        Assert.That(reader.Decoded, Is.EqualTo(kept == height ? height : 2 * height));
    }

    [TestCase("ImageJ=1.53c\nunit=\\u00B5m\nspacing=1\n", 1, 0.25, "micron")]
    [TestCase("ImageJ=1.53c\nunit=nm\n", 1, 0.25, "nm")]
    [TestCase("something else", 2, 0.25, "inch")]
    [TestCase("something else", 3, 0.25, "cm")]
    [TestCase("something else", 1, 0.25, null)]
    public void PixelSizeOfResolutionAndImageJ(string description, int unit, double size, string? name)
    {
        TiffBuilder builder = new TiffBuilder().Image(new byte[4], 2, 2, 1, SampleType.UInt8)
            .Set(282, 5, 4, 1).Set(283, 5, 8, 2).Set(296, 3, unit);
        builder.Set(270, 2, [.. System.Text.Encoding.ASCII.GetBytes(description + "\0").Select(b => (long)b)]);
        using var scratch = new Scratch();
        using ImageReader reader = ImageFile.Open(scratch.Put("a.tif", builder.Build()));
        Assert.That(reader.Info.PixelSize, Is.EqualTo(name is null ? null : new PixelSize(size, size, name)));
    }

    /// <summary>The reader itself, which delivers samples as they are stored.</summary>
    private static TiffReader Open(string path) => TiffReader.Open(InputFile.Open(path, path), 1, indices: false);

    private static Image Vips(byte[] samples, int width, int height, int channels, SampleType type)
    {
        Enums.BandFormat format = type switch
        {
            SampleType.UInt8 => Enums.BandFormat.Uchar,
            SampleType.Int8 => Enums.BandFormat.Char,
            SampleType.UInt16 => Enums.BandFormat.Ushort,
            SampleType.Int16 => Enums.BandFormat.Short,
            SampleType.UInt32 => Enums.BandFormat.Uint,
            SampleType.Int32 => Enums.BandFormat.Int,
            SampleType.Float64 => Enums.BandFormat.Double,
            _ => Enums.BandFormat.Float,
        };
        Image image = Image.NewFromMemory(samples, width, height, channels, format);
        return type.Bytes() != 2 ? image
            : image.Copy(interpretation: channels == 3 ? Enums.Interpretation.Rgb16 : Enums.Interpretation.Grey16);
    }

    private static byte[] WithoutAlpha(byte[] image, int channels, int size) =>
        channels < 4 ? image : [.. image.Chunk(4 * size).SelectMany(pixel => pixel.Take(3 * size))];
}
