using System.Buffers.Binary;
using System.Security.Cryptography;
using FastSeg.Tests.Images;
using NUnit.Framework;

namespace FastSeg.Tests.Cli.Trust;

/// <summary>
/// Small files after public bug reports, as libtiff, tifffile or Pillow read them. Those in the repository are named in
/// tests/data/README.md; larger ones lie beside the large data set.
/// </summary>
internal sealed class CaseTests : CliFixture
{
    /// <summary>SHA-256 of one image that several files hold.</summary>
    private const string Grey = "806aab80cfa40af8a46363cea8b893461fc49d00bb3d9e418a88a724458aff8b",
        Bits = "935e831bbddbe5260e7db5588f4f810faf4f65b4236be25c544076c9ff412465",
        Noise = "fef87fb60924c30835409b5ff638642221bf4413996af3c27af80cc5a61b687e";

    [TestCase("bits_1", Bits)]
    [TestCase("bits_1_ccitt", Bits)]
    [TestCase("t_bool", Bits)]
    [TestCase("bits_12", "eb9c393378b351ec8c26e83f67e444b72bc27518be6fcaa387d2192748faacc6")]
    [TestCase("fillorder2", Grey)]
    [TestCase("no_counts_zip", Grey)]
    [TestCase("rps_zero", Grey)]
    [TestCase("zero_counts", Grey)]
    [TestCase("tiles_as_strips", Noise)]
    [TestCase("wild_next_ifd", Noise)]
    public void SmallFilesAreReadAsOthersReadThem(string name, string samples)
    {
        using ImageReader image = ImageFile.Open(Case($"{name}.tif"));
        byte[] whole = Scratch.ReadAll(image);
        Assert.That(Convert.ToHexStringLower(SHA256.HashData(whole)), Is.EqualTo(samples));
        Readers.CheckRectangles(image, whole);
    }

    /// <summary>Decoders of JPEG may differ by some levels.</summary>
    [Test]
    public void ColoursOfAJpegAreThoseOfLibjpeg()
    {
        using ImageReader image = ImageFile.Open(Case("jpeg_ycbcr420.tif")), expected = ImageFile.Open(Case("jpeg_ycbcr420.png"));
        AssertClose(Scratch.ReadAll(image), Scratch.ReadAll(expected), 3);
    }

    [TestCase("ij_one_ifd", 1, 0)]
    [TestCase("ij_one_ifd", 4, 0)]
    [TestCase("t_int16", 1, 0)]
    [TestCase("t_uint32", 1, 0)]
    [TestCase("t_float64", 1, 0)]
    [TestCase("tiffcp_B_f32_zip3", 1, 0)]
    [TestCase("ij_composite_3c8", 1, 0)]
    [TestCase("c2_contig", 1, 0)]
    [TestCase("c3_minisblack", 1, 0)]
    [TestCase("ycbcr_raw444", 1, 3)]
    public void LargerFilesAreReadAsOthersReadThem(string name, int page, int apart)
    {
        string path = TestData.Finding("cases", name, "img.tif");
        // The pages of a composite are its channels, so none is named.
        using ImageReader image = ImageFile.Open(page == 1 ? path : $"{path}#{page}");
        (byte[] samples, int channels) = Expected(TestData.Finding("cases", name, $"expected_{page}.npy"));
        Assert.That(image.Info.Channels, Is.EqualTo(channels));
        AssertClose(Scratch.ReadAll(image), samples, apart);
    }

    /// <summary>Refused where somebody would segment them; with a mask they get label 0, and all others a class.</summary>
    [Test]
    public void NumbersThatAreNoneMayLieWhereAMaskIsZero()
    {
        string path = TestData.Finding("cases", "f_nan", "img.tif"), labels = At("labels.tif"), mask = At("mask.tif");
        using ImageReader image = ImageFile.Open(path);
        int width = (int)image.Info.Width, height = (int)image.Info.Height;
        byte[] valid = [.. Expected(TestData.Finding("cases", "f_nan", "expected_1.npy")).Samples.Chunk(4)
            .Select(value => (byte)(float.IsNaN(BitConverter.ToSingle(value)) ? 0 : 1))];
        Assert.That(valid, Does.Contain(0).And.Contain(1));
        Assert.That(Fail("segment", Model, path, "-o", labels), Does.Contain("--mask").And.Contain("--nan-as"));
        Write(mask, SampleType.UInt8, width, height, valid);
        Assert.That(CommandLine.Run("segment", Model, path, "--mask", mask, "-o", labels).Code, Is.Zero);
        Assert.That(Labels(labels).Samples.Select(label => Math.Min(label, (byte)1)), Is.EqualTo(valid));
        Assert.That(CommandLine.Run("segment", Model, path, "--nan-as", "0", "-o", labels).Code, Is.Zero);
        Assert.That(Labels(labels).Samples, Has.None.EqualTo(0));
    }

    /// <summary>It is refused by whoever opens it, not only where its pixels are wanted.</summary>
    [Test]
    public void AFrameThatIsNoneIsRefusedAtOnce()
    {
        string path = Case("comp_zstd.tif");
        string[] said = [Fail("info", path), Fail("features", path, "-o", At("features.npy"))];
        Assert.That(said, Is.All.EqualTo(
            $"fastseg: {path} is damaged: strip 0 should be Zstandard, but its frame asks for dictionary 1, which no TIFF holds; save it " +
            "again with another compression.\n"));
    }

    /// <summary>The place of a file of the repository.</summary>
    private static string Case(string name) => TestData.File("tests", "data", "cases", name);

    private static void AssertClose(byte[] found, byte[] expected, int apart)
    {
        Assert.That(found, Has.Length.EqualTo(expected.Length));
        int most = found.Zip(expected, (a, b) => Math.Abs(a - b)).Max();
        Assert.That(most, Is.LessThanOrEqualTo(apart));
    }

    /// <summary>An array that numpy saved, in the type that a reader delivers: 32- and 64-bit numbers become float32.</summary>
    private static (byte[] Samples, int Channels) Expected(string path)
    {
        byte[] file = File.ReadAllBytes(path);
        int begin = 10 + BinaryPrimitives.ReadUInt16LittleEndian(file.AsSpan(8));
        string header = System.Text.Encoding.ASCII.GetString(file, 10, begin - 10);
        string[] shape = header[(header.IndexOf('(') + 1)..header.IndexOf(')')].Split(',', StringSplitOptions.RemoveEmptyEntries);
        byte[] stored = file[begin..];
        byte[] samples = header.Contains("<f8", StringComparison.Ordinal)
            ? [.. stored.Chunk(8).SelectMany(value => BitConverter.GetBytes((float)BitConverter.ToDouble(value)))]
            : header.Contains("<u4", StringComparison.Ordinal)
                ? [.. stored.Chunk(4).SelectMany(value => BitConverter.GetBytes((float)BitConverter.ToUInt32(value)))]
                : stored;
        return (samples, shape.Length == 3 ? int.Parse(shape[2], System.Globalization.CultureInfo.InvariantCulture) : 1);
    }
}
