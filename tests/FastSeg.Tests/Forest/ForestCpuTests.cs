using System.Runtime.InteropServices;
using FastSeg.Forest;
using FastSeg.Native;
using FastSeg.Tests.Reference;
using NUnit.Framework;

namespace FastSeg.Tests.Forest;

/// <summary>Margins bit-equal to libxgboost's own, whatever the forest and the band.</summary>
public sealed class ForestCpuTests
{
    [Test]
    public void TrainedForestsEqualXgBoost([Values(1, 2, 6, 12)] int depth, [Values(2, 3, 8, 20)] int classes)
    {
        var random = new Random(depth + (100 * classes));
        float[] rows = TrainedModels.Rows(random, 900, 7);
        int[] labels = TrainedModels.Labels(random, rows, 7, classes);
        byte[] model = TrainedModels.Train(rows, labels, 7, classes, new TrainingOptions { Rounds = 8, Depth = depth, BoosterThreads = 1 });
        AssertEqual(model, rows, 7, 64, 3);
    }

    [Test]
    public void RandomForestsEqualXgBoost(
        [Values(0, 1, 2, 3, 4, 5, 7, 9, 12)] int depth, [Values(1, 2, 3, 20)] int groups, [Values(3, 100, 3000)] int thresholds)
    {
        var model = new RandomModel(depth) { Depth = depth, Groups = groups, Thresholds = thresholds, Fill = depth < 8 ? 0.9 : 0.7 };
        AssertEqual(model.Bytes(), TrainedModels.Rows(new Random(depth), 700, 7, steps: thresholds), 7, 100, 2);
    }

    [Test]
    public void ForestsOfParallelTreesEqualXgBoost() =>
        AssertEqual(new RandomModel(5) { TreesARound = 7, Rounds = 2, Depth = 9 }.Bytes(), TrainedModels.Rows(new Random(5), 500, 7), 7, 256, 16);

    [Test]
    public void MissingValuesGoTheDefaultWay()
    {
        float[] rows = TrainedModels.Rows(new Random(6), 700, 7);
        for (int i = 0; i < rows.Length; i += 5)
        {
            rows[i] = float.NaN;
        }
        AssertEqual(new RandomModel(6).Bytes(), rows, 7, 32, 4);
    }

    [Test]
    public void EveryBandSizeGivesTheSameMargins([Values(1, 63, 64, 65, 200)] int width, [Values(1, 3)] int height) =>
        AssertEqual(new RandomModel(7).Bytes(), TrainedModels.Rows(new Random(7), 403, 7), 7, width, height);

    private static void AssertEqual(byte[] model, float[] rows, int features, int width, int height)
    {
        DecisionForest forest = DecisionForest.Parse(model);
        float[] expected = XgBoostPeer.Margins(model, rows, features);
        float[] walked = new float[expected.Length];
        for (int i = 0; i < rows.Length / features; i++)
        {
            forest.Margins(rows.AsSpan(i * features, features), walked.AsSpan(i * forest.Groups, forest.Groups));
        }
        Assert.That(Bits(walked), Is.EqualTo(Bits(expected)), "walk");
        int chosen = VectorPath.Bits;
        try
        {
            foreach (int bits in VectorPath.Available)
            {
                VectorPath.Bits = bits;
                Assert.That(Bits(Bands.Margins(forest, rows, features, width, height)), Is.EqualTo(Bits(expected)), $"{bits} bits");
            }
        }
        finally
        {
            VectorPath.Bits = chosen;
        }
    }

    private static int[] Bits(float[] values) => MemoryMarshal.Cast<float, int>(values.AsSpan()).ToArray();
}
