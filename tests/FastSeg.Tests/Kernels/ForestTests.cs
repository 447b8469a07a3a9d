using System.Text.RegularExpressions;
using FastSeg.Forest;
using FastSeg.Forest.Saved;
using FastSeg.Gpu;
using FastSeg.Kernels;
using FastSeg.Tests.Forest;
using FastSeg.Tests.Reference;
using ILGPU;
using NUnit.Framework;
using KernelForest = FastSeg.Kernels.Forest;

namespace FastSeg.Tests.Kernels;

/// <summary>Margins bit-equal to XGBoost's and labels to <see cref="Decision"/>'s, whatever the forest and the number of pixels.</summary>
[TestFixture]
internal sealed class ForestTests
{
    private static readonly Delegate[] SharedKernels =
    [
        (Action<ForestChunks, ForestPixels>)KernelForest.WalkFew,
        (Action<ForestChunks, ForestPixels>)KernelForest.WalkMore,
        (Action<ForestChunks, ForestPixels>)KernelForest.WalkMost,
    ];

    private GpuDevice _device = null!;
    private ForestRunner _runner = null!;

    [OneTimeSetUp]
    public void Open()
    {
        _device = GpuDevice.OpenSimulated();
        _runner = new ForestRunner(_device);
    }

    [OneTimeTearDown]
    public void Close() => _device.Dispose();

    [Test, Pairwise]
    public void RandomForestsEqualTheWalk(
        [Values(0, 1, 2, 5, 6, 7, 8, 9, 12)] int depth, [Values(1, 3, 20)] int groups, [Values(3, 100, 3000)] int thresholds)
    {
        var model = new RandomModel(depth + groups)
        {
            Depth = depth,
            Groups = groups,
            Thresholds = thresholds,
            Rounds = groups == 20 ? 1 : 5,
            Fill = depth < 8 ? 0.9 : 0.7,
        };
        _runner.Check(ForestReader.Parse(model.Bytes()), TrainedModels.Rows(new Random(depth), 37, 7, steps: thresholds), ForestWalk.Few);
    }

    [Test]
    public void AnyNumberOfPixels([Values(1, 31, 32, 33, 127, 128, 129, 300)] int pixels) =>
        _runner.Check(
            ForestReader.Parse(new RandomModel(pixels).Bytes()), TrainedModels.Rows(new Random(pixels), pixels, 7), ForestWalk.Few);

    [Test]
    public void ATrainedForestEqualsXgBoost([Values(2, 5)] int classes)
    {
        var random = new Random(classes);
        float[] rows = TrainedModels.Rows(random, 400, 7);
        int[] labels = TrainedModels.Labels(random, rows, 7, classes);
        byte[] model = TrainedModels.Train(rows, labels, 7, classes, TrainingOptions.Published with { Rounds = 20, BoosterThreads = 1 });
        float[] few = rows[..(140 * 7)];
        float[] margins = _runner.Check(ForestReader.Parse(model), few, ForestWalk.Few);
        Assert.That(ForestRunner.Bits(margins), Is.EqualTo(ForestRunner.Bits(XgBoostPeer.Margins(model, few, 7))));
    }

    [Test]
    public void HundredsOfTreesFillManyChunks()
    {
        byte[] model = new RandomModel(1) { Rounds = 67, TreesARound = 2 }.Bytes();
        float[] rows = TrainedModels.Rows(new Random(1), 50, 7);
        DecisionForest forest = ForestReader.Parse(model);
        Assert.That(ForestTablesGpu.Of(forest).Chunks, Has.Length.GreaterThan(8 * ForestChunks.ChunkFields));
        float[] margins = _runner.Check(forest, rows, ForestWalk.Few);
        Assert.That(ForestRunner.Bits(margins), Is.EqualTo(ForestRunner.Bits(XgBoostPeer.Margins(model, rows, 7))));
    }

    [TestCase(64, ForestWalk.Few)]
    [TestCase(65, ForestWalk.More)]
    [TestCase(128, ForestWalk.More)]
    [TestCase(129, ForestWalk.Most)]
    [TestCase(256, ForestWalk.Most)]
    [TestCase(257, ForestWalk.Large)]
    public void EveryNumberOfBytePlanes(int planes, ForestWalk walk)
    {
        // So many splits that every feature has one, and so every byte plane.
        byte[] model = new RandomModel(planes) { Features = planes, Rounds = 30, Thresholds = 3, Fill = 1 }.Bytes();
        DecisionForest forest = ForestReader.Parse(model);
        Assert.That(new BinTables(forest).Planes, Is.EqualTo(planes));
        _runner.Check(forest, TrainedModels.Rows(new Random(planes), 150, planes, steps: 3), walk);
    }

