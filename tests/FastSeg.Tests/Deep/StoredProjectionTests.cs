using System.Security.Cryptography;
using FastSeg.Common;
using FastSeg.Deep;
using FastSeg.Deep.Tokens;
using FastSeg.Deep.Weights;
using FastSeg.Tests.Deep.Upsamplers;
using NUnit.Framework;

namespace FastSeg.Tests.Deep;

/// <summary>A backbone's folder may hold the projection of scale 1: when it is used, and what is said of one that does not fit.</summary>
[TestFixture]
internal sealed class StoredProjectionTests() : TinyFixture(Scene)
{
    private static readonly SyntheticScene Scene = new(210, 170, seed: 8);

    [Test]
    public void TheFoldersProjectionIsTakenAndNothingIsFitted([Values(3, 6)] int channels)
    {
        string path = Tiny.SaveProjection(6);
        using Backbone backbone = Backbone.Open(Tiny.Folder, 1);
        var options = new DeepOptions(backbone) { Channels = channels };
        var times = new StageTimes();
        using DeepModel model = Fit(options, times);
        ProjectionFile stored = ProjectionFile.Load(path);
        Assert.That(model.Projections[0].Mean, Is.EqualTo(stored.Tensors.Mean));
        Assert.That(model.Projections[0].Components, Is.EqualTo(stored.Tensors.Components[..(channels * 10)]));
        Assert.That(model.Projections[0].Eigenvalues, Is.EqualTo(stored.Tensors.Eigenvalues[..channels]));
        Assert.That(times.Report().Select(report => report.Stage), Does.Not.Contain(Stage.Vit), "the transformer saw no view");
        using MemoryImage image = Scene.Image;
        Assert.That(DeepModel.FitPeak(options, [image], new ComputeOptions { Memory = 1 }), Is.Zero);
        string part = channels == 6 ? "" : ", the first 3 of its 6 components";
        Assert.That(
            options.ChooseProjection().Reason, Is.EqualTo($"stored, identity {stored.Identity[..12]}.. ({path}){part}"));
    }

    [Test]
    public void TheIdentityIsTheHashOfMeanAndComponents()
    {
        ProjectionFile stored = ProjectionFile.Load(Tiny.SaveProjection(4));
        byte[] bytes = [.. stored.Tensors.Mean.Concat(stored.Tensors.Components).SelectMany(BitConverter.GetBytes)];
        Assert.That(bytes, Has.Length.EqualTo(5 * 10 * sizeof(float)));
        Assert.That(stored.Identity, Is.EqualTo(Convert.ToHexStringLower(SHA256.HashData(bytes))));
        Assert.That(
            stored.Tensors.First(2).Identity(), Is.EqualTo(Convert.ToHexStringLower(SHA256.HashData(bytes.AsSpan(0, 3 * 40)))));
    }

    [Test]
    public void OneIsFittedWhereThatIsAskedForOrMoreChannelsAreWanted()
    {
        using Backbone before = Backbone.Open(Tiny.Folder, 1);
        using DeepModel five = Fit(new DeepOptions(before) { Channels = 5 }), seven = Fit(new DeepOptions(before) { Channels = 7 });
        Assert.That(
            new DeepOptions(before).ChooseProjection(),
            Is.EqualTo(new ProjectionChoice(null, $"fitted to the images: there is no stored one ({before.ProjectionPath})")));
        string path = Tiny.SaveProjection(6);
        using Backbone backbone = Backbone.Open(Tiny.Folder, 1);
        var asked = new DeepOptions(backbone) { Channels = 5, FitProjection = true };
        var more = new DeepOptions(backbone) { Channels = 7 };
        using DeepModel fitted = Fit(asked), larger = Fit(more);
        Assert.That(fitted.Projections[0].Components, Is.EqualTo(five.Projections[0].Components));
        Assert.That(larger.Projections[0].Components, Is.EqualTo(seven.Projections[0].Components));
        Assert.That(asked.ChooseProjection().Reason, Is.EqualTo("fitted to the images: as asked for"));
        Assert.That(
            more.ChooseProjection().Reason,
            Is.EqualTo($"fitted to the images: 7 channels of scale 1 are wanted, and {path} has 6 components"));
    }

    [Test]
    public void Scale2IsAlwaysFitted()
    {
        using Backbone before = Backbone.Open(Tiny.Folder, 1);
        using DeepModel fitted = Fit(new DeepOptions(before) { Channels = 6, Scales = [1, 2] });
        string path = Tiny.SaveProjection(4);
        using Backbone backbone = Backbone.Open(Tiny.Folder, 1);
        var options = new DeepOptions(backbone) { Channels = 6, Scales = [1, 2] };
        using DeepModel model = Fit(options);
        Assert.That(model.Projections[0].Components, Is.EqualTo(ProjectionFile.Load(path).Tensors.Components[..30]));
        Assert.That(model.Projections[1].Components, Is.EqualTo(fitted.Projections[1].Components));
        Assert.That(
            options.ChooseProjection().Reason,
            Does.EndWith("the first 3 of its 4 components; that of scale 2 is fitted to the images"));
        Assert.That(
            (options with { Scales = [2] }).ChooseProjection(),
            Is.EqualTo(new ProjectionChoice(null, $"fitted to the images: the scales are 2, and {path} serves scale 1 alone")));
    }

