using System.Text.Json.Nodes;
using FastSeg.Deep.Backbones;
using FastSeg.Deep.Rewriting;
using FastSeg.Deep.Weights;
using FastSeg.Onnx;
using FastSeg.Tests.Deep.Backbones;
using Google.Protobuf;
using NUnit.Framework;
using OnnxSchema;

namespace FastSeg.Tests.Deep.Rewriting;

/// <summary>Whole networks rewritten: the transformer in the box, and exported ones with registers and layer scale.</summary>
[TestFixture]
internal sealed unsafe class BackboneOptimiserTests
{
    private static readonly OptimiseOptions Quick = new() { Windows = 2, WindowTokens = 10, OverlapTokens = 2 };

    private static readonly string[] Exported = ["fixed", "dynamic", "dict", "scaled"];

    private static string Box => TestData.File("models/fastseg-vit-tiny-8");

    [Test]
    public void TheBoxIsRewrittenAsAWhole()
    {
        using var folder = new TemporaryFolder();
        OptimisedBackbone made = Optimise(Box, folder.File("quick"), Quick);
        Assert.Multiple(() =>
        {
            Assert.That((made.Gelus, made.Attentions, made.RotaryAttentions, made.Layers.Count), Is.EqualTo((11, 8, 8, 32)));
            Assert.That(made.Layers.All(layer => layer.IsBytes), Is.True);
            Assert.That(made.Layers.Select(layer => layer.Error), Is.All.InRange(0.002, 0.03));
            Assert.That(made.Tokens.Relative, Is.InRange(0.002, 0.012));
            Assert.That(made.Tokens.Cosine, Is.InRange(0.9999, 0.999999));
            Assert.That(made.Layers[0].Name, Is.EqualTo("m.blocks.0.a.qkv"));
            Assert.That((made.MillisecondsBefore, made.MillisecondsAfter), Is.Not.EqualTo((0.0, 0.0)));
        });
        using Backbone backbone = Backbone.Open(made.Folder, 1);
        BackboneDescription description = backbone.Description;
        Assert.Multiple(() =>
        {
            Assert.That((description.Name, description.WindowTokens, description.OverlapTokens), Is.EqualTo(("quick", 10, 2)));
            Assert.That((description.Licence, description.Mean[0], description.Sha256.Count), Is.EqualTo(("MIT", 0.485f, 1)));
            Assert.That(description.Source, Does.Contain("fastseg-vit-tiny-8 rewritten"));
            string words = File.ReadAllText(folder.File("quick/README.md"));
            Assert.That(words, Does.StartWith("# quick").And.Contain("Masked feature distillation"), "and the old folder's own");
            Assert.That(Directory.GetFileSystemEntries(folder.Path), Has.Length.EqualTo(1), "nothing else is left behind");
        });
        NoWeightIsAbove63(made.Folder);
        EveryNumberOfThreadsGivesTheSameBits(made.Folder, 8, 12);
    }

    /// <summary>What the exporter of PyTorch 1.13 writes: registers, fixed and free sizes, and DINOv2's layer scale.</summary>
    [TestCaseSource(nameof(Exported))]
    public void AnExportedTransformerIsRewrittenAsAWhole(string name)
    {
        using var folder = new TemporaryFolder();
        OptimiseOptions how = Quick with { WindowTokens = 5, OverlapTokens = 1 };
        OptimisedBackbone made = Optimise(TestData.File("tests", "data", "deep", "exported", name), folder.File("new"), how);
        Assert.Multiple(() =>
        {
            Assert.That((made.Gelus, made.Attentions, made.Layers.Count), Is.EqualTo((2, 2, 8)));
            Assert.That(made.Layers.All(layer => layer.IsBytes), Is.True);
            Assert.That(made.Tokens.Relative, Is.InRange(0.0005, 0.02));
        });
        string[] operators = [.. OnnxFile.Load(folder.File("new/backbone.onnx")).Graph.Node.Select(node => node.OpType)];
        Assert.That(operators, Has.No.Member("Softmax").And.No.Member("Erf").And.No.Member("MatMul"));
        NoWeightIsAbove63(made.Folder);
        EveryNumberOfThreadsGivesTheSameBits(made.Folder, 5, 5);
    }