    [Test]
    public void AFeatureOfManyThresholdsTakesSeveralBytePlanes()
    {
        byte[] model = new RandomModel(12) { Features = 2, Groups = 1, Rounds = 90, Thresholds = 3000 }.Bytes();
        DecisionForest forest = ForestReader.Parse(model);
        BinTables bins = new(forest);
        Assert.That(bins.Search.Features[0].End, Is.GreaterThan(2));
        Assert.That(bins.Planes, Is.EqualTo(ForestTablesCpu.Of(forest).Planes));
        _runner.Check(forest, TrainedModels.Rows(new Random(12), 300, 2, steps: 3000), ForestWalk.Few);
    }

    [Test]
    public void ATreeTooLargeForSharedMemoryIsWalkedInGlobalMemory([Values(1, 4)] int groups)
    {
        byte[] model = new RandomModel(groups) { Depth = 12, Fill = 1, Groups = groups, Rounds = 1 }.Bytes();
        _runner.Check(ForestReader.Parse(model), TrainedModels.Rows(new Random(3), 50, 7), ForestWalk.Large);
    }

    [Test]
    public void InfiniteValuesAreOrdered()
    {
        float[] rows = TrainedModels.Rows(new Random(4), 60, 7);
        for (int i = 0; i < rows.Length; i += 3)
        {
            rows[i] = i % 2 == 0 ? float.PositiveInfinity : float.NegativeInfinity;
        }
        _runner.Check(ForestReader.Parse(new RandomModel(4) { Thresholds = 3000 }.Bytes()), rows, ForestWalk.Few);
    }

    [Test]
    public void AValueThatIsNoNumberIsReported()
    {
        DecisionForest forest = ForestReader.Parse(new RandomModel(5).Bytes());
        float[] rows = TrainedModels.Rows(new Random(5), 60, 7);
        Assert.That(_runner.Run(forest, rows, ForestWalk.Few, new byte[60], null), Is.False);
        rows[201] = float.NaN;
        Assert.That(_runner.Run(forest, rows, ForestWalk.Few, new byte[60], null), Is.True);
    }

    [Test]
    public void LabelsAloneAreTheSame([Values(1, 3)] int groups)
    {
        DecisionForest forest = ForestReader.Parse(new RandomModel(6) { Groups = groups }.Bytes());
        float[] rows = TrainedModels.Rows(new Random(6), 90, 7);
        byte[] with = new byte[90], alone = new byte[90];
        _runner.Run(forest, rows, ForestWalk.Few, with, new float[90 * groups]);
        _runner.Run(forest, rows, ForestWalk.Few, alone, null);
        Assert.That(alone, Is.EqualTo(with));
        Assert.That(alone.Distinct().Count(), Is.GreaterThan(1));
    }

    [Test]
    public void ATieGoesToTheLowestClass()
    {
        // Without splits and leaves of one value, every margin is the same.
        DecisionForest forest = ForestReader.Parse(new RandomModel(7) { Groups = 5, Depth = 0 }.Bytes());
        Array.Fill(forest.Value, 0.25f);
        byte[] labels = new byte[40];
        Array.Fill(labels, (byte)9);
        _runner.Run(forest, new float[40 * 7], ForestWalk.Few, labels, null);
        Assert.That(labels, Is.All.Zero);
    }

    [Test]
    public void TheTablesTakeTheBytesThatAreSaid()
    {
        DecisionForest forest = ForestReader.Parse(new RandomModel(8).Bytes());
        using var gpu = new ForestGpu(_device, forest);
        Assert.That(ForestTablesGpu.Of(forest).Bytes, Is.GreaterThan(sizeof(float) * forest.Splits));
    }

    [Test]
    public void DeepTreesWithGapsAreChainsAmongHeaps()
    {
        var model = new RandomModel(9) { Depth = 11, Fill = 0.75, Rounds = 9, Groups = 2, Thresholds = 3000 };
        DecisionForest forest = ForestReader.Parse(model.Bytes());
        int[] depths = [.. ForestTablesGpu.Of(forest).Runs.Chunk(ForestChunks.RunFields).Select(run => run[2])];
        Assert.That(depths, Does.Contain(ForestChunks.Chain).And.Some.GreaterThan(0));
        _runner.Check(forest, TrainedModels.Rows(new Random(9), 140, 7), ForestWalk.Few);
    }

