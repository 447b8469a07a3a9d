using FastSeg.Tests.Deep;
using NUnit.Framework;

namespace FastSeg.Tests.Channels;

/// <summary>Deep features of images of other than 1 or 3 channels: of the channels' mean, or of three that were chosen.</summary>
[TestFixture]
internal sealed class ChannelDeepTests() : DeepFixture(Scene)
{
    private const int Width = 75, Height = 61, Channels = 4;

    private static readonly SyntheticScene Scene = new(Width, Height, seed: 4, channels: Channels);

    private static readonly FeatureSpec None = new() { Families = Families.None, Standardise = Standardisation.None };

    [Test]
    public void TheTransformerSeesTheMeanOfAllChannels(
        [Values(Upsampling.Bilinear, Upsampling.JointBilateral)] Upsampling upsampling,
        [Values(BackendKind.Cpu, BackendKind.Simulated)] BackendKind backend)
    {
        float[] means = [.. Scene.Pixels.Chunk(Channels).Select(pixel => (float)(pixel.Sum(sample => (int)sample) / (Channels * 255.0)))];
        using MemoryImage image = Scene.Image, mean = MemoryImage.FromMemory<float>(means, Width, Height);
        var deep = new DeepOptions(Backbone) { Channels = 5, Upsampling = upsampling };
        float[] expected = Segmenter.Features(mean, None, deep: deep with { Range = new InputRange(0, 1) }).Values;
        var options = new ComputeOptions { Backend = backend, Threads = 2 };
        Assert.That(Segmenter.Features(image, None, options, deep).Values, Is.EqualTo(expected));
    }

    [Test]
    public void TheTransformerSeesThreeThatAreChosen([Values(BackendKind.Cpu, BackendKind.Simulated)] BackendKind backend)
    {
        byte[] chosen = [.. Scene.Pixels.Chunk(Channels).SelectMany(pixel => new[] { pixel[2], pixel[0], pixel[3] })];
        using MemoryImage image = Scene.Image, three = MemoryImage.FromMemory<byte>(chosen, Width, Height, 3);
        var deep = new DeepOptions(Backbone) { Channels = 5, Upsampling = Upsampling.JointBilateral };
        float[] expected = Segmenter.Features(three, None, deep: deep).Values;
        FeatureStack stack = Segmenter.Features(image, None, new ComputeOptions { Backend = backend }, deep with { Rgb = [2, 0, 3] });
        Assert.That(stack.Values, Is.EqualTo(expected));
        Assert.That(Segmenter.Features(image, None, deep: deep).Values, Is.Not.EqualTo(expected));
    }

    [Test]
    public void AModelKeepsWhatWasChosen([Values] bool rgb, [Values] Standardisation standardise)
    {
        var deep = new DeepOptions(Backbone) { Channels = 5, Upsampling = Upsampling.Bilinear, Rgb = rgb ? [3, 1, 1] : null };
        FeatureSpec features = FeatureSpec.Paper with { Sigmas = [1], Standardise = standardise };
        Model model = Segmenter.Train([Scene.Training], features, Trained.Quick, deep: deep).Model;
        using var file = new MemoryStream(model.ToBytes());
        Model again = Model.Load(file);
        Assert.That(again.DeepFeatures!.Rgb, Is.EqualTo(deep.Rgb));
        Assert.That(again.Planes, Is.EqualTo((Channels * features.Names.Count) + 5));
        using MemoryImage image = Scene.Image;
        byte[] labels = Labels(again, image, new ComputeOptions { Threads = 1 });
        Assert.That(Tight.Run(3, options => Labels(again, image, options)), Is.EqualTo(labels));
        using var page = new PreparedImage(image, "page");
        Assert.That(new Segmenter(again, Backbone).Segment(page).Labels, Is.EqualTo(labels), "prepared");
    }

    [Test]
    public void ChannelsThatAreNotThereAreRefused()
    {
        using MemoryImage image = Scene.Image;
        var deep = new DeepOptions(Backbone) { Channels = 5, Rgb = [0, 1, 4] };
        Assert.That(
            () => Segmenter.Features(image, None, deep: deep),
            Throws.TypeOf<FastSegException>().With.Message.Contains("0,1,4").And.Message.Contains("4 channels"));
    }
}
