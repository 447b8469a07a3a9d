using FastSeg.Models;
using NUnit.Framework;

namespace FastSeg.Tests.Models;

/// <summary>Images whose samples are not like those that a model was trained on.</summary>
[TestFixture]
internal sealed class DataCheckTests
{
    private static readonly SyntheticScene Scene = new(96, 80, seed: 6);

    /// <summary>A model that standardises images looks through type, gain and offset.</summary>
    [Test]
    public void GainAndTypeAreNoMatterToAModelThatStandardises()
    {
        using MemoryImage same = Scene.Image, wide = Image(sample => (ushort)((16 * sample) + 900)), floats = Image(sample => sample / 9f);
        foreach (MemoryImage image in (MemoryImage[])[same, wide, floats])
        {
            RunResult run = new Segmenter(Trained.Grey).Segment(image).Run;
            Assert.That(run.Warnings, Is.Empty);
            Assert.That(run.Data.Single().Doubts, Is.EqualTo(DataDoubts.None));
        }
    }

    /// <summary>The numbers are those of sorting all samples; so small a page is looked at whole.</summary>
    [Test]
    public void TheValuesOfTheResultAreThoseOfTheImage()
    {
        using MemoryImage wide = Image(sample => (ushort)(16 * sample));
        double[] sorted = [.. Scene.Pixels.Select(sample => 16.0 * sample).Order()];
        double mean = sorted.Average(), deviation = Math.Sqrt(sorted.Average(sample => (sample - mean) * (sample - mean)));
        foreach (Model model in (Model[])[Trained.Grey, Trained.GreyByType])
        {
            ImageData data = new Segmenter(model).Segment(wide).Run.Data.Single();
            Assert.That(data.Type, Is.EqualTo(SampleType.UInt16));
            Assert.That(data.Kind, Is.EqualTo(ChannelKind.Grey));
            Assert.That(data.Low, Is.EqualTo(Percentile(sorted, 0.001)).Within(model == Trained.Grey ? 1e-9 : 100));
            Assert.That(data.High, Is.EqualTo(Percentile(sorted, 0.999)).Within(model == Trained.Grey ? 1e-9 : 100));
            Assert.That(data.Mean, Is.EqualTo(mean).Within(model == Trained.Grey ? 1e-9 * mean : 0.05 * mean));
            Assert.That(data.Deviation, Is.EqualTo(deviation).Within(model == Trained.Grey ? 1e-9 * mean : 0.1 * deviation));
        }
    }

    [Test]
    public void ClippedConstantAndFarOutSamplesAreSaid()
    {
        using MemoryImage clipped = Image(sample => (byte)Math.Min(255, sample + 140)), constant = Image(_ => (byte)9);
        int at = 0;
        using MemoryImage hot = Image(sample => at++ % 200 == 0 ? 1e6f : sample);
        Expect(clipped, DataDoubts.Clipped, "the largest value that they can have");
        Expect(constant, DataDoubts.Constant, "all samples are 9,");
        Expect(hot, DataDoubts.Range, "deviations above the mean");
    }

    /// <summary>A camera of 12 bits ends at 4095, whatever its samples are kept in.</summary>
    [Test]
    public void TheEndOfACameraOfTwelveBitsIsFound()
    {
        using MemoryImage clipped = Image(sample => (ushort)Math.Min(4095, 16 * (sample + 140)));
        Expect(clipped, DataDoubts.Clipped, "the largest value that they can have");
    }

    [Test]
    public void TypeAndRangeMatterToAModelThatStandardisesNothing()
    {
        using MemoryImage twelve = Image(sample => (ushort)(16 * sample)), same = Image(sample => (ushort)sample);
        using MemoryImage floats = Image(sample => (float)sample), fine = Image(sample => (byte)((sample / 2) + 60));
        foreach (MemoryImage image in (MemoryImage[])[twelve, same, floats])
        {
            RunResult run = new Segmenter(Trained.GreyByType).Segment(image).Run;
            Assert.That(run.Data.Single().Doubts, Is.EqualTo(DataDoubts.Type | DataDoubts.Range));
            Assert.That(run.Warnings.Single(), Does.Contain("bring the image to the type and range of the training images"));
        }
        Assert.That(new Segmenter(Trained.GreyByType).Segment(fine).Run.Warnings, Is.Empty);
    }

