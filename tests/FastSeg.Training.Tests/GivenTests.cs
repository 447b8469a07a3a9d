using System.Runtime.InteropServices;
using FastSeg.Deep.Upsamplers;
using FastSeg.Images.Npy;
using FastSeg.Tests.Deep.Upsamplers;
using NUnit.Framework;

namespace FastSeg.Training.Tests;

/// <summary>Training towards given features at full resolution, as the paper trains.</summary>
[TestFixture]
internal sealed class GivenTests
{
    [Test]
    public void ItTrainsTowardsThem()
    {
        using var job = new Job();
        WriteTargets(job, "a", 4, Job.Side, Job.Side);
        WriteTargets(job, "b", 4, Job.Side, Job.Side);
        List<UpsamplerNews> news = Job.Run(Wanted(job) with { Steps = 40 });
        UpsamplerConfig config = UpsamplerFile.Load(job.Output).Config;
        Assert.That((config.Align, config.NormaliseL1), Is.EqualTo((Align.Corners, true)), "the paper's geometry");
        double[] losses = [.. news.Where(item => item.Text.StartsWith("step ", StringComparison.Ordinal)).Select(Loss)];
        Assert.That(losses, Has.Length.EqualTo(4));
        Assert.That(losses[^1], Is.LessThan(losses[0]));
    }

    [Test]
    public void WhatDoesNotFitIsRefused()
    {
        using var job = new Job(images: 1);
        Refuses(Wanted(job), "a.npy does not exist");
        WriteTargets(job, "a", 3, Job.Side, Job.Side);
        Refuses(Wanted(job), "the upsampler takes 4");
        WriteTargets(job, "a", 4, Job.Side - 1, Job.Side);
        Refuses(Wanted(job), "targets are of the image's own size");
        WriteTargets(job, "a", 4, Job.Side, Job.Side, float.NaN);
        Refuses(Wanted(job) with { Steps = 200 }, "not finite");
        Refuses(Wanted(job) with { From = job.WriteNetwork(Config) }, "such a training begins anew");
    }

    [Test]
    public void TokensAreAveragedOverFlipsWhereThatIsWanted()
    {
        using var job = new Job(new FastSeg.Tests.Deep.Backbones.TinyBackbone(Job.Patch, 6, 0, true, 12), images: 1);
        job.Backbone.Replace(job.Backbone.GraphWithPosition());
        WriteTargets(job, "a", 4, Job.Side, Job.Side);
        UpsamplerJob wanted = Wanted(job) with { Steps = 1, Projection = job.Backbone.SaveProjection(4) };
        float[] Weights(bool flips)
        {
            Job.Run(wanted with { FlipAverage = flips });
            return [.. UpsamplerFile.Load(job.Output).Tensors.Values.SelectMany(tensor => tensor.Values)];
        }
        Assert.That(Weights(flips: true), Is.Not.EqualTo(Weights(flips: false)), "tokens are averaged over flips, or not");
    }

    [Test]
    public void AFailureClosesWhatItHasOpened()
    {
        using var job = new Job();
        WriteTargets(job, "a", 4, Job.Side, Job.Side);
        WriteTargets(job, "b", 4, Job.Side, Job.Side);
        using var stop = new CancellationTokenSource();
        void Stop(UpsamplerNews news)
        {
            if (news.Text == "tokens of image 1 of 2")
            {
                stop.Cancel();
            }
        }
        Assert.That(() => Job.Run(Wanted(job), stop.Token, Stop), Throws.InstanceOf<OperationCanceledException>());
        Assert.That(OpenFiles().Where(path => path.StartsWith(job.Folder, StringComparison.Ordinal)), Is.Empty);
    }

    [Test]
    public void AStateOfOtherTargetsIsNotGoneOnWith()
    {
        using var job = new Job(images: 1);
        WriteTargets(job, "a", 4, Job.Side, Job.Side);
        UpsamplerJob wanted = Wanted(job) with { Resumes = true };
        Job.StopAt(wanted, "step 10 ");
        WriteTargets(job, "a", 4, Job.Side, Job.Side, first: 2);
        File.SetLastWriteTimeUtc(job.At("a.npy"), DateTime.UtcNow.AddMinutes(1));
        Refuses(wanted, $"{wanted.StateFile} keeps a training of another command, or of files that have changed since");
    }

    private static UpsamplerConfig Config => new()
    {
        ChannelsIn = 4,
        ChannelsHidden = 4,
        ChannelsOut = 4,
        ChannelsDown = 32,
        Patch = Job.Patch,
        Padding = Padding.Replicate,
    };

    private static UpsamplerJob Wanted(Job job) => job.Wanted with { Recipe = UpsamplerRecipe.Given, Targets = job.Folder };

    private static double Loss(UpsamplerNews news) =>
        double.Parse(news.Text.Split("loss ")[1].Split(' ')[0], System.Globalization.CultureInfo.InvariantCulture);

    private static void WriteTargets(Job job, string image, int channels, int height, int width, float first = 0)
    {
        float[] values = [.. UpsamplerCase.Uniform(image, channels * height * width).Select(value => (float)value)];
        values[0] = first;
        byte[] header = NpyHeader.Write("<f4", [channels, height, width]);
        File.WriteAllBytes(job.At($"{image}.npy"), [.. header, .. MemoryMarshal.AsBytes(values.AsSpan())]);
    }

    private static IEnumerable<string> OpenFiles() => Directory.GetFiles("/proc/self/fd")
        .Select(handle => new FileInfo(handle).LinkTarget ?? "");

    private static void Refuses(UpsamplerJob job, string words) =>
        Assert.That(() => Job.Run(job), Throws.InstanceOf<FastSegException>().With.Message.Contains(words));
}
