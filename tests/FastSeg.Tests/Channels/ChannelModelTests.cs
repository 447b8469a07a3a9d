using NUnit.Framework;

namespace FastSeg.Tests.Channels;

/// <summary>Models of images of 2 to 16 channels: trained, kept, applied in tiles of any size, refused where channels do not fit.</summary>
[TestFixture]
internal sealed class ChannelModelTests
{
    private static readonly FeatureSpec Small = FeatureSpec.Paper with { Sigmas = [1, 2] };

    [Test]
    public void LabelsDependOnNeitherTilesNorThreadsNorBackend(
        [Values(2, 4, 16)] int channels, [Values] Standardisation standardise)
    {
        var scene = new SyntheticScene(150, 110, channels: channels);
        Model model = Segmenter.Train([scene.Training], Small with { Standardise = standardise }, Trained.Quick).Model;
        Assert.That((model.Channels, model.Planes), Is.EqualTo((channels, channels * model.Features.Names.Count)));
        using MemoryImage image = scene.Image;
        byte[] labels = Trained.Labels(model, image, new ComputeOptions { Threads = 1 });
        int right = labels.Where((label, i) => scene.Labels[i] != 0 && model.Classes[label - 1].Value == scene.Labels[i]).Count();
        Assert.That(right, Is.GreaterThan(0.95 * scene.Labels.Count(label => label != 0)));
        Assert.That(Tight.Run(3, options => Trained.Labels(model, image, options)), Is.EqualTo(labels));
        if (channels == 2)
        {
            Assert.That(Trained.Labels(model, image, new ComputeOptions { Backend = BackendKind.Simulated }), Is.EqualTo(labels));
        }
        Region part = new(31, 20, 70, 50);
        byte[] cut = Trained.Labels(model, image, null, new SegmentOptions { Region = part });
        Assert.That(cut, Is.EqualTo(Enumerable.Range(0, 50).SelectMany(y => labels.Skip(((20 + y) * 150) + 31).Take(70)).ToArray()));
    }

    [Test]
    public void SmoothedLabelsDependOnNeitherTilesNorBackend([Values("guided", "safe")] string how)
    {
        var scene = new SyntheticScene(90, 70, channels: 4);
        Smoothing smooth = how == "safe" ? Smoothing.Safe : Smoothing.Guided();
        Model model = Segmenter.Train([scene.Training], Small, Trained.Quick, smooth: smooth).Model;
        using MemoryImage image = scene.Image;
        byte[] labels = Trained.Labels(model, image, new ComputeOptions { Threads = 1 });
        Assert.That(Trained.Labels(model, image, new ComputeOptions { Threads = 3 }), Is.EqualTo(labels));
        Assert.That(Trained.Labels(model, image, new ComputeOptions { Backend = BackendKind.Simulated }), Is.EqualTo(labels));
    }

    [Test]
    public void AModelKeepsNumberNamesAndMeaningOfItsChannels()
    {
        var scene = new SyntheticScene(60, 50, channels: 3);
        using ImageReader image = new NamedChannels(scene.Image, "DAPI", "GFP", "BSE");
        Model model = Segmenter.Train([new TrainingImage(image, scene.LabelImage)], Small, Trained.Quick).Model;
        using var file = new MemoryStream(model.ToBytes());
        Model again = Model.Load(file);
        Assert.That((again.Channels, again.IsColour), Is.EqualTo((3, false)));
        Assert.That(again.ChannelNames, Is.EqualTo((string[])["DAPI", "GFP", "BSE"]));
        Assert.That(again.PlaneNames[^1], Is.EqualTo("BSE_membrane_min"));
        Assert.That(again.ToBytes(), Is.EqualTo(model.ToBytes()));
        using MemoryImage grey = new SyntheticScene(60, 50).Image;
        Assert.That(() => Trained.Labels(again, grey), Throws.TypeOf<FastSegException>().With.Message.Contains(
            "1 channel (grey), but the model sees 3 channels (DAPI, GFP, BSE)"));
        Assert.That(() => Trained.Labels(again, scene.Image), Throws.Nothing, "three other channels");
    }

    [TestCase(2, 4)]
    [TestCase(1, 2)]
    [TestCase(3, 4)]
    [TestCase(3, 2)]
    [TestCase(16, 3)]
    public void AnotherNumberOfChannelsIsRefusedWithBothNumbers(int trained, int given)
    {
        Model model = Segmenter.Train([new SyntheticScene(60, 50, channels: trained).Training], Small, Trained.Quick).Model;
        using MemoryImage other = new SyntheticScene(60, 50, channels: given).Image;
        TrainingImage[] both = [.. new[] { trained, given }.Select(channels => new SyntheticScene(60, 50, channels: channels).Training)];
        string sentence = $"scene has {given} channels";
        Assert.That(
            () => Trained.Labels(model, other),
            Throws.TypeOf<FastSegException>().With.Message.StartsWith(sentence).And.Message.Contains($"sees {trained} channel"));
        Assert.That(
            () => new Segmenter(model).Features(other, new ComputeOptions()),
            Throws.TypeOf<FastSegException>().With.Message.StartsWith(sentence));
        Assert.That(
            () => Segmenter.Train(both), Throws.TypeOf<FastSegException>().With.Message.Contains("channels"));
    }

    [Test]
    public void ASessionGivesTheLabelsOfAnImage([Values(2, 4, 16)] int channels)
    {
        var scene = new SyntheticScene(80, 60, channels: channels);
        Model model = Segmenter.Train([scene.Training], Small, Trained.Quick).Model;
        using MemoryImage image = scene.Image;
        byte[] labels = new byte[80 * 60];
        using var session = new SegmentationSession(model, new FrameShape(80, 60, SampleType.UInt8, channels));
        session.Segment<byte>(scene.Pixels, labels);
        Assert.That(labels, Is.EqualTo(Trained.Labels(model, image)));
        Assert.That(session.PlaneNames, Is.EqualTo(model.PlaneNames));
        Assert.That(
            () => new SegmentationSession(model, new FrameShape(80, 60, SampleType.UInt8, 5)).Dispose(),
            Throws.TypeOf<FastSegException>().With.Message.Contains($"5 channels, but the model sees {channels} channels"));
    }

    [Test]
    public void ASessionWithoutAModelGivesThePlanesOfAllChannels([Values(2, 4)] int channels)
    {
        var scene = new SyntheticScene(40, 30, channels: channels);
        FeatureSpec spec = Small with { Standardise = Standardisation.None };
        using MemoryImage image = scene.Image;
        FeatureStack stack = Segmenter.Features(image, spec);
        using SegmentationSession session = SegmentationSession.OfFeatures(spec, new FrameShape(40, 30, SampleType.UInt8, channels));
        float[] planes = new float[session.PlaneNames.Count * 40 * 30];
        session.Features<byte>(scene.Pixels, planes);
        Assert.That(session.PlaneNames, Is.EqualTo(stack.Names));
        Assert.That(planes, Is.EqualTo(Enumerable.Range(0, stack.Names.Count).SelectMany(i => stack[i].ToArray())));
    }

    /// <summary>An image whose channels have names, and are no colours.</summary>
    private sealed class NamedChannels(ImageReader image, params string[] names) : ImageReader
    {
        public override ImageInfo Info => image.Info with { ChannelNames = names, IsColour = false };

        public override long HeldBytes(int threads) => image.HeldBytes(threads);

        public override void Read(Region region, Span<byte> destination) => image.Read(region, destination);

        protected override void Dispose(bool disposing) => image.Dispose();
    }
}
