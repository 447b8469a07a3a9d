using System.Text;
using System.Text.Json.Nodes;
using FastSeg.Onnx;
using Google.Protobuf;
using NUnit.Framework;
using OnnxSchema;

namespace FastSeg.Tests.Hostile;

/// <summary>Files beside a network belong to its identity, however the network names them.</summary>
[TestFixture]
internal sealed class ExternalWeightsTests
{
    /// <summary>An entry's value before its key, and between other entries; tensors in every place that ONNX has for them.</summary>
    [Test]
    public void FilesAreFoundWhateverTheOrderOfFields()
    {
        byte[] swapped = [.. Field(2, "w.bin"u8), .. Field(1, "location"u8)];
        byte[] usual = [.. Field(1, "location"u8), .. Field(2, "v.bin"u8)];
        byte[] other = [.. Field(2, "location"u8), .. Field(1, "checksum"u8)];
        byte[] tensor = [.. Field(13, other), .. Field(13, swapped), 0x70, 1];
        byte[] graph =
        [
            .. Field(1, Field(5, Field(5, tensor))),
            .. Field(1, Field(5, Field(6, Field(5, Field(13, Replace(usual, "v.bin", "n.bin")))))),
            .. Field(15, Field(1, Field(13, Replace(usual, "v.bin", "s.bin")))),
            .. Field(5, Field(13, usual)),
        ];
        byte[] function = Field(7, Field(5, Field(10, Field(13, Replace(usual, "v.bin", "f.bin")))));
        byte[] file = [0x08, 9, .. Field(25, function), .. Field(7, graph), .. Field(20, Field(2, Field(5, Field(13, usual))))];
        Assert.That(OnnxModel.Parser.ParseFrom(file).Graph.Initializer, Has.Count.EqualTo(1), "it is what a parser reads");
        Assert.That(Found(file), Is.EqualTo((string[])["f.bin", "n.bin", "s.bin", "v.bin", "w.bin"]));
    }

    [Test]
    public void ANetworkOfEmptyPartsIsRefusedBeforeAnyParserSeesIt()
    {
        byte[] nodes = new byte[8 << 20];
        for (int i = 0; i < nodes.Length; i += 2)
        {
            nodes[i] = 0x0a;
        }
        Assert.That(() => Found(Field(7, nodes)), Throws.TypeOf<FastSegException>().With.Message.Contains("many times its size"));
        byte[] deep = [];
        for (int i = 0; i < 200; i++)
        {
            deep = Field(1, Field(5, Field(6, deep)));
        }
        Assert.That(() => Found(Field(7, deep)), Throws.TypeOf<FastSegException>().With.Message.Contains("nested more than"));
    }

    [TestCase(new byte[] { 0x3a, 0x05, 0x00 })]
    [TestCase(new byte[] { 0x3a })]
    [TestCase(new byte[] { 0x3f, 0x01 })]
    [TestCase(new byte[] { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff })]
    public void DamageIsASentence(byte[] file) =>
        Assert.That(() => Found(file), Throws.TypeOf<FastSegException>().With.Message.Contains("is no ONNX network that can be read"));

    /// <summary>Nobody writes into the pipe, so opening it would wait for ever.</summary>
    [TestCase("backbone.json")]
    [TestCase("backbone.onnx")]
    [TestCase("w.bin")]
    [TestCase("upsampler.safetensors")]
    [TestCase("projection.safetensors")]
    public void APipeInABackbonesFolderIsRefused(string name)
    {
        using var folder = new TemporaryFolder();
        string box = TestData.File("models", "fastseg-vit-tiny-8-int8");
        JsonObject description = JsonNode.Parse(File.ReadAllText(Path.Combine(box, "backbone.json")))!.AsObject();
        description.Remove("sha256");
        File.WriteAllText(folder.File("backbone.json"), description.ToJsonString());
        byte[] named = Field(7, Field(5, [.. Field(13, [.. Field(2, "w.bin"u8), .. Field(1, "location"u8)]), 0x70, 1]));
        byte[] network = File.ReadAllBytes(Path.Combine(box, "backbone.onnx"));
        File.WriteAllBytes(folder.File("backbone.onnx"), [.. network, .. name == "w.bin" ? named : []]);
        File.Delete(folder.File(name));
        Assert.That(ChildProcess.Script("mkfifo \"$2\"", folder.File(name)).Code, Is.Zero);
        Task<string> refusal = Task.Run(() =>
        {
            try
            {
                using Backbone backbone = Backbone.Open(folder.Path, 1);
                backbone.CheckUpsampler();
                return $"{backbone.Projection}";
            }
            catch (FastSegException e)
            {
                return e.Message;
            }
        });
        Assert.That(refusal.Wait(TimeSpan.FromSeconds(20)), Is.True, "it waits for the pipe");
        Assert.That(refusal.Result, Does.Contain($"{name} is a pipe"));
    }

    private static IEnumerable<string> Found(byte[] file)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(folder.File("n.onnx"), file);
        return OnnxScan.ExternalFiles(folder.File("n.onnx"));
    }

    /// <summary>A field of protobuf that has a length: number, kind 2, length, bytes.</summary>
    private static byte[] Field(int number, ReadOnlySpan<byte> content)
    {
        using var bytes = new MemoryStream();
        using (var coded = new CodedOutputStream(bytes, leaveOpen: true))
        {
            coded.WriteTag(number, WireFormat.WireType.LengthDelimited);
            coded.WriteBytes(ByteString.CopyFrom(content));
        }
        return bytes.ToArray();
    }

    private static byte[] Replace(byte[] entry, string old, string name) =>
        Encoding.Latin1.GetBytes(Encoding.Latin1.GetString(entry).Replace(old, name, StringComparison.Ordinal));
}
