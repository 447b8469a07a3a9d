using FastSeg.Images.Npy;
using FastSeg.Images.Pictures;
using FastSeg.Native;
using FastSeg.Tests.Images.Npy;
using FastSeg.Tests.Images.Pictures;
using FastSeg.Tests.Images.Tiff;
using NUnit.Framework;

namespace FastSeg.Tests.Images;

/// <summary>What cannot be read or written gets its sentence, before memory is taken for it, and leaves nothing behind.</summary>
public sealed class RefusalTests
{
    [Test]
    public void JpegYCbCrInSeparatePlanes()
    {
        using var scratch = new Scratch();
        byte[] bytes = new TiffBuilder().Image(
            new byte[12], 2, 2, 3, SampleType.UInt8).Set(259, 3, 7).Set(262, 3, 6).Set(284, 3, 2).Build();
        Refused(scratch.Put("planes.tif", bytes), "YCbCr pixels in separate planes (PlanarConfiguration 2)");
    }

    [Test]
    public void WhatIsNoImage()
    {
        using var scratch = new Scratch();
        Refused(scratch["missing.tif"], "missing.tif does not exist");
        Refused(scratch["missing.tif#2"], "does not exist");
        Refused(Path.Combine(scratch["nowhere"], "a.tif"), "does not exist");
        Refused(scratch.Folder, "is a folder");
        Refused(scratch.Put("empty.png", []), "is empty");
        Refused(scratch.Put("a.tif", "Dear reader, this is a letter."u8.ToArray()), "is no image");
        Refused(scratch.Put("b.tif", [(byte)'I', (byte)'I']), "is no image");
        Refused(scratch.Put("c.png", PngChunks.Signature.ToArray()), "truncated");
        Refused(scratch.Put("d.npy", NpyHeader.Magic.ToArray()), "truncated");
        Refused(scratch.Put("e.tif", "II*\0"u8.ToArray()), "truncated");
        (byte[] png, _) = PictureReaderTests.Png(8, 0);
        Refused(scratch.Put("f.png", png) + "#2", "has one page");
    }

    [Test]
    public void AFileThatLiesAboutItsSizeAllocatesNothing()
    {
        using var scratch = new Scratch();
        foreach ((string name, byte[] file) in Liars())
        {
            string path = scratch.Put(name, file);
            long buffers = HostBuffer.Allocations, managed = GC.GetTotalAllocatedBytes(precise: true);
            FastSegException? refusal = Assert.Throws<FastSegException>(() => ImageFile.Open(path).Dispose(), name);
            Assert.That(HostBuffer.Allocations, Is.EqualTo(buffers), name);
            Assert.That(GC.GetTotalAllocatedBytes(precise: true) - managed, Is.LessThan(256 << 10), name);
            CheckSentence(refusal!.Message, path);
        }
    }

