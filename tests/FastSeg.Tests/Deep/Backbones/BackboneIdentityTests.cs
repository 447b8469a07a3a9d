using System.Text.Json.Nodes;
using FastSeg.Common;
using FastSeg.Deep;
using FastSeg.Deep.Backbones;
using FastSeg.Tests.Models;
using NUnit.Framework;

namespace FastSeg.Tests.Deep.Backbones;

/// <summary>What a model keeps of its backbone besides the network's hash, and that a change of it is noticed.</summary>
[TestFixture]
internal sealed class BackboneIdentityTests
{
    private static readonly SyntheticScene Scene = new(64, 48, seed: 5);

    [TestCase("mean", "[0.5, 0.5, 0.5]", "when mean was 0.485 0.456 0.406, but now it is 0.5 0.5 0.5")]
    [TestCase("std", "[1, 0.5, 0.25]", "when std was 0.229 0.224 0.225, but now it is 1 0.5 0.25")]
    public void AnEditedDescriptionIsRefused(string field, string value, string sentence)
    {
        using var tiny = new TinyBackbone();
        DeepModel model = Fit(tiny);
        tiny.Json[field] = JsonNode.Parse(value);
        tiny.SaveJson();
        Assert.That(Refusal(model, tiny), Does.Contain(sentence).And.Contain("restore backbone.json"));
    }

    [Test]
    public void EveryFieldIsCompared()
    {
        using var tiny = new TinyBackbone();
        BackboneIdentity kept = Fit(tiny).Description.Identity!;
        Assert.That(kept.Difference(kept with { Mean = [.. kept.Mean] }), Is.Null);
        Assert.That(kept.Difference(kept with { Input = "pixels" }), Is.EqualTo(("input", "image", "pixels")));
        Assert.That(kept.Difference(kept with { Output = "keys" }), Is.EqualTo(("output", "tokens", "keys")));
        Assert.That(kept.Difference(kept with { Layout = "map" }), Is.EqualTo(("layout", "tokens", "map")));
        Assert.That(kept.Difference(kept with { PrefixTokens = 5 }), Is.EqualTo(("prefixTokens", "0", "5")));
        var weights = new Dictionary<string, string> { ["a.data"] = "00" };
        Assert.That(kept.Difference(kept with { Weights = weights }), Is.EqualTo(("the SHA-256 of a.data", "none", "00")));
        Assert.That(kept with { Weights = weights }, Is.Not.EqualTo(kept));
    }

    [Test]
    public void OtherWeightsBesideTheSameNetworkAreRefused()
    {
        using var tiny = new TinyBackbone();
        tiny.MoveWeights("backbone.onnx.data");
        DeepModel model = Fit(tiny);
        Assert.That(model.Description.Identity!.Weights.Keys, Is.EqualTo((string[])["backbone.onnx.data"]));
        tiny.MoveWeights("backbone.onnx.data", 2);
        Assert.That(Refusal(model, tiny), Does.Contain("the SHA-256 of backbone.onnx.data was "));
        tiny.MoveWeights("backbone.onnx.data");
        model.Description.OpenBackbone(tiny.Folder).Dispose();
    }

    [Test]
    public void AModelOfTheFirstFormatStillLoads()
    {
        using var tiny = new TinyBackbone();
        using Backbone backbone = Backbone.Open(tiny.Folder, 1);
        Model model = Segmenter.Train([Scene.Training], training: Trained.Quick, deep: new DeepOptions(backbone) { Channels = 5 }).Model;
        using var folder = new TemporaryFolder();
        string path = folder.File("m.fastseg");
        model.Save(path);
        Assert.That(Model.Load(path).DeepFeatures, Is.EqualTo(model.DeepFeatures));
        ModelFileTests.Edit(File.ReadAllBytes(path), path, "model.json", text =>
        {
            JsonNode json = JsonNode.Parse(text)!;
            Assert.That(json["format"]!.GetValue<int>(), Is.EqualTo(5));
            json["format"] = 1;
            Assert.That(json["deep"]!.AsObject().Remove("identity"), Is.True);
            return json.ToJsonString();
        });
        Model old = Model.Load(path);
        Assert.That(old.DeepFeatures, Is.EqualTo(model.DeepFeatures! with { Identity = null }));
        old.DeepFeatures!.CheckBackbone(backbone);
    }

    private static DeepModel Fit(TinyBackbone tiny)
    {
        using Backbone backbone = Backbone.Open(tiny.Folder, 1);
        using MemoryImage image = Scene.Image;
        return DeepModel.Fit(new DeepOptions(backbone) { Channels = 3 }, [image], 0, new StageTimes(), new ComputeOptions());
    }

    private static string Refusal(DeepModel model, TinyBackbone tiny) =>
        Assert.Throws<FastSegException>(() => model.Description.OpenBackbone(tiny.Folder).Dispose())!.Message;
}
