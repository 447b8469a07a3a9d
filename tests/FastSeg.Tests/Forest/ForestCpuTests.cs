using FastSeg.Forest;
using FastSeg.Forest.Saved;
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
        byte[] model = TrainedModels.Train(
            rows, labels, 7, classes, TrainingOptions.Published with { Rounds = 8, Depth = depth, BoosterThreads = 1 });
        ForestCheck.AssertEqual(model, rows, 7, 64, 3);
    }

    [Test]
    public void RandomForestsEqualXgBoost(
        [Values(0, 1, 2, 3, 4, 5, 7, 9, 12)] int depth, [Values(1, 2, 3, 20)] int groups, [Values(3, 100, 3000)] int thresholds)
    {
        var model = new RandomModel(depth) { Depth = depth, Groups = groups, Thresholds = thresholds, Fill = depth < 8 ? 0.9 : 0.7 };
        ForestCheck.AssertEqual(model.Bytes(), TrainedModels.Rows(new Random(depth), 700, 7, steps: thresholds), 7, 100, 2);
    }

    [Test]
    public void ForestsOfParallelTreesEqualXgBoost() =>
        ForestCheck.AssertEqual(
            new RandomModel(5) { TreesARound = 7, Rounds = 2, Depth = 9 }.Bytes(), TrainedModels.Rows(new Random(5), 500, 7), 7, 256, 16);

    [Test]
    public void MissingValuesGoTheDefaultWay()
    {
        float[] rows = TrainedModels.Rows(new Random(6), 700, 7);
        for (int i = 0; i < rows.Length; i += 5)
        {
            rows[i] = float.NaN;
        }
        ForestCheck.AssertEqual(new RandomModel(6).Bytes(), rows, 7, 32, 4);
    }

    [Test]
    public void EveryBandSizeGivesTheSameMargins([Values(1, 63, 64, 65, 200)] int width, [Values(1, 3)] int height) =>
        ForestCheck.AssertEqual(new RandomModel(7).Bytes(), TrainedModels.Rows(new Random(7), 403, 7), 7, width, height);

    [Test]
    public void SquaresArePrunedUpToDepth6And255Planes([Values(5, 6)] int depth)
    {
        foreach (int features in (int[])[63, 64, 127, 128, 174, 255, 256])
        {
            byte[] model = new RandomModel(features) { Features = features, Depth = depth, Rounds = 40, Fill = 0.97 }.Bytes();
            Prediction prediction = ForestCheck.AssertEqual(
                model, ForestCheck.SmoothRows(depth, 1500, features, 48), features, 48, 32, 256);
            Assert.That(ForestTablesCpu.Of(ForestReader.Parse(model)).Planes, Is.EqualTo(features));
            Assert.That(prediction.Pruning, Is.EqualTo(features < 256 ? Pruning.Squares : Pruning.Strips), $"{features} features");
            Assert.That(prediction.SplitsASquare, Is.LessThan(0.7 * ForestReader.Parse(model).Splits), $"{features} features");
        }
    }

    [Test]
    public void TreesUpToDepth6AreEvaluatedWholeWith512Bits([Values(1, 4, 5, 6)] int depth, [Values(7, 300)] int features)
    {
        Widths.Need(512);
        // Trees of all depths take turns, single leaves among them.
        byte[] model = new RandomModel(depth) { Features = features, Depth = depth, Rounds = 60, Fill = 0.6 }.Bytes();
        DecisionForest forest = ForestReader.Parse(model);
        Assert.That(forest.Depth.Distinct().Order().ToArray(), Is.EqualTo(Enumerable.Range(0, depth + 1).ToArray()));
        float[] rows = TrainedModels.Rows(new Random(depth), 700, features);
        foreach ((int width, int height) in ((int, int)[])[(1, 1), (17, 16), (33, 20), (50, 14)])
        {
            Prediction prediction = ForestCheck.AssertEqual(model, rows, features, width, height, 512);
            Assert.That(prediction.Pruning, Is.EqualTo(Pruning.None));
            Assert.That(prediction.SplitsASquare, Is.EqualTo(forest.Splits));
        }
    }

    [Test]
    public void SmallTreesAreNotPrunedAndDeepOnesInStrips([Values(256, 512)] int bits)
    {
        Widths.Need(bits);
        foreach ((int depth, Pruning pruning) in ((int, Pruning)[])[
            (3, Pruning.None), (4, bits == 256 ? Pruning.Squares : Pruning.None), (7, Pruning.Strips), (8, Pruning.Strips)])
        {
            byte[] model = new RandomModel(depth) { Depth = depth, Rounds = 9, Fill = 0.97 }.Bytes();
            float[] rows = ForestCheck.SmoothRows(depth, 900, 7, 40);
            Assert.That(ForestCheck.AssertEqual(model, rows, 7, 40, 17, bits).Pruning, Is.EqualTo(pruning), $"depth {depth}");
        }
    }

    [Test]
    public void ThousandsOfThresholdsAFeatureTakeSeveralPlanes([Values(256, 512)] int bits)
    {
        Widths.Need(bits);
        byte[] model = new RandomModel(10) { Features = 2, Depth = 7, Rounds = 40, Fill = 0.97, Thresholds = 1_000_000 }.Bytes();
        DecisionForest forest = ForestReader.Parse(model);
        Assert.That(forest.Value.Where((_, node) => forest.Feature[node] == 0).Distinct().Count(), Is.GreaterThan(5000));
        Assert.That(ForestTablesCpu.Of(forest).Planes, Is.GreaterThan(2 * 5000 / ForestThresholds.MostOfPlane));
        float[] rows = TrainedModels.Rows(new Random(10), 900, 2);
        for (int i = 0; i < rows.Length; i += 3)
        {
            rows[i] = forest.Value.Where((_, node) => forest.Feature[node] == i % 2).ElementAt(i);
        }
        Assert.That(ForestCheck.AssertEqual(model, rows, 2, 40, 20, bits).TreesWalked, Is.Zero);
    }

    [Test]
    public void TreesOfTooManyLeavesAndTooDeepOnesAreWalked([Values(256, 512)] int bits)
    {
        Widths.Need(bits);
        long Walked(RandomModel model) =>
            ForestCheck.AssertEqual(model.Bytes(), TrainedModels.Rows(new Random(11), 600, 7), 7, 32, 16, bits).TreesWalked;
        Assert.That(Walked(new RandomModel(11) { Groups = 1, Depth = 9, Fill = 1, Rounds = 5 }), Is.GreaterThan(0), "512 leaves");
        Assert.That(Walked(new RandomModel(11) { Chain = 64 }), Is.Zero, "a chain of 64");
        Assert.That(
            Walked(new RandomModel(11) { Chain = 65 }), Is.EqualTo(18 * 6),
            "a chain of 65: every tree, in the two squares of 32 x 16, of 32 x 2 and of 24 x 1 pixels");
        Assert.That(Walked(new RandomModel(11) { Chain = 300 }), Is.GreaterThan(0), "a chain of 300");
    }

    [Test]
    public void ExtremeThresholdsAndValuesEqualXgBoost([Values(256, 512)] int bits)
    {
        Widths.Need(bits);
        float[] extremes =
        [
            0, -0f, float.Epsilon, -float.Epsilon, 1e-45f, 1e-40f, -1e-40f, 1.17549421e-38f, 1.17549435e-38f, -1.17549435e-38f,
            float.MaxValue, -float.MaxValue, 3e38f, 1, -1, 1.00000012f,
        ];
        float[] rows = new float[1200 * 7];
        var random = new Random(12);
        for (int i = 0; i < rows.Length; i++)
        {
            rows[i] = random.Next(40) switch
            {
                0 when i % 500 == 0 => float.PositiveInfinity,
                1 when i % 500 == 1 => float.NegativeInfinity,
                < 30 => extremes[random.Next(extremes.Length)],
                _ => (random.NextSingle() - 0.5f) * 1e-39f,
            };
        }
        byte[] model = new RandomModel(12) { Values = extremes, Rounds = 20, Fill = 0.97 }.Bytes();
        DecisionForest forest = ForestReader.Parse(model);
        foreach (float extreme in extremes)
        {
            Assert.That(forest.Value.Where((_, node) => forest.Feature[node] >= 0), Has.Member(extreme));
        }
        // Resaved: both sides read the same bytes, whatever libxgboost made of the decimals.
        ForestCheck.AssertEqual(XgBoostPeer.Resave(model, "ubj"), rows, 7, 64, 16, bits);
    }
}
