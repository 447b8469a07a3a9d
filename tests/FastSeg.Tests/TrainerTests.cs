using NUnit.Framework;

namespace FastSeg.Tests;

/// <summary>
/// Training: a model's bytes do not depend on threads or memory, only what surrounds labels is read, several images are one set, and labels
/// that do not fit are refused.
/// </summary>
[TestFixture]
internal sealed class TrainerTests
{
    private static readonly SyntheticScene Scene = new(300, 280, seed: 9);

    /// <summary>Percentiles and the search for samples that no filter may see need no second pass where nothing is standardised.</summary>
    [Test]
    public void WithoutStandardisationAPageIsReadNoMoreOften()
    {
        long Pixels(FeatureSpec features)
        {
            var scene = new SyntheticScene(200, 150);
            using var page = new Watched(scene.Image);
            var one = new ComputeOptions { Threads = 1 };
            Segmenter.Train([new TrainingImage(page, scene.LabelImage)], features, Trained.Quick, options: one);
            return page.Reads.Sum(read => read.Pixels);
        }
        Assert.That(Pixels(Trained.ByType), Is.EqualTo(Pixels(FeatureSpec.Paper)).And.GreaterThan(0));
    }

    [Test]
    public void TheModelsBytesDoNotDependOnThreadsOrMemory()
    {
        byte[] one = Bytes(new ComputeOptions { Threads = 1 });
        Assert.That(Bytes(new ComputeOptions { Threads = 1 }), Is.EqualTo(one), "twice the same");
        Assert.That(Bytes(new ComputeOptions { Threads = 7 }), Is.EqualTo(one), "threads");
        Assert.That(Tight.Run(2, tight => Bytes(tight)), Is.EqualTo(one), "memory");
        Assert.That(Bytes(new ComputeOptions(), seed: 3), Is.Not.EqualTo(one), "the seed is kept in the model");
    }

    [Test]
    public void OnlyTilesWithLabelsAreRead()
    {
        byte[] labels = new byte[2000 * 2000];
        labels[(10 * 2000) + 10] = 1;
        labels[(20 * 2000) + 30] = 2;
        byte[] pixels = new byte[labels.Length];
        new Random(1).NextBytes(pixels);
        using var image = new Watched(MemoryImage.FromMemory<byte>(pixels, 2000, 2000));
        using MemoryImage labelImage = MemoryImage.FromMemory<byte>(labels, 2000, 2000);
        Segmenter.Train([new TrainingImage(image, labelImage)], Trained.ByType, Trained.Quick);
        int halo = FeatureSpec.Paper.Halo;
        // The pass for mean and percentiles, which the model keeps, reads bands of whole rows.
        Assert.That(
            image.Reads.Where(read => read.Width < 2000), Is.EqualTo((Region[])[new Region(0, 0, 31 + halo, 21 + halo)]));
    }

    [Test]
    public void SeveralImagesAreOneTrainingSet()
    {
        var other = new SyntheticScene(120, 100, seed: 2);
        Model model = Segmenter.Train([Scene.Training, other.Training], training: Trained.Quick, names: ["matrix", "small", "large"]).Model;
        long Count(byte value) => Scene.Labels.Count(l => l == value) + other.Labels.Count(l => l == value);
        Assert.That(model.Classes, Is.EqualTo(new[]
        {
            new ModelClass(1, "matrix", Count(1)), new ModelClass(2, "small", Count(2)), new ModelClass(7, "large", Count(7)),
        }));
    }

    [Test]
    public void TrainingSeesTheFeaturesThatSegmentingSees()
    {
        // The model has seen every pixel, so it must reproduce the labels. Were rows misplaced, its labels would be near chance.
        byte[] labels = [.. Scene.Pixels.Select(p => (byte)(p > 110 ? 9 : 4))];
        using MemoryImage image = Scene.Image;
        using MemoryImage labelImage = MemoryImage.FromMemory<byte>(labels, Scene.Width, Scene.Height);
        Model model = Segmenter.Train([new TrainingImage(image, labelImage)], training: Trained.Quick).Model;
        byte[] result = Trained.Labels(model, image, options: new SegmentOptions { KeepValues = true });
        Assert.That(result, Is.EqualTo(labels), "gaussian_0 alone decides");
    }

    [Test]
    public void BadLabelsGetTheirSentence()
    {
        Assert.That(Refusal(new byte[100], 10, 10), Does.Contain("10 x 10").And.Contain("300 x 280").And.Contain("same size"));
        Assert.That(Refusal(new byte[300 * 280], 300, 280), Does.Contain("no pixel is labelled"));
        byte[] one = new byte[300 * 280];
        one[5] = 85;
        Assert.That(Refusal(one, 300, 280), Does.Contain("85").And.Contain("0 is unlabelled").And.Contain("such as 1 and 2"));
        Assert.That(
            Assert.Catch<FastSegException>(() => Segmenter.Train([Scene.Training], names: ["a", "b"]))!.Message,
            Does.Contain("2 class names for 3 classes (label values 1, 2, 7)"));
        ushort[] many = [.. Enumerable.Range(0, 300 * 280).Select(i => (ushort)(i % 400))];
        using MemoryImage labels = MemoryImage.FromMemory<ushort>(many, 300, 280);
        Assert.That(
            Assert.Catch<FastSegException>(() => Segmenter.Train([new TrainingImage(Scene.Image, labels)]))!.Message,
            Does.Contain("399 different values"));
    }

    /// <summary>The sentence with which a training on these labels is refused.</summary>
    private static string Refusal(byte[] labels, int width, int height)
    {
        using MemoryImage labelImage = MemoryImage.FromMemory<byte>(labels, width, height);
        return Assert.Catch<FastSegException>(() => Segmenter.Train([new TrainingImage(Scene.Image, labelImage)]))!.Message;
    }

    /// <summary>The bytes of a model file, trained on the scene.</summary>
    private static byte[] Bytes(ComputeOptions options, int seed = 0)
    {
        using var folder = new TemporaryFolder();
        string path = Path.Combine(folder.Path, "m.fastseg");
        Segmenter.Train([Scene.Training], training: Trained.Quick with { Seed = seed }, options: options).Model.Save(path);
        return File.ReadAllBytes(path);
    }
}
