using FastSeg.Onnx;
using FastSeg.Tests.Deep.Backbones;
using Google.Protobuf;
using Microsoft.ML.OnnxRuntime;
using NUnit.Framework;
using OnnxSchema;

namespace FastSeg.Tests.Onnx;

/// <summary>ONNX files read and written again.</summary>
[TestFixture]
internal sealed class OnnxFileTests
{
    private static string Box => TestData.File("models/fastseg-vit-tiny-8/backbone.onnx");

    [Test]
    public void ANetworkThatIsWrittenAgainIsTheSame()
    {
        using var folder = new TemporaryFolder();
        OnnxModel model = OnnxFile.Load(Box);
        Assert.Multiple(() =>
        {
            Assert.That(model.Graph.Node, Has.Count.GreaterThan(400));
            Assert.That(model.Graph.Input.Select(value => value.Name), Is.EqualTo((string[])["image"]));
            Assert.That(model.OpsetImport.Single().Version, Is.EqualTo(18));
        });
        string path = folder.File("again.onnx");
        OnnxFile.Save(model, path);
        Assert.That(OnnxFile.Load(path), Is.EqualTo(model));
        using var session = new InferenceSession(path);
        Assert.That(session.OutputMetadata.Keys, Is.EqualTo((string[])["tokens"]));
    }

    /// <summary>Fields that our schema does not name: metadata of the model (14), a documentation of the graph (10).</summary>
    [Test]
    public void WhatTheSchemaDoesNotNameIsKept()
    {
        using var folder = new TemporaryFolder();
        var bytes = new MemoryStream();
        bytes.Write(Doubling(0).Model());
        bytes.Write([(14 << 3) | 2, 8, 0x0a, 1, (byte)'k', 0x12, 3, (byte)'v', (byte)'a', (byte)'l']);
        string path = folder.File("a.onnx"), again = folder.File("b.onnx");
        File.WriteAllBytes(path, bytes.ToArray());
        OnnxFile.Save(OnnxFile.Load(path), again);
        using var session = new InferenceSession(again);
        Assert.That(session.ModelMetadata.CustomMetadataMap["k"], Is.EqualTo("val"));
    }

    [Test]
    public void WeightsOfOtherFilesAreReadIntoTheNetwork()
    {
        using var folder = new TemporaryFolder();
        string path = folder.File("a.onnx"), again = folder.File("sub.onnx");
        File.WriteAllBytes(path, Doubling(1).Model());
        File.WriteAllBytes(folder.File("weights.bin"), [0, 0, 0, 64]);
        OnnxModel model = OnnxFile.Load(path);
        Assert.That(Tensors.Floats(model.Graph.Initializer.Single()), Is.EqualTo((float[])[2]));
        OnnxFile.Save(model, again);
        File.Delete(folder.File("weights.bin"));
        using var session = new InferenceSession(again);
        Assert.That(session.InputMetadata, Has.Count.EqualTo(1));
    }

    [Test]
    public void DamagedFilesGetOneSentence()
    {
        using var folder = new TemporaryFolder();
        string path = folder.File("a.onnx");
        byte[] whole = Doubling(1).Model();
        foreach ((byte[] bytes, string words) in new[]
        {
            (whole, "which is no file of its folder"),
            (whole[..^30], "is no ONNX network"),
            ([], "has no graph with nodes"),
        })
        {
            File.WriteAllBytes(path, bytes);
            Assert.That(() => OnnxFile.Load(path), Throws.TypeOf<FastSegException>().With.Message.Contains(words));
        }
        OnnxModel model = OnnxModel.Parser.ParseFrom(whole);
        model.Graph.Initializer[0].ExternalData.Add(new OnnxEntry { Key = "offset", Value = "1" });
        model.Graph.Initializer[0].ExternalData.Add(new OnnxEntry { Key = "length", Value = "4" });
        File.WriteAllBytes(path, model.ToByteArray());
        File.WriteAllBytes(folder.File("weights.bin"), [0, 0, 0, 64]);
        Assert.That(() => OnnxFile.Load(path), Throws.TypeOf<FastSegException>().With.Message.Contains("4 bytes at 1"));
        Assert.That(() => OnnxFile.Load(folder.File("none.onnx")), Throws.TypeOf<FastSegException>());
    }

    /// <summary>tokens = image x 2; the 2 lies in the graph, or in weights.bin.</summary>
    private static TinyOnnx Doubling(int external)
    {
        var graph = new TinyOnnx();
        graph.Input("image", TinyOnnx.Float, 1);
        graph.Output("tokens", TinyOnnx.Float, 1);
        if (external == 1)
        {
            graph.External("two", [1], "weights.bin");
        }
        else
        {
            graph.Constant("two", [1], [2f]);
        }
        graph.Node("Mul", ["image", "two"], "tokens");
        return graph;
    }
}
