using FastSeg.Tests.Cli;
using FastSeg.Tests.Deep.Upsamplers;
using NUnit.Framework;

namespace FastSeg.Training.Tests;

/// <summary>The command, with the trainer as the process that it is.</summary>
[TestFixture]
internal sealed class CommandTests
{
    [Test]
    public void ItTrainsInAProcessOfItsOwn()
    {
        using var job = new Job();
        string[] command = ["upsampler", "train", "--deep", job.Backbone.Folder, "--channels", "4", "--threads", "1", "-o", job.Output];
        Outcome outcome = CommandLine.Run([.. command, "--steps", "10", "--pieces", "2", "--images", .. job.Images]);
        Assert.That(outcome.Code, Is.Zero, outcome.Error);
        Assert.That(outcome.Output, Does.Contain("4 to 4 channels").And.Contain("half-pixel").And.Contain("\"recipe\":\"free\""));
        Assert.That(outcome.Error, Does.Contain("100 %  step 10 of 10, loss "));
        Assert.That(File.Exists(job.Fitted), Is.True);
        Assert.That(Directory.GetFiles(job.Folder, ".*"), Is.Empty);

        Outcome refused = CommandLine.Run(["upsampler", "train", .. command[2..5], "3", .. command[6..], "--images", .. job.Images]);
        Assert.That(refused.Code, Is.EqualTo(1));
        Assert.That(refused.ErrorLines[^1], Does.StartWith("fastseg: --channels 3 cannot be divided by 2"));

        using var stopped = new CancellationTokenSource(TimeSpan.FromSeconds(2));
        Outcome interrupted = CommandLine.Run(
            stopped.Token, [.. command, "--steps", "1000000", "--pieces", "2", "--images", .. job.Images]);
        Assert.That(interrupted.Code, Is.EqualTo(130), interrupted.Error);
    }

    [Test]
    public void AnEarlyInterruptionEndsIt()
    {
        using var job = new Job(images: 1);
        using var stopped = new CancellationTokenSource();
        stopped.Cancel();
        Outcome outcome = CommandLine.Run(
            stopped.Token, "upsampler", "train", "--deep", job.Backbone.Folder, "--images", job.Images[0], "-o", job.Output);
        Assert.That(outcome.Code, Is.EqualTo(130), outcome.Error);
        Assert.That(File.Exists(job.Output), Is.False);
    }

    [Test]
    public void AProjectsUpsamplerIsTrainedAndTheModelCarriesIt()
    {
        using var job = new Job(images: 1);
        string projection = job.Backbone.SaveProjection(4), labels = job.WriteLabels(), model = job.At("m.fastseg");
        string[] command =
        [
            "train", "--image", job.Images[0], "--labels", labels, "--deep", job.Backbone.Folder, "--rounds", "2", "--no-score",
            "--threads", "1", "-o", model,
        ];
        Outcome none = CommandLine.Run([.. command, "--upsampler", "finish"]);
        Assert.That(none.ErrorLines.Single(), Does.Contain("has no learned upsampler that could be finished"));
        string network = job.WriteNetwork(job.Small(ProjectionFile.Load(projection).Identity));
        File.Move(network, Path.Combine(job.Backbone.Folder, "upsampler.safetensors"));
        Outcome outcome = CommandLine.Run([.. command, "--upsampler", "finish", "--flip-average"]);
        Assert.That(outcome.Code, Is.Zero, outcome.Error);
        Assert.That(outcome.Output, Does.Contain("learned upsampling: trained on these images"));
        Model trained = Model.Load(model);
        DeepDescription deep = trained.DeepFeatures!;
        Assert.That((deep.Upsampling, deep.Channels, deep.FlipAverage), Is.EqualTo((Upsampling.Learned, 4, true)));
        UpsamplerConfig own = UpsamplerFile.Parse(trained.Deep!.Weights!.Value.ToArray(), model).Config;
        Assert.That(own.FlipAverage, Is.True, "trained on the tokens that the model has");
        Outcome segmented = CommandLine.Run(
            "segment", model, job.Images[0], "--deep", job.Backbone.Folder, "--threads", "1", "-o", job.At("labels.tif"));
        Assert.That(segmented.Code, Is.Zero, segmented.Error);
        Assert.That(CommandLine.Run([.. command, "--upsampler", "train", "--standardise", "none"]).Code, Is.EqualTo(2));
        Assert.That(CommandLine.Run([.. command, "--upsampler", "train", "--deep-scales", "2"]).Code, Is.EqualTo(2));
    }

    [Test]
    public void WhatCannotBeMeantIsSaid()
    {
        using var job = new Job(images: 1);
        string[] command = ["upsampler", "train", "--deep", job.Backbone.Folder, "--images", job.Images[0]];
        Assert.That(CommandLine.Run([.. command, "-o", job.At("x.pth")]).Error, Does.Contain("must end in .safetensors"));
        Assert.That(
            CommandLine.Run([.. command, "-o", job.Output, "--steps", "5", "--minutes", "1"]).Error,
            Does.Contain("--steps and --minutes both say how long"));
        Assert.That(
            CommandLine.Run([.. command, "-o", job.Output, "--targets", job.Folder, "--pieces", "5"]).ErrorLines[0],
            Is.EqualTo(
                "fastseg: --pieces counts what targets are made for, but with --targets they are given; leave one of both out."));
        Assert.That(CommandLine.Run([.. command, "-o", job.Images[0]]).Code, Is.EqualTo(2), "an image would be overwritten");
    }
}
