using System.Runtime.InteropServices;
using FastSeg.Images.Samples;
using FastSeg.Images.Zarr;
using NUnit.Framework;

namespace FastSeg.Tests.Images.Zarr;

/// <summary>Stores that zarr-python and numcodecs made: codecs, types, orders, separators, shards, planes, levels, absent chunks.</summary>
internal sealed class ZarrReaderTests
{
    private ZarrStores _stores = null!;

    [OneTimeSetUp]
    public void Unpack() => _stores = new ZarrStores();

    [OneTimeTearDown]
    public void Remove() => _stores.Dispose();

    [TestCase("v2/none", "0.4, chunks of 16 x 24, not compressed")]
    [TestCase("v2/zlib", "chunks of 16 x 24, zlib")]
    [TestCase("v2/gzip", "gzip")]
    [TestCase("v2/zstd", "zstd")]
    [TestCase("v2/lz4", "blosc (lz4)")]
    [TestCase("v2/lz4hc", "blosc (lz4hc)")]
    [TestCase("v2/blosczstd", "blosc (zstd)")]
    [TestCase("v2/blosczlib", "blosc (zlib)")]
    [TestCase("v2/blocks", "blosc (lz4)")]
    [TestCase("v2/bigblosc", "blosc (zstd)")]
    [TestCase("v2/dots_f", "not compressed")]
    [TestCase("v2/series/1", "0.4")]
    [TestCase("v2/plate/A/1/0", "0.4")]
    [TestCase("v2/none/0", "Zarr 2 array, chunks")]
    [TestCase("v3/none", "0.5, chunks of 16 x 24, not compressed")]
    [TestCase("v3/gzip", "gzip")]
    [TestCase("v3/zstd", "zstd")]
    [TestCase("v3/crc", "crc32c")]
    [TestCase("v3/zstdcrc", "zstd, crc32c")]
    [TestCase("v3/crczstd", "crc32c, zstd")]
    [TestCase("v3/lz4", "blosc (lz4)")]
    [TestCase("v3/bits", "blosc (zstd)")]
    [TestCase("v3/transposed", "gzip")]
    [TestCase("v3/keys", "not compressed")]
    [TestCase("v3/start", "chunks of 8 x 8 in shards of 32 x 32, gzip")]
    [TestCase("v3/bare", "Zarr 3 array")]
    public void SamplesAreThoseThatWereWritten(string name, string format)
    {
        using ImageReader reader = ImageFile.OpenStored(_stores[name]);
        byte[] whole = Scratch.ReadAll(reader);
        Assert.That(whole, Is.EqualTo(ZarrStores.Expected(reader.Info)));
        Assert.That(reader.Info.Format, Does.Contain(format));
        Readers.CheckRectangles(reader, whole);
    }

    [TestCase("bool", SampleType.UInt8)]
    [TestCase("uint8", SampleType.UInt8)]
    [TestCase("int8", SampleType.Int8)]
    [TestCase("uint16", SampleType.UInt16)]
    [TestCase("int16", SampleType.Int16)]
    [TestCase("uint32", SampleType.UInt32)]
    [TestCase("int32", SampleType.Int32)]
    [TestCase("uint64", SampleType.UInt64)]
    [TestCase("int64", SampleType.Int64)]
    [TestCase("float16", SampleType.Float16)]
    [TestCase("float32", SampleType.Float32)]
    [TestCase("float64", SampleType.Float64)]
    public void EveryTypeIsRead(string name, SampleType type)
    {
        using ImageReader stored = ImageFile.OpenStored(_stores[$"v2/type_{name}"]), image = ImageFile.Open(_stores[$"v2/type_{name}"]);
        byte[] samples = Scratch.ReadAll(stored);
        Assert.That(stored.Info.Type, Is.EqualTo(type));
        Assert.That(samples, Is.EqualTo(ZarrStores.Expected(stored.Info, halves: name == "bool")));
        Assert.That(image.Info.Bits, Is.EqualTo(name == "bool" ? 1 : 8 * type.Bytes()));
        Assert.That(image.Info.Type.IsNarrow(), "wide samples go through the code of every reader");
        if (!type.IsNarrow())
        {
            float[] floats = [.. MemoryMarshal.Cast<byte, float>(Scratch.ReadAll(image))];
            using ImageReader narrowed = NarrowedImage.Of(stored);
            Assert.That(floats, Is.EqualTo(MemoryMarshal.Cast<byte, float>(Scratch.ReadAll(narrowed)).ToArray()));
        }
    }

    [Test]
    public void PlanesChannelsAndLevelsAreChosen()
    {
        string path = _stores["v2/tczyx"];
        using (ImageReader all = Open(path, new PlaneSelection(T: 1, Z: 3)))
        {
            Assert.That(all.Info.ChannelNames, Is.EqualTo((string[])["DAPI", "SE", "BSE"]));
            Assert.That((all.Info.Channels, all.Info.IsColour), Is.EqualTo((3, false)));
            byte[] whole = Scratch.ReadAll(all);
            Assert.That(whole, Is.EqualTo(ZarrStores.Expected(all.Info, t: 1, z: 3)));
            Readers.CheckRectangles(all, whole);
        }
        using (ImageReader one = Open(path, new PlaneSelection(Z: 2, C: 1)))
        {
            Assert.That(one.Info.ChannelNames, Is.EqualTo((string[])["SE"]));
            Assert.That(Scratch.ReadAll(one), Is.EqualTo(ZarrStores.Expected(one.Info, z: 2, c: 1)));
        }
        using ImageReader half = ImageFile.Open(path, new ImageOptions { Level = 1 });
        Assert.That((half.Info.Width, half.Info.Height), Is.EqualTo((10L, 11L)));
        Assert.That(half.Info.PixelSize, Is.EqualTo(new PixelSize(5, 5, "nm")));
        Assert.That(half.Info.Levels, Is.EqualTo(((long, long)[])[(10, 11)]));
        Assert.That(Scratch.ReadAll(half), Is.EqualTo(ZarrStores.Expected(half.Info)));
    }

