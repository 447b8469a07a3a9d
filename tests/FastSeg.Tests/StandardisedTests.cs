using NUnit.Framework;

namespace FastSeg.Tests;

/// <summary>
/// Images that are standardised as a whole: neither sample type nor gain nor offset matters, and mean and deviation are the page's whatever
/// is computed of it.
/// </summary>
[TestFixture]
internal sealed class StandardisedTests
{
    private const int W = 330, H = 260;

    private static readonly SyntheticScene Scene = new(W, H);

    private static readonly Lazy<Model> Trees = new(() => Train(Copies()[0]));

    /// <summary>Gain and offset of a copy: value = gain x sample + offset.</summary>
    private static (string Name, MemoryImage Image)[] Make() =>
    [
        ("uint8", Scene.Image),
        ("12 bits in 16", Shorts(sample => (16 * sample) + 5)),
        ("12 bits in 16, from 700 up", Shorts(sample => (13 * sample) + 700)),
        ("the upper 12 bits of 16", Shorts(sample => 16 * ((16 * sample) + 5))),
        ("int16", MemoryImage.FromMemory<short>(Array.ConvertAll(Scene.Pixels, sample => (short)((90 * sample) - 12000)), W, H)),
        ("float32", MemoryImage.FromMemory<float>(Array.ConvertAll(Scene.Pixels, sample => (sample * 3.7e-5f) - 0.002f), W, H)),
        ("float32 of counts", MemoryImage.FromMemory<float>(Array.ConvertAll(Scene.Pixels, sample => (sample * 811.3f) + 1e4f), W, H)),
    ];

    [Test]
    public void OneModelLabelsAllCopiesAlike()
    {
        byte[] expected = Trained.Labels(Trees.Value, Copies()[0]);
        foreach ((string name, MemoryImage image) in Make())
        {
            Alike(Trained.Labels(Trees.Value, image), expected, name);
        }
    }

    [Test]
    public void AModelOfEachCopyLabelsItAlike()
    {
        byte[] expected = Trained.Labels(Trees.Value, Copies()[0]);
        foreach ((string name, MemoryImage image) in Make())
        {
            Alike(Trained.Labels(Train(image), image), expected, name);
        }
    }

    /// <summary>The same bits: planes, labels, and the trees of a model.</summary>
    [Test]
    public void PowersOfTwoChangeNothing()
    {
        using MemoryImage sixteen = Shorts(sample => 16 * sample);
        using MemoryImage small = MemoryImage.FromMemory<float>(Array.ConvertAll(Scene.Pixels, sample => sample / 1024f), W, H);
        using MemoryImage large = MemoryImage.FromMemory<float>(Array.ConvertAll(Scene.Pixels, sample => sample * 64f), W, H);
        Assert.That(Planes(sixteen), Is.EqualTo(Planes(Scene.Image)));
        Assert.That(Planes(large), Is.EqualTo(Planes(small)));
        Assert.That(Train(sixteen).ForestBytes.ToArray(), Is.EqualTo(Trees.Value.ForestBytes.ToArray()));
    }

    [Test]
    public void NothingIsChangedByThreadsMemoryOrRegion([Values(1, 3)] int threads)
    {
        byte[] whole = Trained.Labels(Trees.Value, Scene.Image);
        var region = new Region(101, 57, 120, 90);
        byte[] part = Tight.Run(
            threads, options => Trained.Labels(Trees.Value, Scene.Image, options, new SegmentOptions { Region = region }));
        for (int y = 0; y < region.Height; y++)
        {
            Assert.That(
                part.AsSpan(y * (int)region.Width, (int)region.Width).SequenceEqual(
                    whole.AsSpan((int)(((region.Y + y) * W) + region.X), (int)region.Width)));
        }
    }

    /// <summary>Whatever region is computed, what the mask leaves out of the page does not count.</summary>
    [Test]
    public void TheMaskIsOutOfTheStatistics()
    {
        byte[] mask = [.. Enumerable.Range(0, W * H).Select(i => (byte)(i % W < 200 ? 1 : 0))];
        using MemoryImage kept = MemoryImage.FromMemory<byte>(mask, W, H);
        var segment = new SegmentOptions { Mask = kept, Region = new Region(10, 10, 100, 100) };
        SampleStatistics found = new Segmenter(Trees.Value).Segment(Scene.Image, segment).Run.Samples.Single();
        double[] samples = [.. Scene.Pixels.Where((_, i) => mask[i] != 0).Select(sample => (double)sample)];
        Assert.That(found.Mean, Is.EqualTo(samples.Average()).Within(1e-9));
        Assert.That(found.Deviation, Is.EqualTo(Math.Sqrt(samples.Average(x => Math.Pow(x - samples.Average(), 2)))).Within(1e-9));
    }