    [Test]
    public void TheSameImagesGiveTheSameBytes()
    {
        using var folder = new TemporaryFolder();
        string from = TestData.File("tests/data/deep/exported/scaled");
        OptimiseOptions how = new() { Windows = 3 };
        Optimise(from, folder.File("a"), how);
        Optimise(from, folder.File("b"), how);
        Assert.That(File.ReadAllBytes(folder.File("b/backbone.onnx")), Is.EqualTo(File.ReadAllBytes(folder.File("a/backbone.onnx"))));
    }

    /// <summary>Weights of a layer in another file end up, rounded, in the new network.</summary>
    [Test]
    public void WeightsInAnotherFileAreRead()
    {
        using var folder = new TemporaryFolder();
        string old = Copied(TestData.File("tests/data/deep/exported/scaled"), folder.File("old"));
        OnnxModel model = OnnxFile.Load(Path.Combine(old, "backbone.onnx"));
        OnnxTensor weights = model.Graph.Initializer.First(tensor => tensor.Dims is [24, 72]);
        File.WriteAllBytes(Path.Combine(old, "weights.bin"), weights.RawData.ToByteArray());
        weights.ClearRawData();
        weights.DataLocation = 1;
        weights.ExternalData.Add(new OnnxEntry { Key = "location", Value = "weights.bin" });
        File.WriteAllBytes(Path.Combine(old, "backbone.onnx"), model.ToByteArray());
        Edit(old, json => json.Remove("sha256"));
        OptimisedBackbone made = Optimise(old, folder.File("new"), new OptimiseOptions { Windows = 1 });
        Assert.That(made.Layers.Count(layer => layer.IsBytes), Is.EqualTo(8));
        Assert.That(Directory.GetFiles(made.Folder).Select(path => Path.GetFileName(path)), Has.No.Member("weights.bin"));
    }

    /// <summary>The projection goes along where its numbers stay what they were, and then the upsampler; licences always.</summary>
    [Test]
    public void WhatStillFitsGoesAlong()
    {
        using var folder = new TemporaryFolder();
        string old = Copied(TestData.File("tests/data/deep/exported/scaled"), folder.File("old"));
        Project(old, new float[24], [.. Enumerable.Range(0, 48).Select(i => i % 25 == 0 ? 1f : 0)], [2, 1]);
        File.WriteAllText(Path.Combine(old, "LICENSE.txt"), "as it was");
        OptimisedBackbone made = Optimise(old, folder.File("new"), new OptimiseOptions { Windows = 1 });
        Assert.Multiple(() =>
        {
            Assert.That(made.Notes.Single(), Does.StartWith("projection.safetensors taken along: projected tokens differ by "));
            Assert.That(File.ReadAllText(folder.File("new/LICENSE.txt")), Is.EqualTo("as it was"));
            Assert.That(BackboneDescription.Load(made.Folder).Sha256.Keys, Does.Contain("projection.safetensors"));
        });
        // Around one window's own tokens nothing but noise is left to project, and that does change.
        using (Backbone backbone = Backbone.Open(old, 1))
        using (ImageReader image = ImageFile.Open(TestData.File("samples/ni/train/spot3_0d_3.png")))
        {
            SampleWindow window = SampleWindow.Cut(backbone, [image], 5, 1, new ComputeOptions())[0];
            float[] tokens = Tokens(backbone, 5, 5, window.Planes);
            float[] still = StillDirection(tokens, out float[] mean);
            Project(old, mean, still, [1]);
        }
        made = Optimise(old, folder.File("other"), new OptimiseOptions { Windows = 1 });
        Assert.That(made.Notes.Single(), Does.StartWith("projection.safetensors left behind").And.Contain("more than 3 %"));
        Assert.That(File.Exists(folder.File("other/projection.safetensors")), Is.False);
    }

    [Test]
    public void WhatCannotBeRewrittenIsRefused()
    {
        using var folder = new TemporaryFolder();
        using var tiny = new TinyBackbone();
        File.WriteAllText(folder.File("taken"), "");
        string Refused(string from, OptimiseOptions how, string to = "new") => Assert.Throws<FastSegException>(
            () => Optimise(from, folder.File(to), how))!.Message;
        Assert.Multiple(() =>
        {
            Assert.That(
                Refused(tiny.Folder, Quick),
                Does.Contain("nothing that can be rewritten").And.Contain("erf-GELU").And.Contain("Softmax").And.Contain("MatMul or Gemm"));
            Assert.That(Refused(TestData.File("tests/data/deep/exported/fixed"), Quick), Does.Contain("the graph takes 5 only"));
            Assert.That(Refused(Box, Quick with { OverlapTokens = 10 }), Does.Contain("give 0 to 9"));
            Assert.That(Refused(Box, Quick, "taken"), Does.Contain("is there already"));
        });
        Assert.That(Directory.GetFileSystemEntries(folder.Path), Is.EqualTo((string[])[folder.File("taken")]), "nothing half-written");
    }