    [Test]
    public void ShardsOfFourAxesAreRead()
    {
        using ImageReader reader = Open(_stores["v3/deep"], new PlaneSelection(Z: 4));
        byte[] whole = Scratch.ReadAll(reader);
        Assert.That(whole, Is.EqualTo(ZarrStores.Expected(reader.Info, z: 4)));
        Readers.CheckRectangles(reader, whole);
    }

    [Test]
    public void ChannelsBesideEachOtherAreColours()
    {
        using ImageReader reader = ImageFile.Open(_stores["v2/yxc"]);
        Assert.That((reader.Info.Channels, reader.Info.IsColour), Is.EqualTo((3, true)));
        byte[] whole = Scratch.ReadAll(reader);
        Assert.That(whole, Is.EqualTo(ZarrStores.Expected(reader.Info)));
        Readers.CheckRectangles(reader, whole);
    }

    [Test]
    public void AbsentChunksAreTheFillValue()
    {
        using ImageReader reader = ImageFile.Open(_stores["v2/holes"]);
        Assert.That(reader.Info.PixelSize, Is.EqualTo(new PixelSize(0.5, 0.5, "micron")));
        short[] samples = [.. MemoryMarshal.Cast<byte, short>(Scratch.ReadAll(reader))];
        for (int y = 0; y < 20; y++)
        {
            for (int x = 0; x < 20; x++)
            {
                int inside = ((7 * (y - 8)) + (3 * (x - 8))) % 251;
                bool there = x is >= 8 and < 16 && y is >= 8 and < 16;
                Assert.That(samples[(y * 20) + x], Is.EqualTo(there ? inside - 100 : -7), $"{x}, {y}");
            }
        }
        Readers.CheckRectangles(reader, Scratch.ReadAll(reader));
    }

    [Test]
    public void AbsentChunksOfAShardAreTheFillValue()
    {
        using ImageReader reader = ImageFile.Open(_stores["v3/end"]);
        byte[] expected = ZarrStores.Expected(reader.Info);
        for (int y = 4; y < 12; y++)
        {
            Array.Clear(expected, ((y * 61) + 4) * 2, 16);
        }
        byte[] whole = Scratch.ReadAll(reader);
        Assert.That(whole, Is.EqualTo(expected));
        Readers.CheckRectangles(reader, whole);
    }

    [Test]
    public void ThreadsShareChunks()
    {
        using var reader = (ZarrReader)ImageFile.OpenStored(_stores["v2/levels"]);
        byte[] expected = ZarrStores.Expected(reader.Info);
        long planned = reader.HeldBytes(4);
        Parallel.For(0, 400, new ParallelOptions { MaxDegreeOfParallelism = 4 }, i =>
        {
            Region region = new Region(i * 7 % 50, i * 5 % 30, 20, 20).Intersect(reader.Info.Bounds);
            byte[] part = new byte[region.Pixels];
            reader.Read(region, part);
            Assert.That(part, Is.EqualTo(Scratch.Crop(expected, reader.Info.Width, 1, region)));
        });
        Assert.That(reader.Decoded, Is.EqualTo(12), "each chunk once");
        Assert.That(planned, Is.GreaterThanOrEqualTo(12 * 256));
    }

    [Test]
    public void LabelsAndMasksAreReadAtTheirPlane()
    {
        var options = new ImageOptions { Select = new PlaneSelection(T: 0, Z: 0, C: 2), Level = 1 };
        using ImageReader labels = ImageFile.OpenLabels(_stores["v2/levels"], options);
        Assert.That((labels.Info.Width, labels.Info.Height), Is.EqualTo((31L, 19L)), "the size, though it has no such axes");
        Assert.That(Scratch.ReadAll(labels), Is.EqualTo(ZarrStores.Expected(labels.Info)));
        using ImageReader whole = ImageFile.OpenLabels(_stores["v2/type_int32"]);
        Assert.That(whole.Info.Type.HoldsLabels());
    }

    [Test]
    public void PlanesThatNobodyChoseAreMentioned()
    {
        using ImageReader first = ImageFile.Open(_stores["v2/tczyx"]), chosen = Open(_stores["v2/tczyx"], new PlaneSelection(T: 0, Z: 0));
        string sentence = $"{_stores["v2/tczyx"]} has 2 points in time and 4 slices, of which the first was taken; others are named in the "
            + "plane's choice, such as z=1.";
        Assert.That(FastSeg.Images.UnchosenPage.Warnings(first), Is.EqualTo((string[])[sentence]));
        Assert.That(FastSeg.Images.UnchosenPage.Warnings(chosen), Is.Empty);
    }

    private static ImageReader Open(string path, PlaneSelection select) => ImageFile.Open(path, new ImageOptions { Select = select });
}
