using System.Runtime.InteropServices;
using System.Text.Json;
using NUnit.Framework;

namespace FastSeg.Tests.Cli;

/// <summary>
/// Files that are damaged, claim a size they do not have, or are of a kind that is not read: one line, exit code 1, no output.
/// </summary>
internal sealed class BadInputTests : CliFixture
{
    private static readonly (string Name, Func<byte[]> Bytes, string Sentence)[] Files =
    [
        ("empty.tif", () => [], "empty.tif"),
        ("text.tif", () => [.. "this is no image"u8], "is no image that is read here"),
        ("truncated.png", () => File.ReadAllBytes(TestImage)[..1500], "truncated.png"),
        ("flipped.png", Flipped, "flipped.png"),
        ("header.npy", () => Npy.Bytes("|u1", "(3, 4)", new byte[12])[..40], "header.npy"),
        ("short.npy", () => Npy.Bytes("|u1", "(100, 100)", new byte[99]), "short.npy"),
        ("tera.npy", () => Npy.Bytes("<f4", "(1000000, 1000000)", new byte[40]), "tera.npy"),
        ("complex.npy", () => Npy.Bytes("<c8", "(2, 2)", new byte[32]), "complex64"),
        ("beyond.npy", () => Npy.Bytes("<f8", "(1, 2)", [.. new byte[8], .. BitConverter.GetBytes(1e300)]), "x 1, y 0 is 1E+300"),
        ("nan.npy", () => Floats(float.NaN), "x 5, y 2 is NaN"),
        ("infinite.npy", () => Floats(float.NegativeInfinity), "x 5, y 2 is minus infinite"),
        ("terapixel.tif", TeraTiff, "terapixel.tif"),
        ("fax.tif", () => Tiff(compression: 4), "fax.tif"),
    ];

    private static IEnumerable<string> Names => Files.Select(file => file.Name);

    [TestCaseSource(nameof(Names))]
    public void SegmentAndFeaturesRefuseIt(string name)
    {
        (_, Func<byte[]> bytes, string sentence) = Files.First(file => file.Name == name);
        File.WriteAllBytes(At(name), bytes());
        string output = Path.Combine(NewFolder(), "o.tif");
        long before = GC.GetTotalAllocatedBytes();
        Assert.That(Fail("segment", Model, At(name), "-o", output), Does.Contain(name).And.Contain(sentence));
        Assert.That(Fail("features", At(name), "-o", output), Does.Contain(name).And.Contain(sentence));
        Assert.That(GC.GetTotalAllocatedBytes() - before, Is.LessThan(256L << 20), "bytes allocated");
        Assert.That(Directory.GetFileSystemEntries(Path.GetDirectoryName(output)!), Is.Empty);
    }

    [Test]
    public void AMissingFileIsNamed()
    {
        foreach (string[] line in (string[][])
        [
            ["segment", Model, At("gone.tif"), "-o", At("o.tif")],
            ["features", At("gone.tif"), "-o", At("o.npy")],
            ["plan", Model, At("gone.tif")],
            ["info", At("gone.tif")],
            ["preview", At("gone.tif"), "-o", At("o.png")],
            ["score", At("gone.tif"), TestTruth],
        ])
        {
            Assert.That(Fail(line), Does.Contain("gone.tif does not exist"));
        }
        Assert.That(Fail("segment", At("gone.fastseg"), TestImage, "-o", At("o.tif")), Does.Contain("gone.fastseg"));
    }

    [Test]
    public void ACorruptModelIsRefused()
    {
        byte[] good = File.ReadAllBytes(Model);
        byte[] flipped = [.. good];
        flipped[good.Length / 2] ^= 0xFF;
        foreach (byte[] bytes in (byte[][])[[], good[..100], good[..^30], flipped, [.. "PK"u8], File.ReadAllBytes(TestImage)])
        {
            File.WriteAllBytes(At("bad.fastseg"), bytes);
            Assert.That(Fail("segment", At("bad.fastseg"), TestImage, "-o", At("no.tif")), Does.Contain("bad.fastseg"));
            Assert.That(Fail("info", At("bad.fastseg")), Does.Contain("bad.fastseg"));
        }
        Assert.That(File.Exists(At("no.tif")), Is.False);
    }