    private static IEnumerable<(string, byte[])> Liars()
    {
        byte[] forty =
        [
            (byte)'I', (byte)'I', 42, 0, 8, 0, 0, 0,
            2, 0,
            0, 1, 4, 0, 1, 0, 0, 0, 0, 0, 16, 0,
            1, 1, 4, 0, 1, 0, 0, 0, 0, 0, 16, 0,
            0, 0, 0, 0, 0, 0,
        ];
        yield return ("forty bytes.tif", forty);
        foreach (bool big in new[] { false, true })
        {
            foreach (int compression in new[] { 1, 5, 7, 8, 32773 })
            {
                TiffBuilder Small() => new TiffBuilder { BigTiff = big }.Image(
                    new byte[256], 16, 16, 1, SampleType.UInt8, compression, rows: 16);
                yield return ("sides.tif", Small().Set(256, 4, 1 << 20).Set(257, 4, 1 << 20).Set(278, 4, 1 << 20).Build());
                yield return ("rows.tif", Small().Set(257, 4, uint.MaxValue).Set(278, 4, 1).Build());
                yield return (
                    "tiles.tif",
                    new TiffBuilder { BigTiff = big }.Image(
                        new byte[256],
                        16,
                        16,
                        1,
                        SampleType.UInt8,
                        compression,
                        tile: (16, 16)).Set(322, 4, 1 << 20).Set(323, 4, 1 << 20).Build());
                yield return (
                    "tile count.tif",
                    new TiffBuilder { BigTiff = big }.Image(
                        new byte[256],
                        16,
                        16,
                        1,
                        SampleType.UInt8,
                        compression,
                        tile: (16, 16)).Set(256, 4, 1 << 30).Set(257, 4, 1 << 30).Build());
                yield return ("samples.tif", Small().Set(277, 3, 65535).Set(284, 3, 2).Build());
            }
        }
        foreach (string shape in new[] { "(1048576, 1048576)", "(9223372036854775807, 9223372036854775807, 4)", "(4, 4294967296)" })
        {
            yield return (
                "a.npy", NpyReaderTests.NpyFile($"{{'descr': '<f4', 'fortran_order': False, 'shape': {shape}, }}", new byte[64]));
        }
        (byte[] png, _) = PictureReaderTests.Png(8, 0);
        byte[] wide = [0, 0, 255, 255, 0, 0, 255, 255, 8, 0, 0, 0, 0];
        yield return ("a.png", [.. png[..8], .. PngChunks.Make("IHDR"u8, wide), .. png[33..]]);
        yield return (
            "a.jpg",
            [0xFF, 0xD8, 0xFF, 0xC0, 0, 11, 8, 0xFF, 0xFF, 0xFF, 0xFF, 1, 1, 0x11, 0, 0xFF, 0xDA, 0, 8, 1, 1, 0, 0, 63, 0, 0xFF, 0xD9]);
        yield return ("a.webp", [.. "RIFF"u8, 22, 0, 0, 0, .. "WEBPVP8L"u8, 10, 0, 0, 0, 0x2F, 0xFF, 0xFF, 0xFF, 0x0F, 0, 0, 0, 0, 0]);
    }

    [TestCase(33, 1, "33-bit samples")]
    [TestCase(128, 1, "128-bit samples")]
    [TestCase(0, 1, "0-bit samples")]
    [TestCase(48, 2, "signed 48-bit samples")]
    [TestCase(8, 3, "float8 samples")]
    [TestCase(128, 3, "float128 samples")]
    [TestCase(64, 6, "complex64 samples")]
    public void TiffSampleTypesByName(int bits, int format, string words)
    {
        using var scratch = new Scratch();
        TiffBuilder tiff = new TiffBuilder().Image(new byte[4096], 16, 16, 1, SampleType.UInt8);
        Refused(scratch.Put("a.tif", tiff.Set(258, 3, bits).Set(339, 3, format).Build()), words);
    }

    [TestCase(6, "old-style JPEG")]
    [TestCase(50001, "WebP")]
    [TestCase(34712, "JPEG 2000")]
    [TestCase(12345, "number 12345")]
    public void TiffCompressionsByName(int compression, string words)
    {
        using var scratch = new Scratch();
        Refused(
            scratch.Put("a.tif", new TiffBuilder().Image(new byte[256], 16, 16, 1, SampleType.UInt8).Set(259, 3, compression).Build()),
            words);
    }

