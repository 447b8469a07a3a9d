using FastSeg.Deep.Upsamplers;
using FastSeg.Tests.Deep.Backbones;
using FastSeg.Tests.Deep.Upsamplers;
using NUnit.Framework;

namespace FastSeg.Training.Tests;

/// <summary>Whole trainings: what they write, what they refuse, and how they go on.</summary>
[TestFixture]
internal sealed class JobRunTests
{
    [Test]
    public void ATrainingWritesANetworkForItsProjection()
    {
        using var job = new Job();
        List<UpsamplerNews> news = Job.Run(job.Wanted);
        UpsamplerFile file = UpsamplerFile.Load(job.Output);
        ProjectionFile projection = ProjectionFile.Load(job.Fitted);
        Assert.That(file.Config.Projection, Is.EqualTo(projection.Identity));
        Assert.That(file.Config.Standardise, Is.EqualTo(Standardisation.Image));
        Assert.That(file.Config.Align, Is.EqualTo(Align.HalfPixel));
        Assert.That(file.Config.NormaliseL1, Is.False);
        Assert.That((file.Config.ChannelsIn, file.Config.ChannelsOut, file.Config.Patch), Is.EqualTo((4, 4, Job.Patch)));
        Assert.That(file.Training, Does.Contain("\"recipe\":\"free\"").And.Contain("\"steps\":12").And.Contain("\"native\":"));
        Assert.That(news.Select(item => item.Fraction), Is.Ordered);
        Assert.That(news[^1].Text, Does.StartWith("step 10 of 12, loss "));
    }

    [Test]
    public void AnImageWithNanIsRefused()
    {
        using var job = new Job(images: 1);
        float[] samples = new float[Job.Side * Job.Side];
        samples[^1] = float.NaN;
        using (ImageWriter writer = ImageFile.Create(job.At("n.tif"), new ImageLayout(Job.Side, Job.Side, SampleType.Float32)))
        {
            writer.Write(new Region(0, 0, Job.Side, Job.Side), System.Runtime.InteropServices.MemoryMarshal.AsBytes(samples.AsSpan()));
            writer.Commit();
        }
        Assert.That(
            () => Job.Run(job.Wanted with { Images = [job.Images[0], job.At("n.tif")] }),
            Throws.TypeOf<FastSegException>().With.Message.Contains("n.tif has samples that are NaN or infinite"));
        Assert.That(File.Exists(job.Output), Is.False);
    }

    [TestCase(8)]
    [TestCase(14)]
    public void TheEngineRunsATrainedNetworkAsItWasTrained(int patch)
    {
        using var job = new Job(new TinyBackbone(patch), images: 1, side: 33 * patch);
        Job.Run(job.Wanted with { Pieces = 1, Steps = 12 });
        UpsamplerFile file = UpsamplerFile.Load(job.Output);
        var known = new UpsamplerCase(4, 4, 6 * patch, 5 * patch, patch, Padding.Replicate) { Config = file.Config };
        float[] expected = known.Run(known.Width, known.Height, weights: file.Tensors.Values);
        float[] found = TorchNetworkTests.Forward(known, file.Tensors.Values);
        float range = expected.Max() - expected.Min();
        Assert.That(expected.Zip(found, (a, b) => Math.Abs(a - b)).Max(), Is.LessThan(1e-4f * range));
    }

    [Test]
    public void TheSameSeedGivesTheSameBytesAndAnotherOneOthers()
    {
        using var job = new Job();
        byte[] Trained(int seed)
        {
            Job.Run(job.Wanted with { Seed = seed });
            File.Delete(job.Fitted);
            return File.ReadAllBytes(job.Output);
        }
        byte[] first = Trained(1);
        Assert.That(Trained(1), Is.EqualTo(first));
        Assert.That(Trained(2), Is.Not.EqualTo(first));
    }