    [Test]
    public void CancellingLeavesNothingBehind([Values(0, 0.2, 0.6, 0.95)] double share)
    {
        using var folder = new TemporaryFolder();
        using var stop = new StopAt(share);
        Assert.That(
            () => Optimise(TestData.File("tests/data/deep/exported/fixed"), folder.File("new"), new OptimiseOptions(), stop.Options(1)),
            Throws.InstanceOf<OperationCanceledException>());
        Assert.That(Directory.GetFileSystemEntries(folder.Path), Is.Empty);
    }

    private static void Project(string folder, float[] mean, float[] components, float[] eigenvalues) => File.WriteAllBytes(
        Path.Combine(folder, BackboneDescription.ProjectionFileName),
        Safetensors.Write(new ProjectionTensors(mean, components, eigenvalues).Named(""), new Dictionary<string, string>()));

    /// <summary>A direction along which no token differs from their mean: 24 of 25 tokens span all but it.</summary>
    private static float[] StillDirection(float[] tokens, out float[] mean)
    {
        const int Dimension = 24;
        int count = tokens.Length / Dimension;
        float[] centre = [.. Enumerable.Range(0, Dimension)
            .Select(i => Enumerable.Range(0, count).Average(t => tokens[(t * Dimension) + i]))];
        var covariance = MathNet.Numerics.LinearAlgebra.Matrix<double>.Build.Dense(Dimension, Dimension, (i, j) =>
            Enumerable.Range(0, count).Sum(t =>
                (double)(tokens[(t * Dimension) + i] - centre[i]) * (tokens[(t * Dimension) + j] - centre[j])));
        mean = centre;
        return [.. covariance.Evd().EigenVectors.Column(0).Select(value => (float)value)];
    }

    private static OptimisedBackbone Optimise(string from, string to, OptimiseOptions how, ComputeOptions? options = null)
    {
        using ImageReader image = ImageFile.Open(TestData.File("samples/ni/train/spot3_0d_3.png"));
        return BackboneOptimiser.Run(from, [image], to, how, options ?? new ComputeOptions { Threads = 1 });
    }

    private static void NoWeightIsAbove63(string folder)
    {
        OnnxTensor[] weights = [.. OnnxFile.Load(Path.Combine(folder, "backbone.onnx")).Graph.Initializer
            .Where(tensor => tensor.DataType == TensorType.Int8)];
        Assert.That(weights, Is.Not.Empty);
        Assert.That(weights.SelectMany(tensor => Tensors.Integers(tensor)!), Is.All.InRange(-63, 63));
        Assert.That(weights.SelectMany(tensor => Tensors.Integers(tensor)!).Max(), Is.EqualTo(63));
    }

    private static void EveryNumberOfThreadsGivesTheSameBits(string folder, int rows, int columns)
    {
        float[]? first = null;
        foreach (int threads in (int[])[1, 2, 3, 4])
        {
            using Backbone backbone = Backbone.Open(folder, threads);
            int patch = backbone.Description.Patch;
            float[] tokens = Tokens(backbone, rows, columns, SampleWindow.Noise(rows * patch, columns * patch).Planes);
            first ??= tokens;
            Assert.That(tokens.AsSpan().SequenceEqual(first), Is.True, $"{threads} threads");
        }
    }

    private static float[] Tokens(Backbone backbone, int rows, int columns, float[] planes)
    {
        using var window = new BackboneWindow(backbone, rows, columns, flipAverage: false);
        planes.CopyTo(new Span<float>(window.Input, planes.Length));
        return new ReadOnlySpan<float>(window.Forward().First, rows * columns * backbone.Description.Dimension).ToArray();
    }

    private static string Copied(string from, string to)
    {
        Directory.CreateDirectory(to);
        foreach (string file in Directory.GetFiles(from, "backbone.*"))
        {
            File.Copy(file, Path.Combine(to, Path.GetFileName(file)));
        }
        return to;
    }

    private static void Edit(string folder, Action<JsonObject> change)
    {
        string path = Path.Combine(folder, "backbone.json");
        JsonObject json = JsonNode.Parse(File.ReadAllText(path))!.AsObject();
        change(json);
        File.WriteAllText(path, json.ToJsonString());
    }
}
