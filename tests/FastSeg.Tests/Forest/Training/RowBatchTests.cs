using System.Runtime.InteropServices;
using FastSeg.Forest.Training;
using FastSeg.Native;
using FastSeg.Tests.Reference;
using NUnit.Framework;

namespace FastSeg.Tests.Forest.Training;

/// <summary>
/// XGBoost's data iterator, tried on the CPU: it is given the host's rows the same way as it is given a device's, so that signatures,
/// callbacks, labels and weights are tested with any library.
/// </summary>
[TestFixture]
internal sealed unsafe class RowBatchTests
{
    private const int Features = 6, Rounds = 5;

    private static readonly float[] Rows = TrainedModels.Rows(new Random(1), 3000, Features);

    private static readonly GCHandle Pinned = GCHandle.Alloc(Rows, GCHandleType.Pinned);

    private static readonly int[] Labels = TrainedModels.Labels(new Random(2), Rows, Features, 3);

    private static readonly float[] Weights = [.. Labels.Select(label => label == 0 ? 5f : 0.5f)];

    /// <summary>On the CPU the bins are those of a whole matrix, so the trees are equal too.</summary>
    [Test]
    public void TheTreesAreThoseOfAWholeMatrix([Values] bool weighted, [Values(256, 16)] int maxBin)
    {
        var options = TrainingOptions.Published with { Rounds = Rounds, MaxBin = maxBin };
        float[]? weights = weighted ? Weights : null;
        byte[] expected = TrainedModels.Train(Rows, Labels, Features, 3, options, weights);
        byte[] trees = Train(options, weights, out int calls);
        Assert.That(trees, Is.EqualTo(expected));
        Assert.That(calls, Is.GreaterThan(1), "XGBoost goes over the rows more than once");
    }

    [Test]
    public void LabelsAndWeightsReachTheTrees()
    {
        var options = TrainingOptions.Published with { Rounds = Rounds };
        byte[] trees = Train(options, null, out _);
        Assert.That(Train(options, Weights, out _), Is.Not.EqualTo(trees));
        float[] margins = XgBoostPeer.Margins(trees, Rows, Features);
        int right = Labels.Where((label, row) => label == Best(margins.AsSpan(row * 3, 3))).Count();
        Assert.That(right, Is.GreaterThan(0.6 * Labels.Length), "a third would be chance");
    }

    [Test]
    public void AFailureInTheIteratorKeepsItsOwnSentence()
    {
        Assert.That(
            () => RowBatch.Bins(_ => throw new FastSegException("the rows are gone."), 256, 1),
            Throws.TypeOf<FastSegException>().With.Message.EqualTo("the rows are gone."));
        int calls = 0;
        void FailLater(DMatrixHandle proxy)
        {
            if (++calls > 1)
            {
                throw new FastSegException("the second time.");
            }
            Give(proxy, null);
        }
        Assert.That(() => RowBatch.Bins(FailLater, 256, 1), Throws.TypeOf<FastSegException>().With.Message.EqualTo("the second time."));
    }

    /// <summary>
    /// A library without CUDA refuses a device's rows with a sentence; one with CUDA refuses these rows, because they are the host's.
    /// </summary>
    [Test]
    public void HostRowsAreNoDevicesRows()
    {
        fixed (float* rows = Rows)
        fixed (int* labels = Labels)
        {
            float* data = rows;
            int* classOf = labels;
            Assert.That(
                () => Booster.Train(data, classOf, Labels.Length, Features, 3, TrainingOptions.Published with { Rounds = 1 }, device: 0),
                Throws.TypeOf<FastSegException>().With.Message.StartsWith("XGBoost failed while taking the device's rows: "));
        }
    }

    private static byte[] Train(TrainingOptions options, float[]? weights, out int calls)
    {
        int given = 0;
        using DMatrixHandle matrix = RowBatch.Bins(
            proxy =>
            {
                given++;
                Give(proxy, weights);
            },
            options.MaxBin, options.BoosterThreads);
        calls = given;
        return Booster.Grow(
            matrix, Booster.Parameters(3, options).Concat(Booster.Method(XgBoost.Version, null)), options.Rounds, null, default);
    }

    /// <summary>XGBoost reads the rows after the callback has returned: they stay where they are.</summary>
    private static void Give(DMatrixHandle proxy, float[]? weights)
    {
        float* rows = (float*)Pinned.AddrOfPinnedObject();
        XgBoost.XGProxyDMatrixSetDataDense(proxy, XgBoost.Array(rows, "<f4", Labels.Length, Features)).ThrowIfFailed("giving rows");
        fixed (int* labels = Labels)
        fixed (float* given = weights)
        {
            Booster.SetInfo(proxy, labels, given, Labels.Length);
        }
    }

    private static int Best(ReadOnlySpan<float> margins)
    {
        int best = 0;
        for (int c = 1; c < margins.Length; c++)
        {
            best = margins[c] > margins[best] ? c : best;
        }
        return best;
    }
}