    [Test]
    public void AFolderThatCannotBeWrittenIsNamed()
    {
        Assert.That(Fail("segment", Model, TestImage, "-o", "/proc/l.tif"), Does.Match("/proc/l.tif:? .*cannot be written"));
        Assert.That(Fail("segment", Model, TestImage, "-o", "/proc/new/"), Does.Contain("/proc/new/"));
        Assert.That(Fail("features", TestImage, "-o", "/proc/f.npy"), Does.Match("/proc/f.npy:? .*cannot be written"));
        Assert.That(Fail("preview", TestImage, "-o", "/proc/p.png"), Does.Match("/proc/p.png:? .*cannot be written"));
        Assert.That(Fail("info", TestImage, "--report", "/proc/r.json"), Does.Match("/proc/r.json:? .*cannot be written"));
        Assert.That(Fail("segment", Model, TestImage, "-o", At("absent/l.tif")), Does.Contain("does not exist"));
    }

    [Test]
    public void AFailureWithVerboseShowsTheTrace()
    {
        Outcome outcome = CommandLine.Run("info", At("gone.tif"), "--verbose");
        Assert.That(outcome.Code, Is.EqualTo(1));
        Assert.That(outcome.Error, Does.Contain("   at FastSeg."));
    }

    [Test]
    public void CancelledFromTheStartItIs130AndLeavesNothing()
    {
        string output = Path.Combine(NewFolder(), "o.tif");
        Outcome outcome = CommandLine.Run(new CancellationToken(canceled: true), "segment", Model, TestImage, "-o", output);
        Assert.That(outcome.Code, Is.EqualTo(130));
        Assert.That(outcome.ErrorLines, Has.Length.EqualTo(1));
        Assert.That(Directory.GetFileSystemEntries(Path.GetDirectoryName(output)!), Is.Empty);
    }

    [Test]
    public void AFailedRunWritesNoReport()
    {
        Fail("segment", Model, At("gone.tif"), "-o", At("o.tif"), "--report", At("none.json"));
        Assert.That(File.Exists(At("none.json")), Is.False);
        Succeed("info", TestImage, "--report", At("some.json"));
        using JsonDocument report = JsonDocument.Parse(File.ReadAllBytes(At("some.json")));
        Assert.That(report.RootElement.GetProperty("command").GetString(), Is.EqualTo("info"));
    }

    private static byte[] Flipped()
    {
        byte[] bytes = File.ReadAllBytes(TestImage);
        bytes[bytes.Length / 2] ^= 0x55;
        return bytes;
    }

    private static byte[] Floats(float bad)
    {
        float[] samples = [.. Enumerable.Range(0, 80).Select(i => i / 80f)];
        samples[(2 * 10) + 5] = bad;
        return Npy.Bytes("<f4", "(8, 10)", MemoryMarshal.AsBytes(samples.AsSpan()));
    }

    /// <summary>A TIFF of a few dozen bytes that claims a million pixels a side.</summary>
    private static byte[] TeraTiff() => Tiff(side: 1_000_000);

    private static byte[] Tiff(int side = 4, int bits = 8, int compression = 1)
    {
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream);
        (ushort Tag, uint Value)[] entries =
        [
            (256, (uint)side), (257, (uint)side), (258, (uint)bits), (259, (uint)compression),
            (262, 1), (273, 8), (277, 1), (278, (uint)side), (279, 16),
        ];
        writer.Write("II*\0"u8);
        writer.Write(8u + 16);
        writer.Write(new byte[16]);
        writer.Write((ushort)entries.Length);
        foreach ((ushort tag, uint value) in entries)
        {
            writer.Write(tag);
            writer.Write((ushort)4);
            writer.Write(1u);
            writer.Write(value);
        }
        writer.Write(0u);
        return stream.ToArray();
    }
}
