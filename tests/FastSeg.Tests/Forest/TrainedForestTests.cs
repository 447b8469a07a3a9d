using System.Text;
using System.Text.RegularExpressions;
using FastSeg.Forest;
using FastSeg.Forest.Saved;
using FastSeg.Tests.Reference;
using NUnit.Framework;

namespace FastSeg.Tests.Forest;

/// <summary>Models of every kind that libxgboost trains and we apply; margins bit-equal to its own.</summary>
public sealed class TrainedForestTests
{
    private const int Features = 6;

    private static readonly float[] Rows = TrainedModels.Rows(new Random(20), 3000, Features);

    private static readonly int[] Labels = TrainedModels.Labels(new Random(21), Rows, Features, 3);

    [Test]
    public void RandomForestsEqualXgBoost()
    {
        byte[] model = Train(
            2, ("objective", "multi:softprob"), ("num_parallel_tree", "9"), ("subsample", "0.5"), ("colsample_bynode", "0.5"), ("eta", "1"),
            ("tree_method", "hist"));
        Assert.That(ForestReader.Parse(model).Trees, Has.Length.EqualTo(2 * 9 * 3));
        AssertEqual(model);
    }

    [Test]
    public void ExactTreesWithDeletedNodesEqualXgBoost()
    {
        byte[] model = Train(5, ("objective", "multi:softprob"), ("tree_method", "exact"), ("gamma", "1.5"), ("max_depth", "8"));
        string json = Encoding.UTF8.GetString(XgBoostPeer.Resave(model, "json"));
        Assert.That(Regex.IsMatch(json, "\"num_deleted\":\"[1-9]"), "no node was deleted");
        AssertEqual(model);
    }

    [Test]
    public void ApproximateTreesEqualXgBoost() =>
        AssertEqual(Train(6, ("objective", "multi:softprob"), ("tree_method", "approx"), ("max_depth", "7")));

    [Test]
    public void TreesGrownByLossEqualXgBoost()
    {
        byte[] model = Train(
            3, ("objective", "multi:softprob"), ("tree_method", "hist"), ("grow_policy", "lossguide"), ("max_leaves", "400"),
            ("max_depth", "0"), ("min_child_weight", "0"), ("lambda", "0"));
        Assert.That(ForestReader.Parse(model).Trees.Max(tree => (tree.Nodes + 1) / 2), Is.GreaterThan(TreeProgram.MaxLeaves));
        AssertEqual(model);
    }

    [Test]
    public void TheLargestClassIsReadAsProbabilitiesAre()
    {
        byte[] model = Train(6, ("objective", "multi:softmax"), ("tree_method", "hist"));
        Assert.That(Encoding.UTF8.GetString(XgBoostPeer.Resave(model, "json")), Does.Contain("multi:softmax"));
        AssertEqual(model);
    }

    private static byte[] Train(int rounds, params (string, string)[] parameters) =>
        TrainedModels.TrainWith(Rows, Labels, Features, rounds, [("num_class", "3"), ("seed", "4"), .. parameters]);

    private static void AssertEqual(byte[] model)
    {
        Assert.That(ForestReader.Parse(model).Splits, Is.GreaterThan(50));
        ForestCheck.AssertEqual(model, Rows, Features, 96, 16);
        ForestCheck.AssertEqual(model, ForestCheck.SmoothRows(22, 1500, Features, 64), Features, 64, 16);
    }
}