    [Test]
    public void AModelKeepsTheMergedStatisticsOfItsImages()
    {
        using MemoryImage bright = MemoryImage.FromMemory<float>(Array.ConvertAll(Scene.Pixels, sample => sample + 100f), W, H);
        TrainingResult result = Segmenter.Train([Scene.Training, new(bright, Scene.LabelImage)], training: Trained.Quick);
        Assert.That(result.Run.Samples.Select(samples => samples.Mean), Is.EqualTo((double[])
            [Scene.Pixels.Average(x => x), Scene.Pixels.Average(x => x) + 100]).Within(1e-9));
        double deviation = result.Run.Samples[0].Deviation;
        Assert.That(result.Run.Samples[1].Deviation, Is.EqualTo(deviation).Within(1e-9));
        Assert.That(result.Model.Samples!.Value.Mean, Is.EqualTo(Scene.Pixels.Average(x => x) + 50).Within(1e-9));
        Assert.That(result.Model.Samples!.Value.Deviation, Is.EqualTo(Math.Sqrt((deviation * deviation) + 2500)).Within(1e-9));
    }

    [Test]
    public void WithoutStandardisationThereAreNoStatistics()
    {
        TrainingResult result =
            Segmenter.Train([Scene.Training], FeatureSpec.Paper with { Standardise = Standardisation.None }, Trained.Quick);
        Assert.That(result.Run.Samples, Is.Empty);
        Assert.That(result.Model.Samples, Is.Null);
        LabelMap labels = new Segmenter(result.Model).Segment(Scene.Image);
        Assert.That((labels.Run.Standardise, labels.Run.Samples.Count), Is.EqualTo((Standardisation.None, 0)));
    }

    /// <summary>An image without contrast has features of 0 everywhere, and one label.</summary>
    [Test]
    public void AConstantImageIsZeroEverywhere()
    {
        ushort[] samples = new ushort[W * H];
        samples.AsSpan().Fill(41234);
        using MemoryImage image = MemoryImage.FromMemory<ushort>(samples, W, H);
        Assert.That(Planes(image), Is.All.EqualTo(0f));
        Assert.That(Trained.Labels(Trees.Value, image).Distinct().Count(), Is.EqualTo(1));
    }

    [Test]
    public void AMaskThatLeavesNothingGivesNoLabels()
    {
        using MemoryImage mask = MemoryImage.FromMemory<byte>(new byte[W * H], W, H);
        LabelMap map = new Segmenter(Trees.Value).Segment(Scene.Image, new SegmentOptions { Mask = mask });
        Assert.That(map.Labels, Is.All.Zero);
        Assert.That(map.Run.Samples, Is.EqualTo(new[] { new SampleStatistics(0, 0) }));
    }

    /// <summary>The page's statistics need every sample, also those that no tile of a region reads.</summary>
    [Test]
    public void AWrongSampleAnywhereIsRefused([Values(float.NaN, 3e38f)] float wrong)
    {
        float[] samples = Array.ConvertAll(Scene.Pixels, sample => (float)sample);
        samples[(250 * W) + 311] = wrong;
        using MemoryImage image = MemoryImage.FromMemory<float>(samples, W, H);
        var segment = new SegmentOptions { Region = new Region(0, 0, 20, 20) };
        Assert.That(
            () => Trained.Labels(Trees.Value, image, options: segment),
            Throws.TypeOf<FastSegException>().With.Message.Contains("x 311, y 250 is"));
    }

    [Test]
    public void ADeviceGivesTheSameLabels()
    {
        var crop = new SegmentOptions { Region = new Region(40, 30, 60, 40) };
        foreach ((string name, MemoryImage image) in Make())
        {
            byte[] cpu = Trained.Labels(Trees.Value, image, new ComputeOptions { Backend = BackendKind.Cpu }, crop);
            byte[] device = Trained.Labels(Trees.Value, image, new ComputeOptions { Backend = BackendKind.Simulated }, crop);
            Assert.That(device, Is.EqualTo(cpu), name);
        }
    }

    private static void Alike(byte[] found, byte[] expected, string name)
    {
        int equal = found.Zip(expected).Count(pair => pair.First == pair.Second);
        Assert.That(equal, Is.GreaterThanOrEqualTo(0.999 * expected.Length), name);
        for (byte label = 1; label <= 3; label++)
        {
            double more = found.Count(value => value == label) - expected.Count(value => value == label);
            Assert.That(more / expected.Length, Is.EqualTo(0).Within(0.001), $"{name}, class {label}");
        }
    }

    private static MemoryImage[] Copies() => [.. Make().Select(copy => copy.Image)];

    private static MemoryImage Shorts(Func<int, int> value) =>
        MemoryImage.FromMemory<ushort>(Array.ConvertAll(Scene.Pixels, sample => (ushort)value(sample)), W, H);

    private static Model Train(MemoryImage image) =>
        Segmenter.Train([new TrainingImage(image, Scene.LabelImage)], training: Trained.Quick).Model;

    private static float[] Planes(MemoryImage image) => Segmenter.Features(image, FeatureSpec.Paper with { Sigmas = [1, 2] }).Values;
}