    [Test]
    public void TiffsOfOtherKindsByName()
    {
        using var scratch = new Scratch();
        TiffBuilder Tiff(int channels = 1, int compression = 1) => new TiffBuilder().Image(
            new byte[256 * channels], 16, 16, channels, SampleType.UInt8, compression);
        Refused(scratch.Put("a.tif", Tiff(4).Set(262, 3, 5).Build()), "CMYK");
        Refused(scratch.Put("a.tif", Tiff(3).Set(262, 3, 8).Build()), "L*a*b*");
        Refused(scratch.Put("a.tif", Tiff(3).Set(262, 3, 6).Set(530, 3, 3, 1).Build()), "share their colours 3 x 1");
        Refused(scratch.Put("a.tif", Tiff().Set(259, 3, 4).Build()), "CCITT fax of 1 samples of uint8");
        Refused(scratch.Put("a.tif", Tiff(17).Set(262, 3, 1).Build()), "17 samples a pixel");
        Refused(scratch.Put("a.tif", Tiff(3).Set(258, 3, 8, 16, 8).Build()), "mixes sample types");
        Refused(scratch.Put("a.tif", Tiff(1, 8).Set(317, 3, 3).Build()), "predictor 3");
        Refused(scratch.Put("a.tif", Tiff().Set(262, 3, 3).Build()), "colour map has 0 values");
        Refused(scratch.Put("a.tif", Tiff().Remove(256).Build()), "0 x 16 pixels");
        var layout = new ImageLayout(4, 4, SampleType.Int16);
        Assert.That(
            () => ImageFile.Create(scratch["s.png"], layout), Throws.TypeOf<FastSegException>().With.Message.Contains("without a sign"));
    }

    [TestCase("'<f16'", "False", "(2, 2)", "float128")]
    [TestCase("'>c16'", "False", "(2, 2)", "big-endian complex128")]
    [TestCase("'|b2'", "False", "(2, 2)", "type |b2")]
    [TestCase("'<c8'", "False", "(2, 2)", "complex64")]
    [TestCase("'|O'", "False", "(2, 2)", "type")]
    [TestCase("[('a', '<u2')]", "False", "(2, 2)", "('a', '<u2')")]
    [TestCase("'|u1'", "False", "(4,)", "shape (4)")]
    [TestCase("'|u1'", "False", "()", "shape ()")]
    [TestCase("'|u1'", "False", "(2, 2, 17)", "shape (2, 2, 17)")]
    [TestCase("'|u1'", "False", "(2, 2, 0)", "shape (2, 2, 0)")]
    [TestCase("'|u1'", "False", "(0, 2)", "at least one pixel")]
    [TestCase("'|u1'", "False", "(-2, 2)", "damaged npy header")]
    [TestCase("'|u1'", "Maybe", "(2, 2)", "damaged npy header")]
    [TestCase("'|u1'", "False", "(99, 99)", "lies about its size")]
    public void NpyArraysByName(string descr, string fortran, string shape, string words)
    {
        using var scratch = new Scratch();
        Refused(
            scratch.Put(
                "a.npy", NpyReaderTests.NpyFile($"{{'descr': {descr}, 'fortran_order': {fortran}, 'shape': {shape}, }}", new byte[64])),
            words);
    }

    [Test]
    public void PicturesOfOtherKindsByName()
    {
        using var scratch = new Scratch();
        byte[] Jpeg(byte marker, byte depth, byte components) =>
        [
            0xFF, 0xD8, 0xFF, marker, 0, (byte)(8 + (3 * components)), depth, 0, 8, 0, 8, components,
            .. Enumerable.Repeat<byte>(0x11, 3 * components), 0xFF, 0xDA, 0, 2, 0, 0,
        ];
        Refused(scratch.Put("a.jpg", Jpeg(0xC0, 8, 4)), "CMYK");
        Refused(scratch.Put("a.jpg", Jpeg(0xC1, 12, 1)), "12-bit JPEG");
        Refused(scratch.Put("a.jpg", Jpeg(0xC3, 8, 1)), "lossless");
        Refused(scratch.Put("a.webp", [.. "RIFF"u8, 16, 0, 0, 0, .. "WEBPANIM"u8, 0, 0, 0, 0, 0, 0, 0, 0]), "animated");
    }

