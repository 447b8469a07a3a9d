using System.Buffers.Binary;
using System.Diagnostics;
using FastSeg.Files;
using FastSeg.Images.Pictures;
using FastSeg.Native;
using FastSeg.Tests.Images.Npy;
using FastSeg.Tests.Images.Pictures;
using FastSeg.Tests.Images.Tiff;
using NetVips;
using NUnit.Framework;
using Region = FastSeg.Region;

namespace FastSeg.Tests.Images;

/// <summary>
/// Mutated files: bytes changed, cut out, doubled, cut off, numbers made extreme, always the same for a seed. A reader either reads
/// or refuses with a sentence, takes no more memory than the file justifies, and comes back.
/// </summary>
public sealed class FuzzTests
{
    private const int Width = 61, Height = 47;

    private const int InputsPerFile = 200;

    private static readonly long[] Extremes = [0, -1, int.MaxValue, int.MinValue, 1, 65535, 1 << 20];

    [TestCaseSource(nameof(Names))]
    public void MutatedFilesAreReadOrRefused(string name)
    {
        int refused = Refused(name, InputsPerFile);
        // Which mutants are noticed depends on the format: a PNG has checksums, an npy only its header.
        Assert.That(refused, Is.GreaterThan(InputsPerFile / 20), "damage is noticed");
    }

    /// <summary>Reads that many mutants of a file; returns how many were refused.</summary>
    internal static int Refused(string name, int inputs)
    {
        byte[] file = Files().First(entry => entry.Name == name).File;
        using var scratch = new Scratch();
        var random = new Random(file.Length);
        int refused = 0;
        for (int i = 0; i < inputs; i++)
        {
            byte[] mutant = Mutate(file, random);
            string path = scratch.Put(name, mutant);
            bool labels = i % 3 == 0;
            long claimed = 0;
            long native = HostBuffer.AllocatedBytes, managed = GC.GetAllocatedBytesForCurrentThread();
            var clock = Stopwatch.StartNew();
            try
            {
                using ImageReader reader = labels ? ImageFile.OpenLabels(path) : ImageFile.Open(path);
                claimed = reader.HeldBytes(1);
                ReadSome(reader);
            }
            catch (FastSegException e)
            {
                Assert.That(e.Message, Does.StartWith(path).And.EndsWith("."));
                refused++;
            }
            catch (Exception e)
            {
                Assert.Fail($"{name}, input {i}: {e}");
            }
            // A file of n bytes of deflate justifies 1032 n, and an index expands to three channels; WebP may claim 16 MiB.
            // Zstandard and LZMA may stand for far more than deflate.
            long expansion = name is "zstd.tif" or "lzma.tif" ? 33_000 : 4100;
            long justified = (18L << 20) + (expansion * mutant.Length);
            Assert.That(HostBuffer.AllocatedBytes - native, Is.LessThan(justified), $"{name}, input {i}");
            Assert.That(GC.GetAllocatedBytesForCurrentThread() - managed, Is.LessThan(justified), $"{name}, input {i}");
            Assert.That(claimed, Is.LessThan(4 * justified), $"{name}, input {i}: what a library may take for it");
            Assert.That(clock.Elapsed, Is.LessThan(TimeSpan.FromSeconds(20)), $"{name}, input {i} hangs");
        }
        return refused;
    }

