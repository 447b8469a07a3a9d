using FastSeg.Checks;
using FastSeg.Forest;
using FastSeg.Forest.Growing;
using FastSeg.Forest.Saved;
using FastSeg.Native;
using FastSeg.Tests.Reference;
using NUnit.Framework;

namespace FastSeg.Tests.Forest.Growing;

/// <summary>The own booster: its trees against a scalar reference and against libxgboost, and what they must not depend on.</summary>
public sealed unsafe class ForestGrowerTests
{
    private const int Features = 6;

    private static readonly TrainingOptions All =
        TrainingOptions.Published with { Booster = TreeBooster.FastSeg, Rounds = 6, Depth = 4, LearningRate = 0.3 };

    [Test]
    public void TreesAreThoseOfTheReference(
        [Values(2, 3)] int classes, [Values(0, 9)] int steps, [Values(0.0, 1.0)] double lambda, [Values(0.0, 1.0)] double least)
    {
        float[] rows = TrainedModels.Rows(new Random(5), 700, Features, steps);
        int[] labels = TrainedModels.Labels(new Random(6), rows, Features, classes);
        float[] weights = [.. labels.Select((_, row) => 0.5f + (row % 3))];
        TrainingOptions options = All with { Lambda = lambda, MinChildWeight = least, MaxBin = 16 };
        DecisionForest forest = ForestReader.Parse(TrainedModels.Train(rows, labels, Features, classes, options, weights));
        new GrowingReference(rows, labels, weights, Features, classes, options).Check(forest);
    }

    [Test]
    public void WithoutChanceTheTreesAreXgBoosts([Values(2, 4)] int classes)
    {
        // Fewer distinct values than bins: both know every cut, so that nothing but the order of sums differs.
        float[] rows = TrainedModels.Rows(new Random(8), 3000, Features, 50);
        int[] labels = TrainedModels.Labels(new Random(9), rows, Features, classes);
        byte[] own = TrainedModels.Train(rows, labels, Features, classes, All);
        byte[] library = TrainedModels.Train(rows, labels, Features, classes, All with { Booster = TreeBooster.XgBoost });
        (DecisionForest mine, DecisionForest theirs) = (ForestReader.Parse(own), ForestReader.Parse(library));
        Assert.That(mine.Trees.Select(tree => tree.Nodes), Is.EqualTo(theirs.Trees.Select(tree => tree.Nodes)));
        Assert.That(mine.Feature, Is.EqualTo(theirs.Feature));
        float[] expected = XgBoostReference.Margins(library, rows, Features), found = Margins(mine, rows);
        float shift = classes == 2 ? 0 : 0.5f;
        Assert.That(found.Zip(expected, (m, x) => Math.Abs(m + shift - x)).Max(), Is.LessThan(1e-4), "margins");
    }

    [Test]
    public void XgBoostLoadsTheModelAndPredictsTheSame([Values(2, 3)] int classes)
    {
        float[] rows = TrainedModels.Rows(new Random(1), 900, Features);
        int[] labels = TrainedModels.Labels(new Random(2), rows, Features, classes);
        byte[] model = TrainedModels.Train(
            rows, labels, Features, classes, new TrainingOptions { Booster = TreeBooster.FastSeg, Rounds = 20 });
        Assert.That(XgBoostReference.Margins(model, rows, Features), Is.EqualTo(Margins(ForestReader.Parse(model), rows)));
    }

    [Test]
    public void BytesDoNotDependOnThreads([Values(2, 3)] int classes)
    {
        float[] rows = TrainedModels.Rows(new Random(3), 30_000, Features);
        int[] labels = TrainedModels.Labels(new Random(4), rows, Features, classes);
        var options = new TrainingOptions { Booster = TreeBooster.FastSeg, Rounds = 4, ColsampleByNode = 0.9 };
        byte[] one = Train(rows, labels, classes, options, 1);
        foreach (int threads in (int[])[2, 3, 8])
        {
            Assert.That(Train(rows, labels, classes, options, threads), Is.EqualTo(one), $"{threads} threads");
        }
        Assert.That(Train(rows, labels, classes, options with { Seed = 1 }, 1), Is.Not.EqualTo(one));
    }

