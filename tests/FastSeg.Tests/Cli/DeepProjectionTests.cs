using FastSeg.Tests.Deep.Backbones;
using NUnit.Framework;

namespace FastSeg.Tests.Cli;

/// <summary>Stored projections on the command line.</summary>
[NonParallelizable]
internal sealed class DeepProjectionTests : CliFixture
{
    private TinyBackbone _tiny = null!;
    private string _projection = "";
    private string? _variable;

    private string[] Training =>
    [
        "train", "--no-score", "--image", TrainImage, "--labels", TrainLabels, "--rounds", "4",
        "--families", "gaussian", "--deep", _tiny.Folder, "--channels", "5",
    ];

    [OneTimeSetUp]
    public void Store()
    {
        _variable = Environment.GetEnvironmentVariable(BackboneFolders.Variable);
        _tiny = new TinyBackbone();
        _projection = _tiny.SaveProjection(6);
        Environment.SetEnvironmentVariable(BackboneFolders.Variable, _tiny.Folder);
    }

    [OneTimeTearDown]
    public void Forget()
    {
        Environment.SetEnvironmentVariable(BackboneFolders.Variable, _variable);
        _tiny.Dispose();
    }

    [Test]
    public void TrainTakesTheStoredOneUnlessAskedToFit()
    {
        string identity = ProjectionFile.Load(_projection).Identity;
        Assert.That(
            Succeed([.. Training, "-o", At("stored.fastseg")]),
            Does.Contain($"projection: stored, identity {identity[..12]}.. ({_projection}), the first 5 of its 6 components"));
        Assert.That(Succeed([.. Training, "--projection", _projection, "-o", At("named.fastseg")]), Does.Contain("projection: stored"));
        Assert.That(File.ReadAllBytes(At("named.fastseg")), Is.EqualTo(File.ReadAllBytes(At("stored.fastseg"))));
        Assert.That(
            Succeed([.. Training, "--projection", "fit", "-o", At("fitted.fastseg")]),
            Does.Contain("projection: fitted to the images: as asked for"));
        Assert.That(File.ReadAllBytes(At("fitted.fastseg")), Is.Not.EqualTo(File.ReadAllBytes(At("stored.fastseg"))));
        Model model = FastSeg.Model.Load(At("stored.fastseg"));
        Assert.That(
            Succeed("info", At("stored.fastseg")),
            Does.Match($"projection +5 components of 10 numbers, identity {model.Deep!.Projections[0].Tensors.Identity()}"));
        Succeed("segment", At("stored.fastseg"), TestImage, "-o", At("stored.png"));
        Assert.That(
            Succeed(["features", TestImage, .. Training[8..], "-o", At("stored.npy")]), Does.Contain("projection: stored, identity"));
        Succeed("features", TestImage, "--model", At("stored.fastseg"), "-o", At("model.npy"));
        Assert.That(File.ReadAllBytes(At("stored.npy")), Is.EqualTo(File.ReadAllBytes(At("model.npy"))), "nothing of the image is in it");
    }

    [Test]
    public void InfoAndModelsTellOfIt()
    {
        string identity = ProjectionFile.Load(_projection).Identity;
        Assert.That(
            Succeed("info", _tiny.Folder),
            Does.Match($"projection +projection.safetensors, 6 components of 10 numbers, identity {identity}"));
        Assert.That(Succeed("info", _projection), Does.Match("components +6").And.Match($"identity +{identity}"));
        string models = Succeed("models");
        Assert.That(models, Does.Contain("10 numbers a token, projection on 6 components, SHA-256"));
        Assert.That(models, Does.Match($"projections:\n +{_projection} +good: 6 components of 10 numbers, identity {identity}"));
    }

    [Test]
    public void ADamagedOneIsOneSentenceOfInfoAndModels()
    {
        using var tiny = new TinyBackbone();
        File.WriteAllBytes(tiny.SaveProjection(4), new byte[512]);
        string[] info = ["info", tiny.Folder];
        Assert.That(Fail(info), Does.Contain("is no safetensors file"));
        Assert.That(CommandLine.Run(info).Output, Is.Empty, "nothing is printed of a folder that is wrong");
        tiny.SaveProjection(4, dimension: 12);
        Assert.That(Fail(info), Does.Contain("takes tokens of 12 numbers"));
        Environment.SetEnvironmentVariable(BackboneFolders.Variable, tiny.Folder);
        try
        {
            Assert.That(Succeed("models"), Does.Match($"{tiny.Folder} +wrong: .*takes tokens of 12 numbers"));
        }
        finally
        {
            Environment.SetEnvironmentVariable(BackboneFolders.Variable, _tiny.Folder);
        }
    }

    [Test]
    public void WhatDoesNotFitIsOneSentence()
    {
        string wide = _tiny.SaveProjection(4, dimension: 12, file: "wide-projection.safetensors");
        Assert.That(
            Fail([.. Training, "--projection", wide, "-o", At("no.fastseg")]),
            Does.Contain("takes tokens of 12 numbers").And.Contain("use one that was fitted to this backbone"));
        string four = _tiny.SaveProjection(4, file: "four-projection.safetensors");
        Assert.That(
            Fail([.. Training, "--projection", four, "-o", At("no.fastseg")]), Does.Contain("choose --channels at most 4, or another"));
        Assert.That(
            Fail([.. Training[..^1], "6", "--projection", _projection, "--deep-scales", "2", "-o", At("no.fastseg")]),
            Does.Contain("serves scale 1 alone, but the scales are 2").And.Contain("--projection"));
        Assert.That(Fail([.. Training, "--projection", At("none.safetensors"), "-o", At("no.fastseg")]), Does.Contain("does not exist"));
        string model = At("m.fastseg");
        Assert.That(
            Misuse([.. Training, "--projection", model, "-o", model]), Does.Contain("would be overwritten by a result"));
        Assert.That(
            Misuse("train", "--image", "a", "--labels", "b", "-o", "m", "--projection", "fit"),
            Does.Contain("--projection is about deep features"));
        Assert.That(
            Misuse("features", "a.tif", "-o", "f.npy", "--model", "m", "--deep", "d", "--projection", "fit"),
            Does.Contain("--model says which features are computed; leave out --projection"));
        Assert.That(File.Exists(At("no.fastseg")), Is.False);
        Assert.That(
            Succeed([.. Training[..^1], "8", "-o", At("eight.fastseg")]),
            Does.Contain($"projection: fitted to the images: 8 channels of scale 1 are wanted, and {_projection} has 6 components"));
    }
}
