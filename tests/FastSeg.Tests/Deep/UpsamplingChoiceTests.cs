using FastSeg.Deep;
using FastSeg.Deep.Tokens;
using FastSeg.Deep.Weights;
using FastSeg.Tests.Deep.Upsamplers;
using NUnit.Framework;

namespace FastSeg.Tests.Deep;

/// <summary>When a folder's learned upsampler is the default, when it can be had by name, and what is said where it cannot.</summary>
[TestFixture]
internal sealed class UpsamplingChoiceTests() : TinyFixture(Scene, dimension: 20)
{
    private static readonly UpsamplerCase Network = new(16, 16, 64, 64, 8, Padding.Replicate);

    private static readonly SyntheticScene Scene = new(200, 150, seed: 2);

    [Test]
    public void LearnedIsTheDefaultWhereEverythingIsAsItWasTrained()
    {
        using (Backbone none = Backbone.Open(Tiny.Folder, 1))
        {
            Assert.That(
                new DeepOptions(none).Choose(Standardisation.Image),
                Is.EqualTo(new UpsamplingChoice(Upsampling.Bilinear, $"there is no learned upsampler ({none.UpsamplerPath})")));
        }
        Tiny.SaveDefault(Network);
        using Backbone backbone = Backbone.Open(Tiny.Folder, 1);
        var options = new DeepOptions(backbone);
        Assert.That(
            options.Choose(Standardisation.Image), Is.EqualTo(new UpsamplingChoice(Upsampling.Learned, backbone.UpsamplerPath)));
        using DeepModel model = Fitted(options);
        Assert.That((model.Description.Upsampling, model.Description.Channels), Is.EqualTo((Upsampling.Learned, 16)));
        Assert.That(
            (options with { Upsampling = Upsampling.Nearest }).Choose(Standardisation.Image),
            Is.EqualTo(new UpsamplingChoice(Upsampling.Nearest, "as asked for")));
    }

    [Test]
    public void WhatDoesNotFitIsBilinearByDefaultAndRefusedByName()
    {
        Tiny.SaveDefault(Network);
        using Backbone backbone = Backbone.Open(Tiny.Folder, 1);
        string trained = $"{backbone.Projection!.Identity[..12]}..";
        var options = new DeepOptions(backbone);
        Neither(
            options with { Channels = 12 }, Standardisation.Image, "the upsampler takes 16 channels, but 12 are wanted",
            "choose a number of channels of 16, or choose nearest or bilinear.");
        Neither(
            options with { Scales = [1, 2] }, Standardisation.Image,
            "a learned upsampler takes scale 1 alone, but the scales are 1, 2", "give scale 1 alone, or choose nearest or bilinear.");
        Neither(
            options, Standardisation.Local,
            "the upsampler was trained on images standardised as a whole, but these are standardised locally",
            "standardise the images as it was trained, or choose nearest or bilinear.");
        Neither(
            options, Standardisation.None,
            "the upsampler was trained on images standardised as a whole, but these are not standardised",
            "standardise the images as it was trained, or choose nearest or bilinear.");
        Neither(
            options with { FitProjection = true }, Standardisation.Image,
            $"the upsampler was trained for the projection {trained}, but one is fitted to the images",
            "give the projection that it was trained for, or choose nearest or bilinear.");
        ProjectionFile other = ProjectionFile.Load(Tiny.SaveProjection(16, seed: 77, file: "other.safetensors"));
        Neither(
            options with { Projection = other }, Standardisation.Image,
            $"the upsampler was trained for the projection {trained}, but this one is {other.Identity[..12]}..",
            "give the projection that it was trained for, or choose nearest or bilinear.");
    }

    [Test]
    public void AnotherProjectionInTheFolderIsPassedOverOrRefused()
    {
        Tiny.SaveDefault(Network);
        string trained = ProjectionFile.Load(Tiny.SaveProjection(16)).Identity;
        string other = ProjectionFile.Load(Tiny.SaveProjection(16, seed: 78)).Identity;
        using Backbone backbone = Backbone.Open(Tiny.Folder, 1);
        Neither(
            new DeepOptions(backbone), Standardisation.Image,
            $"the upsampler was trained for the projection {trained[..12]}.., but this one is {other[..12]}..",
            "give the projection that it was trained for, or choose nearest or bilinear.");
        File.Delete(backbone.ProjectionPath);
        using Backbone without = Backbone.Open(Tiny.Folder, 1);
        Neither(
            new DeepOptions(without), Standardisation.Image,
            $"the upsampler was trained for the projection {trained[..12]}.., but one is fitted to the images",
            "give the projection that it was trained for, or choose nearest or bilinear.");
    }

