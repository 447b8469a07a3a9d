using NUnit.Framework;

namespace FastSeg.Tests;

/// <summary>IoU and confusion matrix against cases computed by hand.</summary>
internal sealed class ScoreTests
{
    [Test]
    public void IouOfTwoClassesByHand()
    {
        // Truth 1 1 1 2 2 0, prediction 1 1 2 2 1 2: class 1 has 2 right of a union of 4, class 2 has 1 right of 3; the 0 is not counted.
        ConfusionMatrix matrix = Compare([1, 1, 2, 2, 1, 2], [1, 1, 1, 2, 2, 0], 6, 1);
        Assert.That(matrix.Iou(1), Is.EqualTo(2.0 / 4));
        Assert.That(matrix.Iou(2), Is.EqualTo(1.0 / 3));
        Assert.That(matrix.MeanIou(), Is.EqualTo((0.5 + (1.0 / 3)) / 2).Within(1e-15));
        Assert.That(matrix.Pixels, Is.EqualTo(5));
        Assert.That(matrix.Accuracy(), Is.EqualTo(3.0 / 5));
        Assert.That((matrix[1, 1], matrix[1, 2], matrix[2, 1], matrix[2, 2]), Is.EqualTo((2L, 1L, 1L, 1L)));
    }

    [Test]
    public void APredictedClassThatTheTruthLacksCountsAgainstTheOthersOnly()
    {
        ConfusionMatrix matrix = Compare([1, 3, 3, 0], [1, 1, 1, 1], 2, 2);
        Assert.That(matrix.Classes, Is.EqualTo((int[])[1]));
        Assert.That(matrix.Predictions, Is.EqualTo((int[])[0, 1, 3]));
        Assert.That(matrix.MeanIou(), Is.EqualTo(0.25));
    }

    [Test]
    public void TheOffsetMakesClassZeroCount()
    {
        ConfusionMatrix matrix = Compare([1, 2, 2, 1], [0, 1, 1, 1], 4, 1, offset: 1);
        Assert.That(matrix.Classes, Is.EqualTo((int[])[1, 2]));
        Assert.That(matrix.Iou(1), Is.EqualTo(0.5));
        Assert.That(matrix.Iou(2), Is.EqualTo(2.0 / 3));
    }

    [Test]
    public void ValuesAbove255AreKeptApart()
    {
        using var prediction = MemoryImage.FromMemory<ushort>((ushort[])[300, 300, 44, 300], 2, 2);
        using var truth = MemoryImage.FromMemory<ushort>((ushort[])[300, 300, 300, 44], 2, 2);
        ConfusionMatrix matrix = Score.Compare(prediction, truth);
        Assert.That(matrix.Iou(300), Is.EqualTo(2.0 / 4));
        Assert.That(matrix.Iou(44), Is.Zero);
        Assert.That((matrix[300, 44], matrix[44, 300]), Is.EqualTo((1L, 1L)));
    }

    [Test]
    public void PooledCountsAreTheSum()
    {
        ConfusionMatrix pool = Compare([1, 2], [1, 1], 2, 1);
        pool.Add(Compare([2, 2], [2, 1], 2, 1));
        Assert.That((pool[1, 1], pool[1, 2], pool[2, 2]), Is.EqualTo((1L, 2L, 1L)));
        Assert.That(pool.Iou(1), Is.EqualTo(1.0 / 3));
    }

    [TestCase(1)]
    [TestCase(2)]
    [TestCase(5)]
    public void CountsDoNotDependOnThreadsAndMatchAPlainLoop(int threads)
    {
        const int Width = 1500, Height = 1100;
        var random = new Random(3);
        byte[] labels = new byte[Width * Height], classes = new byte[Width * Height];
        long[,] counts = new long[4, 4];
        for (int i = 0; i < labels.Length; i++)
        {
            labels[i] = (byte)random.Next(4);
            classes[i] = (byte)random.Next(4);
            counts[classes[i], labels[i]]++;
        }
        using var prediction = MemoryImage.FromMemory<byte>(labels, Width, Height);
        using var truth = MemoryImage.FromMemory<byte>(classes, Width, Height);
        ConfusionMatrix matrix = Score.Compare(prediction, truth, 0, new ComputeOptions { Threads = threads });
        for (int value = 1; value < 4; value++)
        {
            for (int label = 0; label < 4; label++)
            {
                Assert.That(matrix[value, label], Is.EqualTo(counts[value, label]), $"truth {value}, label {label}");
            }
        }
        Assert.That(matrix[0, 1], Is.Zero);
    }

    [Test]
    [CancelAfter(60_000)]
    public void ImagesGivenAsLabelsAreRefusedAtOnce()
    {
        ushort[] noise = new ushort[1000 * 1000];
        var random = new Random(1);
        for (int i = 0; i < noise.Length; i++)
        {
            noise[i] = (ushort)random.Next(1 << 16);
        }
        using MemoryImage image = MemoryImage.FromMemory<ushort>(noise, 1000, 1000, name: "photo");
        Assert.That(
            () => Score.Compare(image, image),
            Throws.InstanceOf<FastSegException>().With.Message.Contains("photo holds more than 255 different values"));
    }

    [Test]
    public void AnotherSizeIsRefused()
    {
        using var prediction = MemoryImage.FromMemory<byte>(new byte[6], 3, 2, name: "p.tif");
        using var truth = MemoryImage.FromMemory<byte>(new byte[6], 2, 3, name: "t.tif");
        FastSegException e = Assert.Throws<FastSegException>(() => Score.Compare(prediction, truth))!;
        Assert.That(e.Message, Does.Contain("p.tif is 3 x 2").And.Contain("t.tif is 2 x 3"));
    }

    [Test]
    public void ATruthWithoutLabelsIsRefused()
    {
        FastSegException e = Assert.Throws<FastSegException>(() => Compare([1, 2], [0, 0], 2, 1))!;
        Assert.That(e.Message, Does.Contain("no pixel of the truth is labelled"));
    }

    [Test]
    public void FractionsAndTwoChannelsAreNoLabels()
    {
        using var labels = MemoryImage.FromMemory<byte>((byte[])[1], 1, 1);
        using var real = MemoryImage.FromMemory<float>((float[])[1.5f], 1, 1, name: "f.npy");
        using var colour = MemoryImage.FromMemory<byte>((byte[])[1, 1], 1, 1, 2, name: "c.png");
        Assert.That(
            Assert.Throws<FastSegException>(() => Score.Compare(real, labels))!.Message,
            Does.Contain("f.npy").And.Contain("1.5, which is no whole"));
        Assert.That(
            Assert.Throws<FastSegException>(() => Score.Compare(labels, colour))!.Message, Does.Contain("c.png").And.Contain("2 channels"));
    }

    private static ConfusionMatrix Compare(byte[] prediction, byte[] truth, int width, int height, int offset = 0)
    {
        using var labels = MemoryImage.FromMemory<byte>(prediction, width, height);
        using var classes = MemoryImage.FromMemory<byte>(truth, width, height);
        return Score.Compare(labels, classes, offset);
    }
}
