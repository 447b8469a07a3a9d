using NUnit.Framework;

namespace FastSeg.Tests.Images.Masks;

/// <summary>Runs over images with NaN under a mask, against the same runs over images that were filled by brute force.</summary>
[TestFixture]
internal sealed class LeftOutRunTests
{
    private const int W = 310, H = 270;

    private static readonly SyntheticScene Scene = new(W, H);

    private static readonly float[] Holed = MakeHoled();

    private static readonly float[] Filled = Holes.Filled(Holed, W, H);

    private static readonly byte[] Kept = Holes.Mask(Holed);

    private static MemoryImage Broken => MemoryImage.FromMemory<float>(Holed, W, H, name: "holed");

    private static MemoryImage Whole => MemoryImage.FromMemory<float>(Filled, W, H);

    private static MemoryImage Mask => MemoryImage.FromMemory<byte>(Kept, W, H);

    [TestCase("none")]
    [TestCase("guided")]
    [TestCase("safe")]
    public void LabelsAreThoseOfTheFilledImage(string smoothing)
    {
        Smoothing smooth = smoothing switch { "none" => Smoothing.None, "safe" => Smoothing.Safe, _ => Smoothing.Guided() };
        var options = new SegmentOptions { Mask = Mask, Smoothing = smooth };
        byte[] expected = Trained.Labels(Trained.Grey, Whole, options: options);
        Assert.That(expected.Zip(Kept).All(pair => (pair.First == 0) == (pair.Second == 0)));
        Assert.That(Trained.Labels(Trained.Grey, Broken, options: options), Is.EqualTo(expected));
        foreach (int threads in (int[])[1, 3])
        {
            byte[] tight = Tight.Run(threads, how => Trained.Labels(Trained.Grey, Broken, how, options));
            Assert.That(tight, Is.EqualTo(expected), $"smallest tiles, {threads} threads");
        }
    }

    /// <summary>Such as one of -1 and 0, in which nothing is above 0.</summary>
    [Test]
    public void AMaskThatLeavesOutEverythingIsSaid()
    {
        short[] negative = [.. Kept.Select(value => (short)-value)];
        using MemoryImage empty = MemoryImage.FromMemory<short>(negative, W, H, name: "empty");
        LabelMap map = new Segmenter(Trained.Grey).Segment(Whole, new SegmentOptions { Mask = empty });
        Assert.That(map.Run.Warnings.Single(), Does.StartWith("empty leaves out every pixel of ").And.Contain("above 0"));
        LabelMap kept = new Segmenter(Trained.Grey).Segment(Whole, new SegmentOptions { Mask = Mask });
        Assert.That(kept.Run.Warnings, Has.None.Contains("leaves out"));
    }

    [Test]
    public void ADeviceHasTheSameLabels()
    {
        var options = new SegmentOptions { Mask = Mask };
        var device = new ComputeOptions { Backend = BackendKind.Simulated };
        var region = new Region(60, 40, 64, 60);
        byte[] expected = Trained.Labels(Trained.Grey, Whole, options: options with { Region = region });
        Assert.That(Trained.Labels(Trained.Grey, Broken, device, options with { Region = region }), Is.EqualTo(expected));
    }

    [TestCase(Standardisation.Image)]
    [TestCase(Standardisation.Local)]
    [TestCase(Standardisation.None)]
    public void TrainingIsThatOfTheFilledImage(Standardisation mode)
    {
        FeatureSpec features = FeatureSpec.Paper with { Standardise = mode, StandardiseSigma = 8 };
        Model Train(MemoryImage image) => Segmenter.Train(
            [new TrainingImage(image, Scene.LabelImage) { Mask = Mask }], features, Trained.Quick with { Augment = Augmentation.Flips },
            heldOut: HeldOut.Score).Model;
        Model expected = Train(Whole), found = Train(Broken);
        Assert.That(found.ForestBytes.ToArray(), Is.EqualTo(expected.ForestBytes.ToArray()));
        Assert.That(found.HeldOut!.MeanIou, Is.EqualTo(expected.HeldOut!.MeanIou));
    }

    [Test]
    public void LabelsUnderTheMaskDoNotCountAndAreSaid()
    {
        byte[] labels = [.. Scene.Labels.Zip(Kept).Select(pair => pair.Second == 0 ? (byte)0 : pair.First)];
        int dropped = Scene.Labels.Zip(Kept).Count(pair => pair.First != 0 && pair.Second == 0);
        Assert.That(dropped, Is.GreaterThan(100));
        TrainingResult all = Segmenter.Train(
            [new TrainingImage(Broken, Scene.LabelImage) { Mask = Mask }], training: Trained.Quick);
        TrainingResult kept = Segmenter.Train(
            [new TrainingImage(Broken, MemoryImage.FromMemory<byte>(labels, W, H)) { Mask = Mask }], training: Trained.Quick);
        Assert.That(all.Model.ForestBytes.ToArray(), Is.EqualTo(kept.Model.ForestBytes.ToArray()));
        Assert.That(kept.Run.Warnings, Is.Empty);
        Assert.That(all.Run.Warnings, Is.EqualTo((string[])[
            $"scene labels: {dropped} labelled pixels lie where the mask is 0; they were not trained on."]));
        Assert.That(
            () => Segmenter.Train(
                [new TrainingImage(Broken, Scene.LabelImage) { Mask = MemoryImage.FromMemory<byte>(new byte[W * H], W, H) }]),
            Throws.TypeOf<FastSegException>().With.Message.EqualTo(
                "scene labels: no pixel is labelled where the mask is not 0; label pixels that are kept."));
    }

