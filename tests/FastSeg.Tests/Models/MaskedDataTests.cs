using FastSeg.Images.Samples;
using FastSeg.Tests.Images.Masks;
using NUnit.Framework;

namespace FastSeg.Tests.Models;

/// <summary>Samples that a mask or a data bar leaves out count neither in a model nor where an image is compared with it.</summary>
[TestFixture]
internal sealed class MaskedDataTests
{
    private static readonly SyntheticScene Scene = new(200, 150, seed: 6);

    private static FeatureSpec[] Specs => [FeatureSpec.Paper, Trained.ByType];

    [Test]
    public void SamplesUnderAMaskAreNotCounted([ValueSource(nameof(Specs))] FeatureSpec features, [Values] bool floats, [Values] bool wide)
    {
        int at = 0, place = 0;
        double[] samples = Array.ConvertAll(Scene.Pixels, sample => IsLeftOut(at++) ? 60000.0 : 4 * sample);
        double[] kept = [.. samples.Where((_, i) => !IsLeftOut(i)).Order()];
        using MemoryImage image = floats ? Image(Array.ConvertAll(samples, sample => (float)sample))
            : Image(Array.ConvertAll(samples, sample => (ushort)sample));
        using MemoryImage labels = Scene.LabelImage, mask = wide
            ? Image(Array.ConvertAll(samples, _ => (ushort)(IsLeftOut(place++) ? 0 : 256)))
            : Image(Array.ConvertAll(samples, _ => (byte)(IsLeftOut(place++) ? 0 : 1)));
        TrainingResult result = Segmenter.Train([new TrainingImage(image, labels) { Mask = mask }], features, Trained.Quick);
        Expect(result.Run.Data.Single(), kept);
        Assert.That(result.Model.Data!.Images.Single(), Is.EqualTo(result.Run.Data.Single()));
        ImageData found = new Segmenter(result.Model).Segment(image, new SegmentOptions { Mask = mask }).Run.Data.Single();
        Assert.That(found.Doubts, Is.EqualTo(DataDoubts.None));
        ExpectNear(found, kept, features);
    }

    [Test]
    public void TheRowsOfADataBarAreNotCounted([ValueSource(nameof(Specs))] FeatureSpec spec)
    {
        const int Rows = 40;
        FeatureSpec features = spec with { DataBar = DataBar.Auto };
        ushort[] bar = [.. new DrawnBar(Rows, 0, 1).Draw(Scene.Width, 0, 65535).Select(value => (ushort)value)];
        ushort[] samples = Array.ConvertAll(Scene.Pixels, sample => (ushort)((4 * sample) + 1000));
        double[] kept = [.. samples.Select(sample => (double)sample).Order()];
        int height = Scene.Height + Rows;
        using MemoryImage image = MemoryImage.FromMemory<ushort>((ushort[])[.. samples, .. bar], Scene.Width, height);
        using MemoryImage labels = MemoryImage.FromMemory<byte>((byte[])[.. Scene.Labels, .. new byte[bar.Length]], Scene.Width, height);
        TrainingResult result = Segmenter.Train([new TrainingImage(image, labels)], features, Trained.Quick);
        Assert.That(result.Run.DataBars.Single(), Is.EqualTo(new Region(0, Scene.Height, Scene.Width, Rows)));
        Expect(result.Run.Data.Single(), kept);
        ImageData found = new Segmenter(result.Model).Segment(image).Run.Data.Single();
        Assert.That(found.Doubts, Is.EqualTo(DataDoubts.None));
        ExpectNear(found, kept, features);
    }

    /// <summary>An image of which a mask leaves nothing is refused, so the model keeps nothing of it.</summary>
    [Test]
    public void AnImageThatIsMaskedOutIsRefused()
    {
        using MemoryImage image = Image(new ushort[Scene.Pixels.Length]), labels = Scene.LabelImage;
        using MemoryImage mask = Image(new byte[Scene.Pixels.Length]);
        TrainingImage[] images = [Scene.Training, new TrainingImage(image, labels) { Mask = mask }];
        Assert.That(
            () => Segmenter.Train(images, Trained.ByType, Trained.Quick),
            Throws.TypeOf<FastSegException>().With.Message.Contains("no pixel is labelled where the mask is not 0"));
    }

    /// <summary>Percentiles of a large page of floats come from some rows; where a mask leaves nothing there, limits stand in.</summary>
    [Test]
    public void RowsBetweenThoseThatAreLookedAtHaveTheirLimits()
    {
        const int Width = 900, Height = 700;
        float[] values = new float[Width * Height];
        byte[] kept = new byte[values.Length];
        Array.Fill(values, 9);
        for (int x = 0; x < Width; x++)
        {
            (values[Width + x], kept[Width + x]) = (x - 100, 1);
        }
        using MemoryImage image = MemoryImage.FromMemory<float>(values, Width, Height);
        using MemoryImage mask = MemoryImage.FromMemory<byte>(kept, Width, Height);
        using var pass = new SampleStatisticsPass(image, mask, 2, Percentiles.OfRun);
        ImageData data = pass.Data(pass.Run(new ComputeOptions { Threads = 2 }))!;
        Assert.That(pass.Spread, Is.Null);
        Assert.That((data.Low, data.High, data.Mean), Is.EqualTo((-100.0, 799.0, 349.5)));
    }

    private static bool IsLeftOut(int pixel) => pixel % 50 == 7;

    private static void Expect(ImageData data, double[] kept)
    {
        Assert.That(data.Low, Is.EqualTo(Percentile(kept, 0.001)).Within(1e-9));
        Assert.That(data.High, Is.EqualTo(Percentile(kept, 0.999)).Within(1e-9));
        Assert.That(data.Mean, Is.EqualTo(kept.Average()).Within(1e-9 * kept.Average()));
    }

    /// <summary>A model that standardises looks at all samples of so small a page, and one that does not at some rows.</summary>
    private static void ExpectNear(ImageData found, double[] kept, FeatureSpec features)
    {
        if (features.Standardise == Standardisation.Image)
        {
            Expect(found, kept);
            return;
        }
        Assert.That(found.Low, Is.InRange(kept[0], Percentile(kept, 0.01)));
        Assert.That(found.High, Is.InRange(Percentile(kept, 0.99), kept[^1]));
        Assert.That(found.Mean, Is.EqualTo(kept.Average()).Within(0.05 * kept.Average()));
    }

    private static double Percentile(double[] sorted, double share)
    {
        double place = share * (sorted.Length - 1);
        int below = (int)place;
        return sorted[below] + ((place - below) * (sorted[below + 1] - sorted[below]));
    }

    private static MemoryImage Image<T>(T[] samples) where T : unmanaged =>
        MemoryImage.FromMemory<T>(samples, Scene.Width, Scene.Height, name: "image");
}