    [Test]
    public void AnUpsamplerOfTheFirstComponentsFitsALargerProjection()
    {
        ProjectionFile stored = ProjectionFile.Load(Tiny.SaveProjection(18));
        string first = stored.Tensors.First(16).Identity();
        Tiny.SaveUpsampler(Network with { Config = Network.Config with { Projection = first, Standardise = Standardisation.Image } });
        using Backbone backbone = Backbone.Open(Tiny.Folder, 1);
        Assert.That(new DeepOptions(backbone).Choose(Standardisation.Image).Upsampling, Is.EqualTo(Upsampling.Learned));
    }

    [Test]
    public void WeightsThatNameNoProjectionGoWithAnyByNameAndNeverByDefault([Values] bool stored)
    {
        if (stored)
        {
            Tiny.SaveProjection(16);
        }
        Tiny.SaveUpsampler(Network);
        using Backbone backbone = Backbone.Open(Tiny.Folder, 1);
        var options = new DeepOptions(backbone);
        Assert.That(
            options.Choose(Standardisation.Image),
            Is.EqualTo(new UpsamplingChoice(
                Upsampling.Bilinear,
                "the upsampler names no projection that it was trained for, so it is used only where it is asked for")));
        DeepOptions named = options with { Upsampling = Upsampling.Learned };
        foreach (Standardisation standardise in Enum.GetValues<Standardisation>())
        {
            Assert.That(named.Choose(standardise).Upsampling, Is.EqualTo(Upsampling.Learned));
        }
        using DeepModel model = Fitted(named);
        Assert.That(model.Description.Upsampling, Is.EqualTo(Upsampling.Learned));
    }

    [Test]
    public void AnUnknownOrOtherStandardisationIsNoDefault()
    {
        Tiny.SaveDefault(Network, standardise: null);
        using (Backbone unknown = Backbone.Open(Tiny.Folder, 1))
        {
            var options = new DeepOptions(unknown);
            Assert.That(
                options.Choose(Standardisation.Image).Reason,
                Is.EqualTo("the upsampler does not say how its images were standardised, so it is used only where it is asked for"));
            Assert.That(
                (options with { Upsampling = Upsampling.Learned }).Choose(Standardisation.None).Upsampling,
                Is.EqualTo(Upsampling.Learned));
        }
        Tiny.SaveDefault(Network, standardise: Standardisation.None);
        using Backbone raw = Backbone.Open(Tiny.Folder, 1);
        Assert.That(
            new DeepOptions(raw).Choose(Standardisation.None).Reason,
            Is.EqualTo("the images are not standardised, so it is used only where it is asked for"));
        Assert.That(
            new DeepOptions(raw) { Upsampling = Upsampling.Learned }.Choose(Standardisation.None).Upsampling,
            Is.EqualTo(Upsampling.Learned));
    }

    [Test]
    public void TokensWithOtherFlipsThanInTheTrainingDoNotFit()
    {
        Tiny.SaveDefault(Network);
        using (Backbone silent = Backbone.Open(Tiny.Folder, 1))
        {
            DeepOptions flipped = new(silent) { FlipAverage = true }, same = flipped with { FlipAverage = false };
            Assert.That(
                flipped.Choose(Standardisation.Image),
                Is.EqualTo(new UpsamplingChoice(
                    Upsampling.Bilinear,
                    "the tokens are averaged over flips, and the upsampler does not say that its were, so it is used only where it is "
                        + "asked for")));
            DeepOptions named = flipped with { Upsampling = Upsampling.Learned };
            Assert.That(named.Choose(Standardisation.Image).Upsampling, Is.EqualTo(Upsampling.Learned));
            Assert.That(same.Choose(Standardisation.Image).Upsampling, Is.EqualTo(Upsampling.Learned));
        }
        Tiny.SaveDefault(Network with { Config = Network.Config with { FlipAverage = true } });
        using (Backbone backbone = Backbone.Open(Tiny.Folder, 1))
        {
            var options = new DeepOptions(backbone);
            Neither(
                options, Standardisation.Image,
                "the upsampler was trained on tokens averaged over flips, but these are not averaged over flips",
                "average tokens as it was trained, or choose nearest or bilinear.");
            DeepOptions flipped = options with { FlipAverage = true };
            Assert.That(flipped.Choose(Standardisation.Image).Upsampling, Is.EqualTo(Upsampling.Learned));
        }
        Tiny.Json["flipAverage"] = true;
        Tiny.SaveJson();
        using Backbone folder = Backbone.Open(Tiny.Folder, 1);
        Assert.That(new DeepOptions(folder).Choose(Standardisation.Image).Upsampling, Is.EqualTo(Upsampling.Learned), "the folder's flips");
    }