    [Test]
    public void AGivenProjectionComesBeforeTheFolders()
    {
        Tiny.SaveProjection(6);
        ProjectionFile other = ProjectionFile.Load(Tiny.SaveProjection(4, seed: 6, file: "other.safetensors"));
        using Backbone backbone = Backbone.Open(Tiny.Folder, 1);
        var options = new DeepOptions(backbone) { Channels = 4, Projection = other };
        using DeepModel model = Fit(options);
        Assert.That(model.Projections[0].Components, Is.EqualTo(other.Tensors.Components));
        Assert.That(
            Refusal(options with { Channels = 5 }),
            Does.EndWith(
                "the projection has 4 components, but 5 channels of scale 1 are wanted; choose a number of channels of at most 4, "
                + "or another projection."));
        Assert.That(Refusal(options with { Scales = [2] }), Does.Contain("serves scale 1 alone, but the scales are 2; leave it out"));
        Assert.That(Refusal(options with { FitProjection = true }), Does.Contain("ask for one of the two"));
        ProjectionFile wide = ProjectionFile.Load(Tiny.SaveProjection(4, dimension: 12, file: "wide.safetensors"));
        Assert.That(
            Refusal(options with { Projection = wide }),
            Does.Contain("takes tokens of 12 numbers, but those of").And.Contain("have 10; use one that was fitted to this backbone"));
    }

    [Test]
    public void WhatIsNoProjectionIsOneSentence()
    {
        string path = Tiny.SaveProjection(4, dimension: 12);
        using Backbone backbone = Backbone.Open(Tiny.Folder, 1);
        string Refused() => Refusal(new DeepOptions(backbone) { Channels = 4 });
        Assert.That(Refused(), Is.EqualTo(
            $"{path}: the projection takes tokens of 12 numbers, but those of {Tiny.Folder} have 10; "
            + "use one that was fitted to this backbone."));
        File.WriteAllBytes(path, new byte[300]);
        Assert.That(Refused(), Does.Contain("is no safetensors file"));
        float[] ten = new float[10];
        Save(("mean", [10], ten), ("components", [2, 10], new float[20]));
        Assert.That(Refused(), Does.Contain("is no projection: it needs mean (d), components (k x d) and eigenvalues (k)"));
        Save(("mean", [10], ten), ("components", [2, 5], ten), ("eigenvalues", [2], new float[2]));
        Assert.That(Refused(), Does.Contain("is no projection: it needs mean (d)"));
        float[] wrong = new float[20];
        wrong[13] = float.NaN;
        Save(("mean", [10], ten), ("components", [2, 10], wrong), ("eigenvalues", [2], new float[2]));
        Assert.That(Refused(), Does.EndWith("components has a value that is not finite; fit and write it again."));
        Save(("mean", [2], new float[2]), ("components", [3, 2], new float[6]), ("eigenvalues", [3], new float[3]));
        Assert.That(Refused(), Does.Contain("tokens of 2 numbers do not have 3 components"));

        void Save(params (string Name, long[] Shape, float[] Values)[] tensors) => File.WriteAllBytes(
            path,
            Safetensors.Write(
                [.. tensors.Select(tensor => new WeightTensor(tensor.Name, tensor.Shape, tensor.Values))],
                new Dictionary<string, string>()));
    }

    [Test]
    public void TheDescriptionsHashesCoverTheProjection()
    {
        string path = Tiny.SaveProjection(4);
        string Hash() => Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(path)));
        Tiny.Json["sha256"]!["projection.safetensors"] = Hash();
        Tiny.SaveJson();
        Backbone.Open(Tiny.Folder, 1).Dispose();
        Tiny.SaveProjection(4, seed: 6);
        Assert.That(
            Assert.Throws<FastSegException>(() => Backbone.Open(Tiny.Folder, 1).Dispose())!.Message,
            Does.Contain($"{path} has the SHA-256 {Hash()}").And.Contain("remove the entry if you changed it yourself"));
    }

    [Test]
    public void WithoutANumberOfChannelsTheFoldersUpsamplerDecides()
    {
        using Backbone plain = Backbone.Open(Tiny.Folder, 1);
        Assert.That(new DeepOptions(plain).Channels, Is.EqualTo(32));
        Tiny.SaveUpsampler(new UpsamplerCase(8, 8, 64, 64, 8, Padding.Replicate));
        using Backbone backbone = Backbone.Open(Tiny.Folder, 1);
        Assert.That(new DeepOptions(backbone).Channels, Is.EqualTo(8));
        Assert.That((new DeepOptions(backbone) with { Upsampling = Upsampling.Nearest }).Channels, Is.EqualTo(8));
        Assert.That(new DeepOptions(backbone) { Channels = 5 }.Channels, Is.EqualTo(5));
        Tiny.SaveUpsampler(new UpsamplerCase(8, 8, 64, 64, 4, Padding.Replicate));
        using Backbone patch = Backbone.Open(Tiny.Folder, 1);
        Assert.That(new DeepOptions(patch).Channels, Is.EqualTo(32), "an upsampler of another patch says nothing");
    }

    private string Refusal(DeepOptions options) => Assert.Catch<FastSegException>(() => Fit(options).Dispose())!.Message;
}