    [Test]
    public void AGroupMayHaveNoTreeAndASumMayBeNegativeZero([Values] bool large)
    {
        var trees = new TreeList();
        AddChainOfSplits(trees, large ? 1100 : 3, group: 2);
        AddChainOfSplits(trees, 0, group: 1);
        DecisionForest forest = trees.ToForest(3, 4, [1, -0f, 2, float.NaN]);
        float[] rows = TrainedModels.Rows(new Random(10), 40, 3);
        float[] margins = _runner.Check(forest, rows, large ? ForestWalk.Large : ForestWalk.Few);
        Assert.That(ForestRunner.Bits([margins[1]]), Is.EqualTo(ForestRunner.Bits([-0f])), "a leaf of -0");
    }

    [Test]
    public void ClassesUpTo255([Values] bool large)
    {
        byte[] model = new RandomModel(11) { Groups = 255, Rounds = 1, Depth = 2, Features = large ? 600 : 7 }.Bytes();
        DecisionForest forest = ForestReader.Parse(model);
        forest.BaseMargins[254] = 1;
        forest.BaseMargins[200] = 1;
        _runner.Check(forest, TrainedModels.Rows(new Random(11), 140, forest.Features), large ? ForestWalk.Large : ForestWalk.Few);
    }

    [Test]
    public void PtxIsAsCounted()
    {
        foreach (Delegate kernel in SharedKernels)
        {
            string ptx = KernelHost.Ptx(kernel);
            KernelHost.CheckPtx(ptx);
            Assert.That(ptx, Does.Not.Contain(".ftz"));
            Assert.That(PtxCheck.Count(ptx, "bar.sync"), Is.EqualTo(2));
            // Two trees of six levels and a leaf each.
            string[] pair = Blocks(ptx).MaxBy(block => block.Count(line => line.StartsWith("ld.shared", StringComparison.Ordinal)))!;
            Assert.That(pair.Count(line => line.StartsWith("ld.shared.b8", StringComparison.Ordinal)), Is.EqualTo(12), "bins");
            Assert.That(pair.Count(line => line.StartsWith("ld.shared.b32", StringComparison.Ordinal)), Is.EqualTo(14), "nodes and leaves");
            Assert.That(pair.Count(line => line.StartsWith("add.f32", StringComparison.Ordinal)), Is.EqualTo(2), "sums");
            Assert.That(pair.Count(line => line.StartsWith("ld.", StringComparison.Ordinal)), Is.EqualTo(26), "loads");
            Assert.That(
                pair.Count(line => !Regex.IsMatch(line, @"^(ld|mov|add\.f32)")), Is.LessThanOrEqualTo(2 * 84), "integer instructions");
        }
    }

    [Test]
    public void SharedMemoryIsAsStated()
    {
        int[] bytes = [.. SharedKernels.Select(kernel => PtxCheck.SharedBytes(KernelHost.Ptx(kernel)))];
        Assert.That(bytes, Is.EqualTo((int[])[32 * 1024, 48 * 1024, 48 * 1024]));
    }

    [Test]
    public void TheOtherKernelsCompile()
    {
        string large = KernelHost.Ptx((Action<ForestNodes, ForestPixels>)KernelForest.WalkLarge);
        KernelHost.CheckPtx(large);
        Assert.That(PtxCheck.SharedBytes(large), Is.Zero);
        KernelHost.CheckPtx(KernelHost.Ptx((Action<ArrayView<float>, BinSink, int, int>)ForestRunner.BinRows));
    }

    [Test]
    public void EveryKernelIsOpenClAsWell()
    {
        foreach (Delegate kernel in SharedKernels)
        {
            Assert.That(KernelHost.OpenCl(kernel), Does.Contain("barrier"));
        }
        Assert.That(KernelHost.OpenCl((Action<ForestNodes, ForestPixels>)KernelForest.WalkLarge), Does.Contain("WalkLarge"));
        Assert.That(KernelHost.OpenCl((Action<ArrayView<float>, BinSink, int, int>)ForestRunner.BinRows), Does.Contain("BinRows"));
    }

    // Every split's left child is a leaf.
    private static void AddChainOfSplits(TreeList list, int splits, int group)
    {
        int first = list.Feature.Count;
        for (int i = 0; i <= 2 * splits; i++)
        {
            bool split = i % 2 == 0 && i < 2 * splits;
            list.Feature.Add(split ? i % 3 : -1);
            list.Value.Add(split ? 0.5f - (0.4f * i / (splits + 1)) : splits == 0 ? -0f : i / 8f);
            list.Right.Add(split ? first + i + 2 : -1);
            list.DefaultLeft.Add(false);
        }
        list.Trees.Add(new Tree(first, (2 * splits) + 1, group));
    }

    private static IEnumerable<string[]> Blocks(string ptx) =>
        Regex.Split(ptx, @"^\s*L_\d+:", RegexOptions.Multiline)
            .Select(block => block.Split('\n').Select(line => line.Trim()).Where(line => line.Length > 0).ToArray());
}