    [Test]
    public void AnotherPatchAndADamagedFileAreSaid()
    {
        Tiny.SaveUpsampler(new UpsamplerCase(16, 16, 64, 64, 14, Padding.Replicate));
        using Backbone patch = Backbone.Open(Tiny.Folder, 1);
        var options = new DeepOptions(patch) { Channels = 16 };
        Assert.That(
            options.Choose(Standardisation.Image).Reason, Does.Contain("for patches of 14 pixels").And.Contain("has patches of 8"));
        Assert.That(
            Assert.Throws<FastSegException>(() => Fitted(options with { Upsampling = Upsampling.Learned }).Dispose())!.Message,
            Does.EndWith("import one that was trained for this backbone, or choose nearest or bilinear.").And.Not.Contain("--channels"));
        File.WriteAllBytes(patch.UpsamplerPath, new byte[64]);
        using Backbone damaged = Backbone.Open(Tiny.Folder, 1);
        Assert.Throws<FastSegException>(
            () => new DeepOptions(damaged).Choose(Standardisation.Image), "a damaged one is not passed over in silence");
    }

    [Test]
    public void AModelWhoseUpsamplerNamesAnotherProjectionIsRefused()
    {
        Tiny.SaveDefault(Network);
        using Backbone backbone = Backbone.Open(Tiny.Folder, 1);
        Model model = Segmenter.Train([Scene.Training], training: Trained.Quick, deep: new DeepOptions(backbone)).Model;
        using var folder = new TemporaryFolder();
        string path = folder.File("m.fastseg");
        model.Save(path);
        Assert.That(FastSeg.Model.Load(path).DeepFeatures!.Upsampling, Is.EqualTo(Upsampling.Learned));
        SharedPca own = model.Deep!.Projections[0];
        float[] mean = [.. own.Mean];
        mean[3] += 0.5f;
        Replace(path, "projection.safetensors", SharedPcaFile.Write([new SharedPca(mean, own.Components, own.Eigenvalues)], [1]));
        Assert.That(
            Assert.Throws<FastSegException>(() => FastSeg.Model.Load(path))!.Message,
            Does.Contain($"its upsampler was trained for the projection {own.Identity()[..12]}.., but its own is"));
        UpsamplerConfig silent = UpsamplerFile.Load(backbone.UpsamplerPath).Config with { Projection = null };
        Replace(
            path, "upsampler.safetensors",
            Safetensors.Write(Network.Tensors(), new Dictionary<string, string> { ["config"] = UpsamplerConfigReader.ToJson(silent) }));
        Assert.That(
            FastSeg.Model.Load(path).DeepFeatures!.Upsampling, Is.EqualTo(Upsampling.Learned), "what names none goes with any");
    }

    private static void Replace(string path, string name, byte[] bytes)
    {
        using System.IO.Compression.ZipArchive zip = System.IO.Compression.ZipFile.Open(
            path, System.IO.Compression.ZipArchiveMode.Update);
        zip.GetEntry(name)!.Delete();
        using Stream stream = zip.CreateEntry(name).Open();
        stream.Write(bytes);
    }

    /// <summary>The options choose bilinear for a reason, and by name are refused for it, before anything is computed.</summary>
    private static void Neither(DeepOptions options, Standardisation standardise, string reason, string remedy)
    {
        Assert.That(options.Choose(standardise), Is.EqualTo(new UpsamplingChoice(Upsampling.Bilinear, reason)));
        DeepOptions named = options with { Upsampling = Upsampling.Learned };
        Assert.That(
            Assert.Throws<FastSegException>(() => named.Choose(standardise))!.Message,
            Is.EqualTo($"{options.Backbone.Folder}: {reason}; {remedy}"));
    }

    private DeepModel Fitted(DeepOptions options) => Fit(options, standardise: Standardisation.Image);
}