    [Test]
    public void EveryTruncationOfEveryFormat()
    {
        using var scratch = new Scratch();
        foreach ((string name, byte[] file) in FuzzTests.Files())
        {
            foreach (double part in new[] { 0.02, 0.2, 0.5, 0.9, 0.99 })
            {
                string path = scratch.Put("cut-" + name, file[..(int)Math.Min(file.Length * part, file.Length - 8)]);
                try
                {
                    // A stack that lost its last pages is read as far as it goes.
                    Assert.That(ReadPages(path), Is.LessThan(ReadPages(scratch.Put(name, file))), $"{name} cut to {part}");
                }
                catch (FastSegException refusal)
                {
                    CheckSentence(refusal.Message, path);
                }
            }
        }
    }

    /// <summary>Reads all pages.</summary>
    /// <returns>How many there are.</returns>
    private static int ReadPages(string path)
    {
        int pages = 1;
        for (int page = 1; page <= pages; page++)
        {
            using ImageReader reader = ImageFile.Open(page == 1 ? path : $"{path}#{page}");
            pages = reader.Info.Pages;
            Scratch.ReadAll(reader);
        }
        return pages;
    }

    [Test]
    public void PlacesThatCannotBeWritten()
    {
        using var scratch = new Scratch();
        var layout = new ImageLayout(10, 10, SampleType.UInt8);
        Unwritable(scratch["a.bmp"], layout, "\".bmp\"");
        Unwritable(scratch["a"], layout, "no extension");
        Unwritable(Path.Combine(scratch["nowhere"], "a.tif"), layout, "nowhere does not exist");
        Unwritable(scratch["a.png"], layout with { Type = SampleType.Float32 }, "float32");
        Unwritable(scratch["a.png"], layout with { Pages = 2 }, "2 pages");
        Unwritable(scratch["a.png"], layout with { Width = 2_000_000 }, "2000000");
        foreach (string extension in new[] { ".tif", ".png", ".npy" })
        {
            Directory.CreateDirectory(scratch["folder" + extension]);
            Unwritable(scratch["folder" + extension], layout, "folder");
            Unwritable("/proc/a" + extension, layout, "/proc");
        }
        Assert.That(scratch.Files, Is.Empty);
    }

    [Test]
    public void AFullDiskLeavesNothingBehind([Values(".tif", ".png", ".npy")] string extension, [Values(1, 3)] int pages)
    {
        if (extension == ".png" && pages > 1)
        {
            return;
        }
        using var scratch = new Scratch();
        byte[] noise = new byte[pages * 512 * 512];
        new Random(1).NextBytes(noise);
        var layout = new ImageLayout(512, 512, SampleType.UInt8, pages);
        foreach (int kilobytes in new[] { 0, 100, 250 })
        {
            FastSegException? refusal = Assert.Throws<FastSegException>(() =>
            {
                using var limit = new FileSizeLimit(kilobytes << 10);
                using ImageWriter writer = ImageFile.Create(scratch["a" + extension], layout);
                writer.Write(new Region(0, 0, 512, 512), noise);
                writer.Commit();
                limit.Dispose();
            });
            Assert.That(refusal!.Message, Does.StartWith(scratch["a" + extension]).And.Contain("ulimit -f"));
            Assert.That(scratch.Files, Is.Empty, $"at {kilobytes} kB");
        }
    }

    private static void Unwritable(string path, ImageLayout layout, string words)
    {
        FastSegException? refusal = Assert.Throws<FastSegException>(() => ImageFile.Create(path, layout).Dispose(), path);
        Assert.That(refusal!.Message, Does.Contain(words));
        CheckSentence(refusal.Message, path);
    }

    private static void Refused(string path, string words)
    {
        FastSegException? refusal = Assert.Throws<FastSegException>(() => ImageFile.Open(path).Dispose(), path);
        Assert.That(refusal!.Message, Does.Contain(words));
        CheckSentence(refusal.Message, path);
    }

    private static void CheckSentence(string message, string path)
    {
        Assert.That(message, Does.StartWith(path).And.EndsWith("."));
        Assert.That(message, Does.Not.Contain("\n"));
        Assert.That(message, Does.Contain(";").Or.Contain(",").Or.Contain(":"), "says what would be right");
    }
}