    [Test]
    public void ATrainingOnMixedImagesSaysSo()
    {
        using MemoryImage wide = Image(sample => (ushort)(16 * sample)), labels = Scene.LabelImage;
        TrainingImage[] mixed = [Scene.Training, new TrainingImage(wide, labels)];
        RunResult run = Segmenter.Train(mixed, Trained.ByType, Trained.Quick).Run;
        Assert.That(run.Warnings.Single(), Does.StartWith("The training images have other types or ranges: "));
        Assert.That(run.Data.Select(data => data.Doubts), Is.All.EqualTo(DataDoubts.Mixed));
        Assert.That(Segmenter.Train(mixed, null, Trained.Quick).Run.Warnings, Is.Empty, "standardised");
        Assert.That(
            () => Segmenter.Train(mixed, Trained.ByType, Trained.Quick, options: new ComputeOptions { Strict = true }),
            Throws.TypeOf<FastSegException>().With.Message.EqualTo(run.Warnings[0]));
    }

    [Test]
    public void AStrictRunFailsWithTheSentence()
    {
        using MemoryImage constant = Image(_ => (byte)9);
        var segmenter = new Segmenter(Trained.Grey);
        string sentence = segmenter.Segment(constant).Run.Warnings.Single();
        Assert.That(
            () => segmenter.Segment(constant, null, new ComputeOptions { Strict = true }),
            Throws.TypeOf<FastSegException>().With.Message.EqualTo(sentence));
    }

    /// <summary>What a mask leaves out is not compared.</summary>
    [Test]
    public void WhatAMaskLeavesOutIsNotCompared()
    {
        int at = 0, place = 0;
        using MemoryImage hot = Image(sample => at++ % 200 == 0 ? 1e6f : sample);
        byte[] kept = Array.ConvertAll(Scene.Pixels, _ => (byte)(place++ % 200 == 0 ? 0 : 1));
        using MemoryImage mask = MemoryImage.FromMemory<byte>(kept, Scene.Width, Scene.Height);
        Assert.That(new Segmenter(Trained.Grey).Segment(hot, new SegmentOptions { Mask = mask }).Run.Warnings, Is.Empty);
    }

    /// <summary>The model's bytes hold the percentiles, so these depend on neither threads nor memory.</summary>
    [Test]
    public void WhatAModelKeepsDependsOnNoThreads()
    {
        using MemoryImage floats = Image(sample => sample / 3f), labels = Scene.LabelImage;
        byte[][] models = [.. new[] { 1, 3 }.Select(threads => Segmenter.Train(
            [new TrainingImage(floats, labels)], null, Trained.Quick, options: new ComputeOptions { Threads = threads }).Model.ToBytes())];
        Assert.That(models[1], Is.EqualTo(models[0]));
        Assert.That(Model.Load(models[0]).Data!.Planes.Select(plane => plane.Name), Does.Contain("gaussian_0").And.Contain("sobel_1"));
    }

    private static void Expect(MemoryImage image, DataDoubts doubt, string words)
    {
        RunResult run = new Segmenter(Trained.Grey).Segment(image).Run;
        Assert.That(run.Data.Single().Doubts, Is.EqualTo(doubt));
        Assert.That(run.Warnings.Single(), Does.Contain(words));
    }

    private static double Percentile(double[] sorted, double share)
    {
        double place = share * (sorted.Length - 1);
        int below = (int)place;
        return sorted[below] + ((place - below) * (sorted[Math.Min(below + 1, sorted.Length - 1)] - sorted[below]));
    }

    private static MemoryImage Image<T>(Converter<byte, T> sample) where T : unmanaged =>
        MemoryImage.FromMemory<T>(Array.ConvertAll(Scene.Pixels, sample), Scene.Width, Scene.Height, name: "image");
}