    [Test]
    public void ATrainingThatWasStoppedGoesOnWithTheSameBits()
    {
        using var job = new Job();
        UpsamplerJob wanted = job.Wanted with { Steps = 44, Resumes = true };
        Job.Run(wanted);
        byte[] whole = File.ReadAllBytes(job.Output);
        File.Delete(job.Output);
        // The losses that the file keeps are means over steps 35 to 44.
        Job.StopAt(wanted, "step 40 ");
        Assert.That(File.Exists(job.Output), Is.False);
        Assert.That(Hidden(job), Has.Length.EqualTo(1));
        List<UpsamplerNews> news = Job.Run(wanted);
        Assert.That(news.Select(item => item.Text), Does.Contain("Going on after step 40."));
        Assert.That(File.ReadAllBytes(job.Output), Is.EqualTo(whole));
        Assert.That(Hidden(job), Is.Empty);
    }

    [Test]
    public void AStateOfAnotherTrainingIsLeftAloneAndADamagedOneReplaced()
    {
        using var job = new Job();
        UpsamplerJob wanted = job.Wanted with { Resumes = true };
        string state = wanted.StateFile;
        Job.Run(wanted);
        byte[] whole = File.ReadAllBytes(job.Output);
        File.Delete(job.Fitted);
        Job.StopAt(wanted with { Seed = 8 }, "step 10 ");
        byte[] kept = File.ReadAllBytes(state);
        Refuses(
            wanted, $"{state} keeps a training of another command, or of files that have changed since; remove it, or write elsewhere.");
        Assert.That(File.ReadAllBytes(state), Is.EqualTo(kept));
        File.Delete(job.Fitted);
        File.WriteAllBytes(state, [1, 2, 3]);
        Job.Run(wanted);
        Assert.That(File.ReadAllBytes(job.Output), Is.EqualTo(whole));
    }

    [Test]
    public void AStateOfAnotherNetworkIsNotGoneOnWith([Values("weights", "description")] string changed)
    {
        using var job = new Job(images: 1);
        job.Backbone.MoveWeights("weights.bin");
        UpsamplerJob wanted = job.Wanted with { Resumes = true, Projection = job.Backbone.SaveProjection(4), ProjectionOutput = null };
        Job.StopAt(wanted, "step 10 ");
        if (changed == "weights")
        {
            job.Backbone.MoveWeights("weights.bin", factor: 0.5f);
        }
        else
        {
            job.Backbone.Json["mean"] = new System.Text.Json.Nodes.JsonArray(0.5, 0.5, 0.5);
            job.Backbone.SaveJson();
        }
        Refuses(wanted, "keeps a training of another command, or of files that have changed since");
    }

    /// <summary>Tokens that know their column are others where they are averaged over flips.</summary>
    [Test]
    public void ItTrainsOnTheTokensThatTheModelWillHave()
    {
        using var job = new Job(new TinyBackbone(Job.Patch, 6, 0, true, 12), images: 1);
        job.Backbone.Replace(job.Backbone.GraphWithPosition());
        string projection = job.Backbone.SaveProjection(4);
        UpsamplerFile Trained(bool? flips)
        {
            Job.Run(job.Wanted with { Steps = 2, Pieces = 1, Projection = projection, FlipAverage = flips });
            return UpsamplerFile.Load(job.Output);
        }
        float[] Weights(UpsamplerFile file) => [.. file.Tensors.Values.SelectMany(tensor => tensor.Values)];
        UpsamplerFile without = Trained(false), with = Trained(true);
        Assert.That((without.Config.FlipAverage, with.Config.FlipAverage), Is.EqualTo((false, true)));
        Assert.That(Weights(with), Is.Not.EqualTo(Weights(without)));
        Assert.That(Trained(null).Bytes.ToArray(), Is.EqualTo(without.Bytes.ToArray()));
        job.Backbone.Json["flipAverage"] = true;
        job.Backbone.SaveJson();
        Assert.That(Trained(null).Bytes.ToArray(), Is.EqualTo(with.Bytes.ToArray()), "the folder's");
    }

    [Test]
    public void MinutesDecideHowManyStepsThereAre()
    {
        using var job = new Job();
        Job.Run(job.Wanted with { Steps = 0, Minutes = 0.01 });
        Assert.That(UpsamplerFile.Load(job.Output).Training, Does.Match("\"steps\":\\d{2,}"));
    }