    /// <summary>
    /// Files of every format and codec: real micrographs and labels as others wrote them, and samples by libvips, libtiff and by hand.
    /// </summary>
    internal static IEnumerable<(string Name, byte[] File)> Files()
    {
        byte[] grey = Scratch.Samples(Width, Height, 1, SampleType.UInt8), rgb = Scratch.Samples(Width, Height, 3, SampleType.UInt8);
        using Image one = Image.NewFromMemory(grey, Width, Height, 1, Enums.BandFormat.Uchar).Copy(interpretation: Enums.Interpretation.Bw);
        using Image three = Image.NewFromMemory(rgb, Width, Height, 3, Enums.BandFormat.Uchar).Copy(
            interpretation: Enums.Interpretation.Srgb);
        string[] real =
        [
            "0_labels.tif", "pillow_lzw.tif", "pillow_jpeg.tif", "pillow_palette.png",
            "pillow_palette.tif", "pillow_rgb.jpg", "pillow_16bit.png", "tifffile_stack.tif",
        ];
        foreach (string name in real)
        {
            yield return (name, File.ReadAllBytes(TestData.File("tests", "data", "images", name)));
        }
        yield return ("none.tif", new TiffBuilder().Image(rgb, Width, Height, 3, SampleType.UInt8, separate: true).Build());
        yield return (
            "big.tif",
            new TiffBuilder { BigEndian = true, BigTiff = true }.Image(
                Scratch.Samples(Width, Height, 1, SampleType.Float32), Width, Height, 1, SampleType.Float32, 8, 3, tile: (16, 32)).Build());
        yield return (
            "deflate.tif",
            three.TiffsaveBuffer(compression: Enums.ForeignTiffCompression.Deflate, predictor: Enums.ForeignTiffPredictor.Horizontal));
        yield return (
            "lzw.tif", one.TiffsaveBuffer(compression: Enums.ForeignTiffCompression.Lzw, tile: true, tileWidth: 32, tileHeight: 32));
        yield return ("packbits.tif", one.TiffsaveBuffer(compression: Enums.ForeignTiffCompression.Packbits));
        yield return ("jpeg.tif", three.TiffsaveBuffer(compression: Enums.ForeignTiffCompression.Jpeg, q: 60));
        yield return ("progressive.tif", TiffCodecTests.Jpeg(three.JpegsaveBuffer(interlace: true), Width, Height));
        yield return ("zstd.tif", new TiffBuilder().Image(rgb, Width, Height, 3, SampleType.UInt8, 50000, 2).Build());
        yield return ("lzma.tif", TiffCodecTests.Xz());
        yield return ("fax.tif", new TiffBuilder().Strips(20, 8, 1, 8, [0xFF, 0x00, 0x10, 0x01]).Set(259, 3, 4).Build());
        yield return (
            "packed.tif",
            new TiffBuilder { BigEndian = true }.Strips(Width, Height, 12, Height, new byte[92 * Height]).Set(266, 3, 2).Build());
        yield return (
            "ycbcr.tif",
            new TiffBuilder().Strips(Width, Height, 8, Height, new byte[31 * 24 * 6]).Set(258, 3, 8, 8, 8).Set(277, 3, 3).Set(262, 3, 6)
                .Build());
        yield return ("runs.bmp", BmpReaderTests.Runs());
        yield return ("rgb.bmp", BmpReaderTests.Colours(24, topDown: false, rgb: Scratch.Samples(13, 5, 3, SampleType.UInt8)));
        yield return ("grey.png", one.PngsaveBuffer());
        yield return ("interlaced.png", three.PngsaveBuffer(interlace: true));
        (byte[] palette, _) = PictureReaderTests.Png(4, 3, PngChunks.Make("PLTE"u8, new byte[48]));
        yield return ("palette.png", palette);
        yield return ("rgb.jpg", three.JpegsaveBuffer());
        yield return ("progressive.jpg", one.JpegsaveBuffer(interlace: true));
        yield return ("lossy.webp", three.WebpsaveBuffer());
        yield return ("lossless.webp", three.WebpsaveBuffer(lossless: true));
        yield return (
            "a.npy", NpyReaderTests.NpyFile($"{{'descr': '|u1', 'fortran_order': False, 'shape': ({Height}, {Width}, 3), }}", rgb));
    }

    internal static IEnumerable<string> Names() => Files().Select(entry => entry.Name);

    /// <summary>A mutant may be large and mostly empty: its corners and middle are enough.</summary>
    private static void ReadSome(ImageReader reader)
    {
        ImageInfo info = reader.Info;
        foreach ((long x, long y) in new[] { (0L, 0L), (info.Width - 1, info.Height - 1), (info.Width / 2, info.Height / 2) })
        {
            Region region = new Region(x - 40, y - 40, 80, 80).Intersect(info.Bounds);
            reader.Read(region, new byte[region.Pixels * info.PixelBytes]);
        }
    }

    internal static byte[] Mutate(byte[] file, Random random)
    {
        byte[] bytes = [.. file];
        for (int changes = random.Next(1, 5); changes > 0; changes--)
        {
            // Half of the changes go where headers are.
            int at = random.Next(random.Next(2) == 0 ? Math.Min(bytes.Length, 300) : bytes.Length);
            at = random.Next(4) == 0 ? bytes.Length - 1 - at : at;
            switch (random.Next(7))
            {
                case 0:
                    bytes[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 1:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 2:
                    bytes = [.. bytes[..at], .. bytes[Math.Min(bytes.Length, at + random.Next(1, 20))..], 0];
                    break;
                case 3:
                    bytes = [.. bytes[..at], .. bytes[at..Math.Min(bytes.Length, at + 8)], .. bytes[at..]];
                    break;
                case 4 when random.Next(4) == 0:
                    bytes = [.. bytes[..(at + 1)]];
                    break;
                default:
                    byte[] extreme = BitConverter.GetBytes(Extremes[random.Next(Extremes.Length)]);
                    int count = Math.Min(1 << random.Next(4), bytes.Length - at);
                    extreme.AsSpan(0, count).CopyTo(bytes.AsSpan(at));
                    break;
            }
        }
        if (bytes.AsSpan().StartsWith(PngChunks.Signature) && random.Next(2) == 0)
        {
            RepairChecksums(bytes);
        }
        return bytes;
    }

    /// <summary>So that damage gets past a PNG's checksums, into the decoder.</summary>
    private static void RepairChecksums(byte[] png)
    {
        for (int at = 8; at + 12 <= png.Length;)
        {
            long length = BinaryPrimitives.ReadUInt32BigEndian(png.AsSpan(at));
            if (at + 12 + length > png.Length)
            {
                return;
            }
            BinaryPrimitives.WriteUInt32BigEndian(
                png.AsSpan(at + 8 + (int)length), Crc32.Of(png.AsSpan(at + 4, 4), png.AsSpan(at + 8, (int)length)));
            at += 12 + (int)length;
        }
    }
}
