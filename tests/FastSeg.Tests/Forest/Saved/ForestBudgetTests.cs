using System.IO.Compression;
using FastSeg.Forest;
using FastSeg.Forest.Growing;
using FastSeg.Forest.Saved;
using NUnit.Framework;

namespace FastSeg.Tests.Forest.Saved;

/// <summary>Sound forests are read, however many trees they have, and however small.</summary>
[TestFixture]
internal sealed class ForestBudgetTests
{
    [TestCase(1, 20_000, 3)]
    [TestCase(1, 60_000, 58)]
    [TestCase(2, 30_000, 58)]
    [TestCase(6, 3_000, 300)]
    [TestCase(10, 300, 58)]
    public void ManyTrees(int depth, int trees, int features)
    {
        var grown = Enumerable.Range(0, trees).Select(seed => Tree(depth, features, seed)).ToList();
        byte[] file = GrownModel.Save(grown, 1, features, 2);
        DecisionForest forest = ForestReader.Parse(file);
        Assert.That(forest.Trees, Has.Length.EqualTo(trees));
        Assert.That(forest.Splits, Is.EqualTo((long)trees * ((1 << depth) - 1)));
    }

    /// <summary>A model's file may not expand more than 256 times; the least that a forest can hold stays far below that.</summary>
    [Test]
    public void EqualTreesCompressLessThanAModelMayExpand()
    {
        byte[] file = GrownModel.Save([.. Enumerable.Repeat(Tree(1, 3, 7), 60_000)], 1, 3, 2);
        using var packed = new MemoryStream();
        using (var deflate = new DeflateStream(packed, CompressionLevel.SmallestSize, leaveOpen: true))
        {
            deflate.Write(file);
        }
        TestContext.Out.WriteLine($"{file.Length} bytes become {packed.Length}, {(double)file.Length / packed.Length:F0} times as few");
        Assert.That(file.Length, Is.LessThan(200 * packed.Length));
    }

    private static GrownTree Tree(int depth, int features, int seed)
    {
        var tree = new GrownTree();
        tree.Add(-1, 0.1, 0.01f, 10);
        for (int node = 0; node < (1 << depth) - 1; node++)
        {
            tree.Split(node, (seed + node) % features, seed + (0.25f * node), 1.5);
            tree.Add(node, -0.1, -0.01f, 5);
            tree.Add(node, 0.1, 0.01f, 5);
        }
        return tree;
    }
}