    [TestCase(14)]
    [TestCase(16)]
    public void OtherPatchesTrainToo(int patch)
    {
        using var job = new Job(new TinyBackbone(patch), images: 1, side: 33 * patch);
        Job.Run(job.Wanted with { Steps = 3, Pieces = 1 });
        Assert.That(UpsamplerFile.Load(job.Output).Config.Levels, Is.EqualTo(4));
    }

    [Test]
    public void AStoredProjectionIsKeptAndItsFirstComponentsTaken()
    {
        using var job = new Job();
        Job.Run(job.Wanted with { Channels = 6, Steps = 2 });
        UpsamplerJob kept = job.Wanted with { Projection = job.Fitted, ProjectionOutput = null, Steps = 2 };
        Job.Run(kept);
        Assert.That(UpsamplerFile.Load(job.Output).Config.ChannelsIn, Is.EqualTo(4));
        Refuses(kept with { Channels = 8 }, "The number of channels 8 is more than the 6 of ");
    }

    [Test]
    public void AProjectionOfAnotherIsNotWrittenOver()
    {
        using var job = new Job();
        File.WriteAllBytes(job.Fitted, [0]);
        Refuses(job.Wanted, "holds another projection");
    }

    [Test]
    public void SmallImagesAreLeftOutAndRefusedWhereAllAreSmall()
    {
        using var small = new Job(images: 1, side: (33 * Job.Patch) - 1);
        Refuses(small.Wanted, "smaller than a piece of 264 x 264 pixels");
        Assert.That(small.Fitted, Does.Not.Exist, "a projection of images that are refused would stand in the way of others");
        using var job = new Job();
        List<UpsamplerNews> news = Job.Run(job.Wanted with { Images = [.. job.Images, small.Images[0]], Steps = 2 });
        Assert.That(news.Single(item => item.Kind == UpsamplerNewsKind.Note).Text, Does.Contain("263 x 263").And.EndWith("was left out."));
    }

    [Test]
    public void WhatCannotBeTrainedIsRefused()
    {
        using var job = new Job();
        Refuses(job.Wanted with { Channels = 5 }, "The number of channels 5 cannot be divided by 2");
        using var odd = new Job(new TinyBackbone(7), images: 1, side: 33 * 7);
        Refuses(odd.Wanted, "has patches of 7 pixels");
        using var wide = new Job(new TinyBackbone(Job.Patch, fixedTokens: 37), images: 1);
        Refuses(wide.Wanted, "the graph takes windows of 37 cells only");
        using var narrow = new Job(new TinyBackbone(Job.Patch, fixedTokens: 12), images: 1);
        Job.Run(narrow.Wanted with { Steps = 2, Pieces = 1 });
        Assert.That(File.Exists(narrow.Output), Is.True);
    }

    [Test]
    public void ANetworkThatDoesNotFitIsNotTrainedFurther()
    {
        using var job = new Job();
        Job.Run(job.Wanted with { Steps = 2 });
        UpsamplerConfig config = UpsamplerFile.Load(job.Output).Config;
        UpsamplerJob Further(UpsamplerConfig from) => job.Wanted with
        {
            From = job.WriteNetwork(from),
            Recipe = UpsamplerRecipe.Further,
            Projection = job.Fitted,
            ProjectionOutput = null,
            Steps = 2,
        };
        Refuses(Further(config with { Projection = new string('0', 64) }), "was trained for the projection 0000");
        Refuses(Further(config with { ChannelsIn = 6, ChannelsHidden = 6, ChannelsOut = 6 }), "takes 6 channels and gives 6");
        Refuses(Further(config with { NormaliseL1 = true }), "divided by their L1 norm");
        Refuses(Further(config with { Patch = 16 }), "for patches of 16 pixels");
        Job.Run(Further(config with { GuidanceScale = 255, Align = Align.Corners, Projection = null }));
        Assert.That(UpsamplerFile.Load(job.Output).Config.Align, Is.EqualTo(Align.Corners), "a network keeps its geometry");
    }

    private static string[] Hidden(Job job) => Directory.GetFiles(job.Folder, ".*");

    private static void Refuses(UpsamplerJob job, string words)
    {
        Assert.That(() => Job.Run(job), Throws.InstanceOf<FastSegException>().With.Message.Contains(words));
    }
}
