using System.Text;
using FastSeg.Images.Codecs;
using NUnit.Framework;

namespace FastSeg.Tests.Images.Zarr;

/// <summary>Stores that are damaged, lie, lead elsewhere or are of a kind that is not read: one sentence each.</summary>
internal sealed class ZarrRefusalTests
{
    private ZarrStores _stores = null!;

    [SetUp]
    public void Unpack() => _stores = new ZarrStores();

    [TearDown]
    public void Remove() => _stores.Dispose();

    [TestCase("v2/complex", "/0/.zarray holds complex64; ")]
    [TestCase("v2/structured", "/0/.zarray holds structured elements (")]
    [TestCase("v2/text", "/0/.zarray holds elements of type <U4; ")]
    [TestCase("v2/filtered", "/0/.zarray passes samples through the filter delta; ")]
    [TestCase("v2/bz2", "/0/.zarray is compressed by bz2; ")]
    [TestCase("v2/blosclz", "/0/.zarray is compressed by blosc with blosclz; ")]
    [TestCase("v2/series", " holds several images (layout of bioformats2raw); give one of them: {0}/0, {0}/1.")]
    [TestCase("v2/plate", " is a plate; give one of them: {0}/A/1/0.")]
    [TestCase("v2/plate/A/1", " is a well of a plate; give one of them: {0}/0.")]
    [TestCase("v2/none#2", "none#2 asks for a page of an OME-Zarr; ")]
    public void OtherKindsAreNamed(string name, string sentence)
    {
        Assert.That(
            () => ImageFile.Open(_stores[name]),
            Throws.TypeOf<FastSegException>().With.Message.Contains(string.Format(sentence, _stores[name])).And.Message.EndsWith("."));
    }

    [TestCase("t=1", " has one point in time, 0, so there is no t=1; give another number in the plane's choice.")]
    [TestCase("c=3", " has 3 channels, 0 to 2, so there is no c=3; ")]
    [TestCase("z=4", " has 4 slices, 0 to 3, so there is no z=4; ")]
    [TestCase("level 2", " has 2 levels, 0 to 1, so there is no level 2; give another number as the image's level.")]
    public void WhatIsNotThereIsSaid(string asked, string sentence)
    {
        int number = asked[^1] - '0';
        var options = new ImageOptions
        {
            Select = new PlaneSelection(asked[0] == 't' ? number : null, asked[0] == 'z' ? number : null, asked[0] == 'c' ? number : null),
            Level = asked[0] == 'l' ? number : 0,
        };
        string store = _stores[asked[0] == 't' ? "v2/none" : "v2/tczyx"];
        Refused(store, sentence, options);
    }

    [Test]
    public void FilesHaveNeitherPlanesNorLevels()
    {
        string file = TestData.File("tests", "data", "images", "rgb.tif");
        Refused(file, " is no OME-Zarr, so leave out the plane's choice", new ImageOptions { Select = new PlaneSelection(Z: 1) });
        Refused(file, " has one level, 0, so there is no level 1", new ImageOptions { Level = 1 });
    }

    [TestCase(".zarray", "{", "is no JSON")]
    [TestCase(".zarray", "[]", "is no JSON object")]
    [TestCase(".zarray", "-", "holds no array")]
    [TestCase("\"zarr_format\": 2", "\"zarr_format\": 3", "/.zarray is of Zarr version 3")]
    [TestCase("\"dtype\": \"<u2\"", "\"dtypes\": 1", "/.zarray has no \"dtype\"")]
    [TestCase("\"fill_value\": 0", "\"fill_value\": 70000", "has 70000 as fill_value, where a uint16 is needed")]
    [TestCase("\"order\": \"C\"", "\"order\": \"K\"", "has \"K\" as order, where \"C\" or \"F\" is needed")]
    [TestCase("\"dimension_separator\": \"/\"", "\"dimension_separator\": \":\"", "as dimension_separator, where \".\" or \"/\" is needed")]
    [TestCase("37,\n        61", "37", "/.zattrs names the axes y, x, but 0 has 1")]
    [TestCase("37,\n        61", "37, 0", "/.zarray claims a shape of 37 x 0 and chunks of 16 x 24")]
    [TestCase("37,\n        61", "-37, 61", "claims a shape of -37 x 61")]
    [TestCase("37,\n        61", "37.5, 61", "has 37.5 as shape[0], where a whole number is needed")]
    [TestCase("37,\n        61", "4294967296, 61", "claims a shape of 4294967296 x 61")]
    [TestCase("16,\n        24", "40000, 40000", "has chunks of 40000 x 40000 uint16; a chunk is decoded as a whole")]
    [TestCase("16,\n        24", "16", "has a shape of 2 axes and chunks of 1")]
    public void MetadataOfAnArrayIsChecked(string what, string instead, string sentence)
    {
        string store = _stores["v2/none"], file = Path.Combine(store, "0", ".zarray");
        if (instead == "-")
        {
            File.Delete(file);
        }
        else
        {
            string text = File.ReadAllText(file);
            string wrong = what == ".zarray" ? instead : text.Replace(what, instead, StringComparison.Ordinal);
            Assert.That(wrong, Is.Not.EqualTo(text));
            File.WriteAllText(file, wrong);
        }
        if (sentence.StartsWith("/.zattrs names", StringComparison.Ordinal))
        {
            // An array of one axis is refused by itself already.
            sentence = "/0/.zarray has 1 axes; images have 2 to 5";
        }
        Refused(store, sentence);
    }

