using System.IO.Compression;
using System.Text;
using FastSeg.Tests.Cli;
using NUnit.Framework;

namespace FastSeg.Tests.Hostile;

/// <summary>
/// A small file makes no large process: at most 64 MiB and eight times its bytes (those of a model's parts without compression), for every
/// reader of structured data. The processes are measured whole, .NET and the program's code included.
/// </summary>
[TestFixture]
internal sealed class MemoryBoundTests
{
    private const int Size = 12 << 20;

    private static readonly Dictionary<string, Func<byte[]>> Forests = new()
    {
        ["objects"] = () => Repeated("{i\u0001a[", "{}", "]}"),
        ["arrays"] = () => Repeated("{i\u0001a[", "[]", "]}"),
        ["truths"] = () => Repeated("{i\u0001a[", "T", "]}"),
        ["numbers"] = () => Repeated("{i\u0001a[", "i1", "]}"),
        ["texts"] = () => Repeated("{i\u0001a[", "Si\u0001a", "]}"),
        ["members"] = () => Numbered("{", i => $"i\u0004{i % 10000:d4}Z", "}"),
        ["nested objects"] = () => Repeated("{i\u0001a[", "{i\u0001a{i\u0001aZ}}", "]}"),
    };

    private static readonly Dictionary<string, Func<byte[]>> Jsons = new()
    {
        ["objects"] = () => Repeated("{\"a\": [", "{},", "{}]}"),
        ["arrays"] = () => Repeated("{\"a\": [", "[],", "[]]}"),
        ["numbers"] = () => Repeated("{\"a\": [", "1,", "1]}"),
        ["nothing"] = () => Repeated("{\"a\": [", "null,", "null]}"),
        ["texts"] = () => Repeated("{\"a\": [", "\"\",", "\"\"]}"),
        ["infinities"] = () => Repeated("{\"a\": [", "NaN,", "NaN]}"),
        ["members"] = () => Numbered("{", i => $"\"{i}\":1,", "\"a\":1}"),
    };

    private static readonly Dictionary<string, Func<byte[]>> Pickles = new()
    {
        ["dicts"] = () => Repeated("", "}", "."),
        ["lists"] = () => Repeated("", "]", "."),
        ["tuples"] = () => Repeated("", ")", "."),
        ["tuples of one"] = () => Repeated("N", "\u0085", "."),
        ["marks"] = () => Repeated("", "(", "."),
        ["numbers"] = () => Repeated("", "K1", "."),
        ["kept"] = () => Repeated("N", "\u0094", "."),
        ["texts"] = () => Repeated("", "U\u0001a", "."),
        ["items"] = () => Repeated("]", "Na", "."),
    };

    private static readonly Dictionary<string, Func<byte[]>> Networks = new()
    {
        ["nodes"] = () => Part(7, Repeated("", "\n\0", "")),
        ["attributes"] = () => Part(7, Part(1, Repeated("", "*\0", ""))),
        ["dimensions"] = () => Part(7, Part(5, Part(1, Repeated("", "\u0001", "")))),
        ["names"] = () => Part(7, Part(1, Repeated("", "\n\0", ""))),
        ["unknown"] = () => Repeated("", "\u00f8\u0007\0", ""),
        ["functions"] = () => Repeated("", "\u00ca\u0001\0", ""),
    };

    private static IEnumerable<string> ForestNames => Forests.Keys;

    private static IEnumerable<string> JsonNames => Jsons.Keys;

    private static IEnumerable<string> PickleNames => Pickles.Keys;

    private static IEnumerable<string> NetworkNames => Networks.Keys;

    [TestCaseSource(nameof(ForestNames))]
    public void AModelsForest(string name) => AssertBounded(
        "m.fastseg", ModelEdit.Stored(Trained.Grey.ToBytes(), ("forest.ubj", Forests[name]())), Size, path => ["info", path]);

    [TestCaseSource(nameof(JsonNames))]
    public void AModelsDescription(string name) => AssertBounded(
        "m.fastseg", ModelEdit.Stored(Trained.Grey.ToBytes(), ("model.json", Jsons[name]())), Size, path => ["info", path]);

    [TestCaseSource(nameof(JsonNames))]
    public void AForestOfJson(string name)
    {
        byte[] json = Jsons[name]();
        AssertBounded("f.json", json, json.Length, path => ["import", path, "-o", $"{path}.fastseg"]);
    }

    [TestCaseSource(nameof(PickleNames))]
    public void ACheckpoint(string name)
    {
        using var bytes = new MemoryStream();
        using (var zip = new ZipArchive(bytes, ZipArchiveMode.Create, leaveOpen: true))
        {
            using Stream stream = zip.CreateEntry("a/data.pkl", CompressionLevel.NoCompression).Open();
            stream.Write([0x80, 2, .. Pickles[name]()]);
        }
        AssertBounded("c.pth", bytes.ToArray(), bytes.Length, path => ["upsampler", "import", path, "-o", $"{path}.safetensors"]);
    }