    [Test]
    public void MemoryIsWhatIsPlanned()
    {
        const int Count = 20_000;
        float[] rows = TrainedModels.Rows(new Random(3), Count, Features);
        int[] labels = TrainedModels.Labels(new Random(4), rows, Features, 3);
        long before = HostBuffer.LiveBytes;
        HostBuffer.ResetPeak();
        var options = new TrainingOptions { Rounds = 2 };
        Train(rows, labels, 3, options, 2);
        Assert.That(HostBuffer.PeakBytes - before, Is.LessThanOrEqualTo(ForestGrower.Bytes(Count, Features, 3, options, 2)));
        Assert.That(HostBuffer.LiveBytes, Is.EqualTo(before), "all is given back");
    }

    [Test]
    public void AForestOfManySmallTreesCanBeRead()
    {
        // Small trees take several times their text in memory; the reader's budget must have room for them.
        const int Rounds = 30_000;
        float[] rows = TrainedModels.Rows(new Random(3), 40, Features);
        int[] labels = TrainedModels.Labels(new Random(4), rows, Features, 2);
        byte[] model = TrainedModels.Train(rows, labels, Features, 2, All with { Rounds = Rounds, Depth = 1, LearningRate = 0.001 });
        Assert.That(ForestReader.Parse(model).Trees, Has.Length.EqualTo(Rounds));
    }

    [Test]
    public void NothingToSplitGivesLeaves()
    {
        float[] rows = new float[20 * Features];
        int[] labels = [.. Enumerable.Range(0, 20).Select(row => row % 4 == 0 ? 0 : 1)];
        DecisionForest forest = ForestReader.Parse(TrainedModels.Train(rows, labels, Features, 2, All with { Rounds = 50 }));
        Assert.That(forest.Trees, Has.All.Property(nameof(Tree.Nodes)).EqualTo(1));
        // Three rows in four are of class 1: the margin goes to ln 3.
        Assert.That(Margins(forest, rows)[0], Is.EqualTo(Math.Log(3)).Within(0.05));
    }

    [Test]
    public void TwoRowsAreEnough()
    {
        float[] rows = new float[2 * Features];
        rows[Features] = 1;
        byte[] model = TrainedModels.Train(rows, [0, 1], Features, 2, All with { MinChildWeight = 0, Rounds = 20 });
        float[] margins = Margins(ForestReader.Parse(model), rows);
        Assert.That(margins[0], Is.LessThan(-1));
        Assert.That(margins[1], Is.GreaterThan(1));
    }

    [Test]
    public void CancellationStopsBetweenLevels()
    {
        float[] rows = TrainedModels.Rows(new Random(3), 500, Features);
        int[] labels = TrainedModels.Labels(new Random(4), rows, Features, 2);
        using var source = new CancellationTokenSource();
        var rounds = new List<int>();
        void After(int round)
        {
            rounds.Add(round);
            if (round == 3)
            {
                source.Cancel();
            }
        }
        Assert.That(
            () => TrainedModels.Train(rows, labels, Features, 2, All, afterRound: After, cancellation: source.Token),
            Throws.InstanceOf<OperationCanceledException>());
        Assert.That(rounds, Is.EqualTo((int[])[1, 2, 3]));
    }

    [Test]
    public void MoreBinsThanABytesAreRefused() => Assert.That(
        () => TrainedModels.Train(new float[12], [0, 1], Features, 2, All with { MaxBin = 257 }),
        Throws.TypeOf<FastSegException>().With.Message.Contains("max-bin of FastSeg's booster is 257; it must be 2 to 256"));

    private static byte[] Train(float[] rows, int[] labels, int classes, TrainingOptions options, int threads)
    {
        fixed (float* data = rows)
        fixed (int* classOf = labels)
        {
            return ForestGrower.Train(
                data, classOf, null, labels.Length, Features, classes, options, new ComputeOptions { Threads = threads }, null, null);
        }
    }

    /// <summary>Margins of every row: rows x groups, added in the order of the trees.</summary>
    private static float[] Margins(DecisionForest forest, float[] rows)
    {
        float[] margins = new float[rows.Length / Features * forest.Groups];
        for (int row = 0; row < rows.Length / Features; row++)
        {
            forest.BaseMargins.CopyTo(margins, row * forest.Groups);
            foreach (Tree tree in forest.Trees)
            {
                int node = tree.First;
                while (forest.Feature[node] >= 0)
                {
                    node = rows[(row * Features) + forest.Feature[node]] < forest.Value[node] ? node + 1 : forest.Right[node];
                }
                margins[(row * forest.Groups) + tree.Group] += forest.Value[node];
            }
        }
        return margins;
    }
}
