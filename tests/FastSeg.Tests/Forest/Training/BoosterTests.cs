using FastSeg.Forest;
using FastSeg.Forest.Saved;
using FastSeg.Native;
using FastSeg.Tests.Reference;
using NUnit.Framework;

namespace FastSeg.Tests.Forest.Training;

/// <summary>Training through libxgboost's C API.</summary>
public sealed class BoosterTests
{
    private const int Features = 6;

    private static readonly float[] Rows = TrainedModels.Rows(new Random(1), 4000, Features);

    private static readonly int[] Three = TrainedModels.Labels(new Random(2), Rows, Features, 3);

    [Test]
    public void SameInputGivesTheSameBytes([Values(2, 3)] int classes)
    {
        int[] labels = TrainedModels.Labels(new Random(3), Rows, Features, classes);
        var options = TrainingOptions.Published with { Rounds = 5, Seed = 11 };
        byte[] first = TrainedModels.Train(Rows, labels, Features, classes, options);
        byte[] second = TrainedModels.Train(Rows, labels, Features, classes, options);
        Assert.That(second, Is.EqualTo(first));
        byte[] other = TrainedModels.Train(Rows, labels, Features, classes, options with { Rounds = 4 });
        Assert.That(other, Is.Not.EqualTo(first));
    }

    [Test]
    public void OptionsReachXgBoost()
    {
        byte[] model = TrainedModels.Train(Rows, Three, Features, 3, TrainingOptions.Published with { Rounds = 4, Depth = 2 });
        DecisionForest forest = ForestReader.Parse(model);
        Assert.That(forest.Trees, Has.Length.EqualTo(12));
        Assert.That(forest.Trees.Max(tree => tree.Nodes), Is.EqualTo(7), "depth 2");
        Assert.That((forest.Features, forest.Classes, forest.Groups), Is.EqualTo((Features, 3, 3)));
        DecisionForest slower = ForestReader.Parse(
            TrainedModels.Train(Rows, Three, Features, 3, TrainingOptions.Published with { Rounds = 4, Depth = 2, LearningRate = 0.1 }));
        float Largest(DecisionForest of) => of.Value.Where((_, i) => of.Feature[i] < 0).Max();
        Assert.That(Largest(slower), Is.LessThan(Largest(forest)));
        DecisionForest coarse = ForestReader.Parse(
            TrainedModels.Train(Rows, Three, Features, 3, TrainingOptions.Published with { Rounds = 20, MaxBin = 4 }));
        int distinct = coarse.Value.Where((_, i) => coarse.Feature[i] == 0).Distinct().Count();
        Assert.That(distinct, Is.LessThanOrEqualTo(4));
    }

    [Test]
    public void BalanceEqualsWeightsByHand()
    {
        var options = TrainingOptions.Published with { Rounds = 3 };
        float[] weights = [.. Three.Select(label => (float)(Three.Length / (3.0 * Three.Count(other => other == label))))];
        byte[] byHand = TrainedModels.Train(Rows, Three, Features, 3, options, weights);
        Assert.That(TrainedModels.Train(Rows, Three, Features, 3, options with { Balance = true }), Is.EqualTo(byHand));
        Assert.That(TrainedModels.Train(Rows, Three, Features, 3, options), Is.Not.EqualTo(byHand));
    }

    [Test]
    public void ProgressIsReportedAndCancellationStops()
    {
        var rounds = new List<int>();
        using var source = new CancellationTokenSource();
        void After(int round)
        {
            rounds.Add(round);
            if (round == 3)
            {
                source.Cancel();
            }
        }
        Assert.That(
            () => TrainedModels.Train(
                Rows, Three, Features, 3, TrainingOptions.Published with { Rounds = 9 }, afterRound: After, cancellation: source.Token),
            Throws.InstanceOf<OperationCanceledException>());
        Assert.That(rounds, Is.EqualTo((int[])[1, 2, 3]));
    }

    [Test]
    public void ClassesWithoutRowsAreRefused()
    {
        Assert.That(() => TrainedModels.Train(Rows, new int[4000], Features, 1, new TrainingOptions()),
            Throws.TypeOf<FastSegException>().With.Message.Contains("at least 2"));
        Assert.That(() => TrainedModels.Train(Rows, Three, Features, 4, new TrainingOptions()),
            Throws.TypeOf<FastSegException>().With.Message.Contains("Class 4 of 4"));
    }

    [Test]
    public void OptionsOutOfRangeAreRefusedByName()
    {
        foreach ((TrainingOptions options, string name) in ((TrainingOptions, string)[])[
            (new() { Rounds = 0 }, "rounds"), (new() { Depth = 31 }, "depth"), (new() { MaxBin = 1 }, "max-bin"),
            (new() { Seed = -1 }, "seed"), (new() { LearningRate = 0 }, "learning rate"),
            (new() { LearningRate = double.NaN }, "learning rate"), (new() { BoosterThreads = 0 }, "threads")])
        {
            Assert.That(
                () => TrainedModels.Train(Rows, Three, Features, 3, options),
                Throws.TypeOf<FastSegException>().With.Message.Contains(name));
        }
    }

    [Test]
    public void AFailingCallCarriesXgBoostsOwnText()
    {
        Assert.That(() => XgBoostPeer.Margins("no model at all"u8.ToArray(), Rows, Features),
            Throws.TypeOf<FastSegException>()
                .With.Message.StartsWith("XGBoost failed while loading: ").And.Message.Not.Contains("Stack trace"));
        const string Message = "[12:34:56] ./src/learner.cc:789: Check failed: a == b (1 vs. 2) : why\nStack trace:\n  [bt] (0)";
        Assert.That(XgBoostError.FirstSentence(Message),
            Is.EqualTo("Check failed: a == b (1 vs. 2) : why"));
    }

    [Test]
    public void ANamedLibraryThatIsNotThereIsRefused() =>
        Assert.That(() => XgBoostLibrary.Load("/no/such/folder"),
            Throws.TypeOf<FastSegException>().With.Message.Contains("FASTSEG_XGBOOST").And.Message.Contains("/no/such/folder"));

    [Test]
    public void ANamedFolderIsUsed()
    {
        string folder = Directory.CreateTempSubdirectory("fastseg").FullName;
        try
        {
            File.WriteAllText(Path.Combine(folder, "libxgboost.so"), "not a library");
            Assert.That(() => XgBoostLibrary.Load(folder), Throws.TypeOf<FastSegException>());
            Assert.That(XgBoostLibrary.Load(null).Path, Does.Contain("libxgboost"));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