    [TestCase("\"path\": \"0\"", "\"path\": \"../none/0\"", "has \"../none/0\" as multiscales[0].datasets[0].path, where a path inside")]
    [TestCase("\"path\": \"0\"", "\"path\": \"/etc\"", "where a path inside the store is needed")]
    [TestCase("\"path\": \"0\"", "\"path\": \"7\"", "/7 holds no array")]
    [TestCase("\"version\": \"0.4\"", "\"version\": \"0.9\"", "is of OME-NGFF 0.9; 0.4 and 0.5 are read")]
    [TestCase("\"multiscales\"", "\"multi\"", "holds several images")]
    [TestCase("\"name\": \"y\"", "\"name\": \"x\"", "has the axes x, x, which make no image; y and x are needed")]
    [TestCase("\"type\": \"space\"", "\"type\": \"time\"", "which make no image")]
    [TestCase("2.5", "\"a\"", "has \"a\" as multiscales[0].datasets[0].coordinateTransformations[0].scale[0], where a number is needed")]
    public void MetadataOfAnImageIsChecked(string what, string instead, string sentence)
    {
        string store = _stores["v2/none"], file = Path.Combine(store, ".zattrs");
        string text = File.ReadAllText(file), wrong = text.Replace(what, instead, StringComparison.Ordinal);
        Assert.That(wrong, Is.Not.EqualTo(text));
        File.WriteAllText(file, wrong);
        Refused(store, sentence);
    }

    [Test]
    public void LevelsThatContradictTheMetadataAreRefused()
    {
        string store = _stores["v2/levels"];
        Directory.Move(Path.Combine(store, "0"), Path.Combine(store, "a"));
        Directory.Move(Path.Combine(store, "1"), Path.Combine(store, "0"));
        Directory.Move(Path.Combine(store, "a"), Path.Combine(store, "1"));
        Refused(store, "says that 1 (37 x 61) is a smaller 0 (19 x 31), which it is not");
    }

    [TestCase("v2/none", "0/1/1", -1, "/0/1/1 is a damaged chunk: it holds 767 of the 768 bytes that its shape needs")]
    [TestCase("v2/none", "0/1/1", 1, "/0/1/1 is a damaged chunk: it holds more than the 768 bytes that its shape needs")]
    [TestCase("v2/zlib", "0/1/1", -30, "/0/1/1 is a damaged chunk: ")]
    [TestCase("v2/lz4", "0/1/1", -30, "/0/1/1 is a damaged chunk: its Blosc header is damaged or it is truncated")]
    [TestCase("v2/zstd", "0/1/1", -30, "/0/1/1 is a damaged chunk: its Zstandard data is corrupt")]
    [TestCase("v3/crc", "0/c/1/1", 1, "/0/c/1/1 is a damaged chunk: its CRC-32C is wrong")]
    [TestCase("v3/end", "0/c/1/1", -1, "/0/c/1/1 is a damaged shard: the CRC-32C of its index is wrong")]
    [TestCase("v3/start", "0/c/1/1", -99, " is a damaged ")]
    public void ChunksOfOtherLengthsAreRefused(string name, string chunk, int more, string sentence)
    {
        string file = Path.Combine(_stores[name], chunk);
        byte[] bytes = File.ReadAllBytes(file);
        File.WriteAllBytes(file, more < 0 ? bytes[..^-more] : [.. bytes, .. new byte[more]]);
        RefusedWhenRead(_stores[name], sentence);
    }

