using System.Diagnostics;
using System.IO.Compression;
using System.Text;
using FastSeg.Deep.Weights;
using FastSeg.Forest.Saved;
using FastSeg.Onnx;
using FastSeg.Tests.Images;
using Google.Protobuf;
using NUnit.Framework;
using OnnxSchema;

namespace FastSeg.Tests.Hostile;

/// <summary>
/// More than a hundred thousand mutated inputs over all readers, always the same. Each is read, or refused in a sentence, within bounds of
/// memory and time. They take minutes, so they run when they are asked for: <c>./fastseg test --filter Category=LongFuzz</c>.
/// </summary>
[TestFixture]
[Explicit("takes minutes")]
[Category("LongFuzz")]
internal sealed class LongFuzzTests
{
    private const int ImagesEach = 2500, OthersEach = 6000;

    private static readonly TimeSpan MostTime = TimeSpan.FromSeconds(20);

    private static readonly string Box = TestData.File("models", "fastseg-vit-tiny-8-int8");

    /// <summary>Readers of structured data: a file that is whole, and what reads it.</summary>
    private static readonly Dictionary<string, (Func<byte[]> File, Action<byte[]> Read)> Readers = new()
    {
        ["model"] = (() => Trained.Grey.ToBytes(), bytes => Model.Load(bytes, "m")),
        ["model of colours"] = (() => Trained.Colour.ToBytes(), bytes => Model.Load(bytes, "m")),
        ["model.json"] = (
            () => Encoding.UTF8.GetBytes(ModelEdit.Description(Trained.Grey.ToBytes())),
            bytes => Model.Load(ModelEdit.With(Trained.Grey.ToBytes(), ("model.json", bytes)), "m")),
        ["self-test"] = (
            () => ModelEdit.Entry(Trained.Grey.ToBytes(), "selftest.npz"),
            bytes => Model.Load(ModelEdit.With(Trained.Grey.ToBytes(), ("selftest.npz", bytes)), "m")),
        ["UBJSON"] = (() => Trained.Grey.ForestBytes.ToArray(), bytes => ForestReader.Parse(bytes)),
        ["JSON"] = (
            () => "{\"learner\": {\"a\": [1, 2.5e3, NaN, -Infinity, null, true], \"b\": [[], {}, \"\\u00b5\"]}, \"version\": [1, 7, 4]}"u8
                .ToArray(),
            bytes => ForestReader.Parse(bytes)),
        ["safetensors"] = (
            () => File.ReadAllBytes(Path.Combine(Box, "projection.safetensors")),
            bytes => Safetensors.Parse(bytes, "u")),
        ["upsampler"] = (
            () => File.ReadAllBytes(Path.Combine(Box, "upsampler.safetensors")), bytes => UpsamplerFile.Parse(bytes, "u")),
        ["checkpoint"] = (Checkpoint, bytes => PyTorchCheckpoint.Parse(bytes, "c")),
        ["pickle"] = (Pickle, bytes => PyTorchCheckpoint.Parse(Zip(bytes), "c")),
        ["network"] = (Network, Scan),
        ["backbone.json"] = (() => File.ReadAllBytes(Path.Combine(Box, "backbone.json")), Describe),
    };

    private static IEnumerable<string> ReaderNames => Readers.Keys;

    private static IEnumerable<string> ImageNames => FuzzTests.Names();

    [TestCaseSource(nameof(ImageNames))]
    public void Images(string name) => Said(name, ImagesEach, FuzzTests.Refused(name, ImagesEach));

