using FastSeg.Backends;
using NUnit.Framework;

namespace FastSeg.Tests.Backends;

/// <summary>Runs whose labels are little better than guesses say so.</summary>
[TestFixture]
internal sealed unsafe class UnsureCountTests
{
    private static readonly SyntheticScene Scene = new(200, 150, seed: 6);

    /// <summary>Odds of 2 are the border: sums of 0.69 apart, or a probability twice the next one.</summary>
    [Test]
    public void ALabelThatIsTwiceAsProbableIsSure()
    {
        float[] sums = new float[3 * 64], one = new float[64], values = new float[3 * 64];
        for (int x = 0; x < 64; x++)
        {
            bool sure = x % 32 == 8;
            (sums[x], sums[64 + x], sums[128 + x]) = (-1, 0.5f, sure ? 1.2f : 1.19f);
            one[x] = sure ? -0.7f : 0.69f;
            (values[x], values[64 + x], values[128 + x]) = (sure ? 0.61f : 0.59f, 0.3f, 0.1f);
        }
        fixed (float* three = sums, single = one, shares = values)
        {
            UnsureCount margins = new(), two = new(), smoothed = new(), other = new();
            for (long y = 0; y < 80; y++)
            {
                margins.TakeMargins(0, y, 64, three, 64, 3);
                two.TakeMargins(0, y, 64, single, 64, 1);
                smoothed.TakeValues(0, y, 64, shares, 64, 3);
            }
            Assert.That((margins.Share, two.Share, smoothed.Share), Is.EqualTo((0.5, 0.5, 0.5)));
            // 4 pixels a row of 1 in 16 rows: 15 are too few, and 16 are not.
            other.TakeMargins(1000, 8, 59, three, 64, 3);
            Assert.That(other.Share, Is.Null);
            other.Add(margins);
            Assert.That(other.Share, Is.Not.Null);
        }
    }

    /// <summary>Labels drawn by chance cannot be learned, so the model is unsure of every image; of the scene it is sure.</summary>
    [Test]
    public void AModelThatLearnedNothingSaysSoWhateverTheTiles()
    {
        byte[] pixels = new byte[256 * 256], labels = new byte[256 * 256];
        var random = new Random(4);
        random.NextBytes(pixels);
        for (int i = 0; i < labels.Length; i += 7)
        {
            labels[i] = (byte)random.Next(1, 4);
        }
        using MemoryImage noise = MemoryImage.FromMemory<byte>(pixels, 256, 256, name: "noise"), known = Scene.Image;
        using MemoryImage drawn = MemoryImage.FromMemory<byte>(labels, 256, 256);
        // Trees this small find nothing by heart in 9,000 pixels.
        TrainingOptions small = Trained.Quick with { Rounds = 40, Depth = 1 };
        var segmenter = new Segmenter(Segmenter.Train([new TrainingImage(noise, drawn)], training: small).Model);
        RunResult run = segmenter.Segment(noise).Run;
        double?[] shares = [.. new[] { 1, 3 }.Select(threads =>
            segmenter.Segment(noise, null, new ComputeOptions { Threads = threads }).Run.Unsure)];
        Assert.That(shares, Is.All.EqualTo(run.Unsure).And.All.Not.Null);
        Assert.That(run.Unsure, Is.GreaterThan(0.5));
        Assert.That(run.Warnings.Single(), Does.StartWith("noise: for ").And.Contain("hardly more probable than the next class"));
        RunResult sure = new Segmenter(Trained.Grey).Segment(known).Run;
        Assert.That(sure.Unsure, Is.LessThan(0.2));
        Assert.That(sure.Warnings, Is.Empty);
        TestContext.Out.WriteLine($"{run.Unsure} {sure.Unsure} {segmenter.Model.UnsureMargin} {Trained.Grey.UnsureMargin}");
    }
}