    [Test]
    public void AChunkThatInflatesBeyondItsShapeIsRefused()
    {
        foreach ((string name, Func<Stream, Stream> codec) in (IEnumerable<(string, Func<Stream, Stream>)>)
        [
            ("v2/zlib", to => new System.IO.Compression.ZLibStream(to, System.IO.Compression.CompressionLevel.Optimal)),
            ("v2/gzip", to => new System.IO.Compression.GZipStream(to, System.IO.Compression.CompressionLevel.Optimal)),
        ])
        {
            string file = Path.Combine(_stores[name], "0", "0", "0");
            using (FileStream target = File.Create(file))
            {
                using Stream bomb = codec(target);
                bomb.Write(new byte[2_000_000]);
            }
            RefusedWhenRead(_stores[name], "/0/0/0 is a damaged chunk: it holds more than the 768 bytes that its shape needs");
        }
        File.WriteAllBytes(Path.Combine(_stores["v2/zstd"], "0", "0", "0"), new ZstdSharp.Compressor().Wrap(new byte[2_000_000]).ToArray());
        RefusedWhenRead(_stores["v2/zstd"], "it holds more than the 768 bytes");
    }

    /// <summary>As a shard's index may say of a chunk, or what is left of one behind its checksum.</summary>
    [Test]
    public void AChunkOfNoBytesIsRefused(
        [Values(ChunkCodec.Zlib, ChunkCodec.Gzip, ChunkCodec.Zstd, ChunkCodec.Blosc)] ChunkCodec codec) =>
        Assert.That(ChunkCodecs.Decode(codec, [], new byte[8], new byte[64]), Is.EqualTo("nothing is stored of it"));

    [Test]
    public void AShapeThatTheStoredBytesCannotFillAllocatesNothing()
    {
        string store = _stores["v2/zlib"], file = Path.Combine(store, "0", ".zarray");
        File.WriteAllText(file, File.ReadAllText(file).Replace("16,\n        24", "20000, 20000", StringComparison.Ordinal));
        long before = FastSeg.Native.HostBuffer.AllocatedBytes;
        RefusedWhenRead(store, "from which the 800000000 that its shape needs cannot come");
        Assert.That(FastSeg.Native.HostBuffer.AllocatedBytes - before, Is.LessThan(1 << 20));
    }

    [TestCase("0", "../lz4/0", "leads out of the store by a link")]
    [TestCase("0", "0", "cannot be read")]
    [TestCase("0/1/1", "../../../lz4/0/1/1", "/0/1/1 leads out of the store by a link")]
    [TestCase("0/1/1", "nowhere", "/0/1/1 is a link that leads nowhere")]
    public void LinksOutOfAStoreAndCirclesAreRefused(string path, string target, string sentence)
    {
        string link = Path.Combine(_stores["v2/none"], path);
        if (Directory.Exists(link))
        {
            Directory.Delete(link, recursive: true);
        }
        File.Delete(link);
        File.CreateSymbolicLink(link, target);
        RefusedWhenRead(_stores["v2/none"], sentence);
    }

    [Test]
    public void LinksInsideAStoreAreFollowed()
    {
        string chunk = Path.Combine(_stores["v2/none"], "0", "1", "1"), other = Path.Combine(_stores["v2/none"], "kept");
        File.Move(chunk, other);
        File.CreateSymbolicLink(chunk, "../../kept");
        using ImageReader reader = ImageFile.Open(_stores["v2/none"]);
        Assert.That(Scratch.ReadAll(reader), Is.EqualTo(ZarrStores.Expected(reader.Info)));
    }

    [Test]
    public void AGroupWithoutAnImageIsNone()
    {
        using var scratch = new Scratch();
        scratch.Put(".zgroup", Encoding.UTF8.GetBytes("{\"zarr_format\": 2}"));
        Refused(scratch.Folder, " is a Zarr group without attributes, so no image of OME-Zarr");
        scratch.Put(".zattrs", Encoding.UTF8.GetBytes("{}"));
        Refused(scratch.Folder, "/.zattrs has no multiscales, so it is no image of OME-Zarr");
        using var folder = new Scratch();
        Refused(folder.Folder, " is a folder; an image file is needed here.");
    }

    private static void Refused(string path, string sentence, ImageOptions? options = null) => Assert.That(
        () => ImageFile.Open(path, options ?? ImageOptions.Default).Dispose(),
        Throws.TypeOf<FastSegException>().With.Message.StartsWith(path).And.Message.Contains(sentence).And.Message.EndsWith("."));

    private static void RefusedWhenRead(string path, string sentence)
    {
        void Read()
        {
            using ImageReader reader = ImageFile.Open(path);
            Scratch.ReadAll(reader);
        }
        Assert.That(
            Read, Throws.TypeOf<FastSegException>().With.Message.StartsWith(path).And.Message.Contains(sentence).And.Message.EndsWith("."));
    }
}