    [TestCaseSource(nameof(JsonNames))]
    public void ASafetensorsHeader(string name)
    {
        byte[] header = Jsons[name](), file = [.. BitConverter.GetBytes((long)header.Length), .. header];
        AssertBounded("u.safetensors", file, file.Length, path => ["info", path]);
        // As large as a header may be.
        byte[] small = [.. BitConverter.GetBytes(4L << 20), .. header[..(4 << 20)]];
        AssertBounded("u.safetensors", small, small.Length, path => ["info", path]);
    }

    [TestCaseSource(nameof(NetworkNames))]
    public void ANetwork(string name)
    {
        using var folder = new TemporaryFolder();
        byte[] network = Networks[name]();
        File.WriteAllBytes(folder.File("backbone.onnx"), network);
        File.WriteAllText(folder.File("backbone.json"), "{\"patch\": 8, \"dimension\": 8, \"prefixTokens\": 0}");
        AssertBounded(folder.Path, network.Length, "info", folder.Path);
        File.WriteAllBytes(folder.File("i.npy"), Npy.Bytes("|u1", "(64, 64)", new byte[64 * 64]));
        AssertBounded(
            folder.Path, network.Length, "backbone", "optimise", folder.Path, "--images", folder.File("i.npy"), "-o", folder.File("o"));
    }

    [TestCaseSource(nameof(JsonNames))]
    public void ABackbonesDescription(string name)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(folder.File("backbone.onnx"), [0x08, 8]);
        foreach (int bytes in (int[])[Size, 1 << 20])
        {
            byte[] json = Jsons[name]()[..bytes];
            File.WriteAllBytes(folder.File("backbone.json"), json);
            AssertBounded(folder.Path, json.Length, "info", folder.Path);
        }
    }

    /// <summary>34 KiB that would become 32 MiB are refused before they are unpacked.</summary>
    [Test]
    public void AModelThatExpandsTooMuch()
    {
        byte[] bomb = ModelEdit.With(Trained.Grey.ToBytes(), ("forest.ubj", [.. Enumerable.Repeat((byte)'[', 32 << 20)]));
        Assert.That(bomb, Has.Length.LessThan(64 << 10));
        AssertBounded("m.fastseg", bomb, bomb.Length, path => ["info", path]);
    }

    [Test]
    public void AnArraysHeader()
    {
        byte[] shape = Repeated("{'descr': '|u1', 'fortran_order': False, 'shape': (", "1,", "1), }");
        byte[] file = [0x93, .. "NUMPY"u8, 2, 0, .. BitConverter.GetBytes(shape.Length), .. shape];
        AssertBounded("a.npy", file, file.Length, path => ["info", path]);
    }

    [Test]
    public void AZipOfNothingButNames()
    {
        using var bytes = new MemoryStream();
        using (var zip = new ZipArchive(bytes, ZipArchiveMode.Create, leaveOpen: true))
        {
            for (int i = 0; i < 60_000; i++)
            {
                zip.CreateEntry($"{i}", CompressionLevel.NoCompression);
            }
        }
        AssertBounded("m.fastseg", bytes.ToArray(), bytes.Length, path => ["info", path]);
        AssertBounded("c.pth", bytes.ToArray(), bytes.Length, path => ["upsampler", "import", path, "-o", $"{path}.safetensors"]);
    }

    private static void AssertBounded(string name, byte[] file, long size, Func<string, string[]> command)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(folder.File(name), file);
        AssertBounded(folder.File(name), size, command(folder.File(name)));
    }

    private static void AssertBounded(string path, long size, params string[] command)
    {
        (Outcome outcome, long peak) = ChildProcess.Run(command);
        Assert.That(outcome.Code, Is.EqualTo(1), path);
        Assert.That(outcome.ErrorLines, Has.Length.EqualTo(1), outcome.Error);
        Assert.That(outcome.Error, Does.StartWith("fastseg: ").And.Not.Contain("unexpected").And.Not.Contain("out of memory"));
        Assert.That(peak, Is.LessThan((64L << 20) + (8 * size)));
    }

    /// <summary>A part in Latin-1, again and again.</summary>
    private static byte[] Repeated(string start, string part, string end) => Numbered(start, _ => part, end);

    private static byte[] Numbered(string start, Func<int, string> part, string end)
    {
        var text = new StringBuilder(start, Size + 64);
        for (int i = 0; text.Length < Size - end.Length; i++)
        {
            text.Append(part(i));
        }
        return Encoding.Latin1.GetBytes(text.Append(end).ToString());
    }

    /// <summary>A field of protobuf with content.</summary>
    private static byte[] Part(int field, byte[] content)
    {
        var bytes = new List<byte> { (byte)((field << 3) | 2) };
        for (int length = content.Length; ; length >>= 7)
        {
            bytes.Add((byte)(length >= 0x80 ? length | 0x80 : length));
            if (length < 0x80)
            {
                return [.. bytes, .. content];
            }
        }
    }
}