    [TestCaseSource(nameof(ReaderNames))]
    public void Others(string name)
    {
        (Func<byte[]> file, Action<byte[]> read) = Readers[name];
        byte[] whole = file();
        var random = new Random(whole.Length);
        int refused = 0;
        for (int i = 0; i < OthersEach; i++)
        {
            byte[] mutant = FuzzTests.Mutate(whole, random);
            long before = GC.GetAllocatedBytesForCurrentThread();
            var clock = Stopwatch.StartNew();
            try
            {
                read(mutant);
            }
            catch (FastSegException e)
            {
                refused++;
                Assert.That(e.Message, Does.EndWith(".").And.Not.Contain("\n"), $"{name}, input {i}");
            }
            catch (Exception e)
            {
                Assert.Fail($"{name}, input {i}: {e}");
            }
            // All that was ever allocated, garbage included.
            Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.LessThan((96L << 20) + (48L * whole.Length)), $"input {i}");
            Assert.That(clock.Elapsed, Is.LessThan(MostTime), $"{name}, input {i} hangs");
        }
        Said(name, OthersEach, refused);
    }

    private static void Said(string name, int inputs, int refused)
    {
        Assert.That(refused, Is.GreaterThan(0));
        TestContext.Out.WriteLine($"{name}: {inputs} inputs, {refused} refused, the others read");
    }

    private static void Scan(byte[] bytes)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(folder.File("n.onnx"), bytes);
        OnnxScan.ExternalFiles(folder.File("n.onnx"));
    }

    private static void Describe(byte[] bytes)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(folder.File("backbone.onnx"), [8, 8]);
        File.WriteAllBytes(folder.File("backbone.json"), bytes);
        BackboneDescription.Load(folder.Path);
    }

    /// <summary>A dict of a config and of weights with one tensor, as torch.save writes them.</summary>
    private static byte[] Pickle() =>
    [
        0x80, 2, .. "}("u8, .. Text("config"), .. "}("u8, .. Text("k"), (byte)'K', 3, .. Text("padding_mode"), .. Text("zeros"), (byte)'u',
        .. Text("weights"), .. "}("u8, .. Text("w"), .. "ctorch._utils\n_rebuild_tensor_v2\n(("u8,
        .. Text("storage"), .. "ctorch\nFloatStorage\n"u8, .. Text("0"), .. Text("cpu"),
        (byte)'K', 4, .. "tQ"u8, (byte)'K', 0, (byte)'K', 2, (byte)'K', 2, 0x86, (byte)'K', 2, (byte)'K', 1, 0x86, 0x89, .. ")tRuu."u8,
    ];

    /// <summary>Two nodes, one with a constant, and two tensors, one in another file.</summary>
    private static byte[] Network()
    {
        var constant = new OnnxNode { OpType = "Constant" };
        var inside = new OnnxTensor { Name = "c", RawData = ByteString.CopyFrom(new byte[64]) };
        constant.Attribute.Add(new OnnxAttribute { Name = "value", T = inside });
        var outside = new OnnxTensor { Name = "w", DataLocation = 1 };
        outside.ExternalData.Add(new OnnxEntry { Key = "location", Value = "w.bin" });
        var graph = new OnnxGraph { Name = "g" };
        graph.Node.Add(constant);
        graph.Node.Add(new OnnxNode { OpType = "Relu" });
        graph.Initializer.Add(outside);
        graph.Initializer.Add(new OnnxTensor { Name = "v", RawData = ByteString.CopyFrom(new byte[300]) });
        return new OnnxModel { IrVersion = 8, ProducerName = "tests", Graph = graph }.ToByteArray();
    }

    private static byte[] Text(string text) => [(byte)'X', (byte)text.Length, 0, 0, 0, .. Encoding.UTF8.GetBytes(text)];

    private static byte[] Checkpoint() => Zip(Pickle());

    private static byte[] Zip(byte[] pickle)
    {
        using var bytes = new MemoryStream();
        using (var zip = new ZipArchive(bytes, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach ((string name, byte[] content) in ((string, byte[])[])[("a/data.pkl", pickle), ("a/data/0", new byte[16])])
            {
                using Stream stream = zip.CreateEntry(name, CompressionLevel.NoCompression).Open();
                stream.Write(content);
            }
        }
        return bytes.ToArray();
    }
}