    [Test]
    public void TheRefusalNamesBothWays()
    {
        int at = Array.FindIndex(Holed, sample => !float.IsFinite(sample));
        FastSegException? failure = Assert.Throws<FastSegException>(() => Trained.Labels(Trained.Grey, Broken));
        Assert.That(failure!.MessageWith(setting => setting == Setting.Mask ? "--mask" : "--nan-as"), Does.Match(
            $"^holed: the pixel at x {at % W}, y {at / W} is (NaN|infinite|minus infinite); every sample must be a finite number: " +
                "leave such pixels out with --mask, or give --nan-as.$"));
    }

    [Test]
    public void ANumberStandsForThem()
    {
        float[] filled = Array.ConvertAll(Holed, sample => float.IsFinite(sample) ? sample : 12.5f);
        MemoryImage expectedImage = MemoryImage.FromMemory<float>(filled, W, H);
        byte[] expected = Trained.Labels(Trained.Grey, expectedImage);
        Assert.That(Trained.Labels(Trained.Grey, Broken, options: new SegmentOptions { NanAs = 12.5f }), Is.EqualTo(expected));
        FeatureSpec features = FeatureSpec.Paper with { NanAs = 12.5f };
        Model model = Segmenter.Train([new TrainingImage(Broken, Scene.LabelImage)], features, Trained.Quick).Model;
        Model plain = Segmenter.Train([new TrainingImage(expectedImage, Scene.LabelImage)], training: Trained.Quick).Model;
        Assert.That(model.ForestBytes.ToArray(), Is.EqualTo(plain.ForestBytes.ToArray()));
        Model kept = Model.Load(model.ToBytes());
        Assert.That(kept.Features.NanAs, Is.EqualTo(12.5f));
        byte[] labels = Trained.Labels(kept, Broken);
        Assert.That(labels, Is.EqualTo(Trained.Labels(plain, expectedImage)));
        using var session = new SegmentationSession(kept, new FrameShape(W, H, SampleType.Float32));
        byte[] framed = new byte[W * H];
        session.Segment<float>(Holed, framed);
        Assert.That(framed, Is.EqualTo(labels));
        Assert.That(
            Segmenter.Features(Broken, features).Values, Is.EqualTo(Segmenter.Features(expectedImage, FeatureSpec.Paper).Values));
    }

    [TestCase(float.NaN)]
    [TestCase(float.NegativeInfinity)]
    [TestCase(1e18f)]
    public void WhatStandsForThemMustBeANumberThatFiltersTake(float number) => Assert.That(
        () => (FeatureSpec.Paper with { NanAs = number }).Check(),
        Throws.TypeOf<FastSegException>().With.Message.Contains("it must be a number from"));

    [Test]
    public void AColouredScaleBarUnderTheMaskLeavesTheImageGrey()
    {
        byte[] colour = [.. Scene.Pixels.SelectMany(sample => (byte[])[sample, sample, sample])];
        byte[] mask = [.. Enumerable.Repeat((byte)1, W * H)];
        for (int y = 200; y < 230; y++)
        {
            for (int x = 150; x < 260; x++)
            {
                (colour[((y * W) + x) * 3], colour[(((y * W) + x) * 3) + 1], mask[(y * W) + x]) = (255, 30, 0);
            }
        }
        MemoryImage image = MemoryImage.FromMemory<byte>(colour, W, H, 3, name: "barred");
        MemoryImage kept = MemoryImage.FromMemory<byte>(mask, W, H);
        byte[] red = [.. colour.Where((_, i) => i % 3 == 0)];
        MemoryImage grey = MemoryImage.FromMemory<byte>(red, W, H);
        var options = new SegmentOptions { Mask = kept };
        byte[] expected = Trained.Labels(Trained.Grey, grey, options: options);
        Assert.That(Trained.Labels(Trained.Grey, image, options: options), Is.EqualTo(expected));
        Model model = Segmenter.Train([new TrainingImage(image, Scene.LabelImage) { Mask = kept }], training: Trained.Quick).Model;
        Model plain = Segmenter.Train([new TrainingImage(grey, Scene.LabelImage) { Mask = kept }], training: Trained.Quick).Model;
        Assert.That(model.Channels, Is.EqualTo(1));
        Assert.That(model.ForestBytes.ToArray(), Is.EqualTo(plain.ForestBytes.ToArray()));
        FastSegException? failure = Assert.Throws<FastSegException>(() => Trained.Labels(Trained.Grey, image));
        Assert.That(failure!.MessageWith(_ => "--mask"), Is.EqualTo(
            "barred: the pixel at x 150, y 200 is coloured, but the model was trained on grey images; " +
                "leave a coloured scale bar out with --mask, give a grey image, or train on colour ones."));
    }

    private static float[] MakeHoled()
    {
        float[] holes = Holes.Scene(W, H);
        return [.. Scene.Pixels.Zip(holes).Select(pair => float.IsFinite(pair.Second) ? pair.First : pair.Second)];
    }
}
