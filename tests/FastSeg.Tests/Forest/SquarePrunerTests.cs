using FastSeg.Forest;
using NUnit.Framework;

namespace FastSeg.Tests.Forest;

/// <summary>The pruners that work a tree at a time against the one that goes node by node.</summary>
public sealed unsafe class SquarePrunerTests
{
    [Test]
    public void WhatIsLeftOfATreeDoesNotDependOnThePruner([Values(256, 512)] int bits)
    {
        Widths.Need(bits);
        foreach ((int depth, int features, double fill) in ((int, int, double)[])[(1, 3, 1), (3, 7, 0.8), (6, 7, 1), (6, 20, 0.7), (5, 64, 0.95), (6, 200, 0.95), (6, 255, 1)])
        {
            DecisionForest forest = DecisionForest.Parse(
                new RandomModel(depth + features) { Depth = depth, Features = features, Fill = fill, Rounds = 30, Groups = 2 }.Bytes());
            ForestTables tables = forest.Tables;
            using SquarePruner pruner = SquarePruner.Create(tables, bits);
            using var actual = new TreeProgram(forest);
            using var expected = new TreeProgram(forest);
            var slow = new Pruner(tables);
            var random = new Random(features);
            byte[] least = new byte[tables.Planes], most = new byte[tables.Planes];
            for (int round = 0; round < 40; round++)
            {
                FillRanges(random, round, least, most);
                int group = round % forest.Groups;
                actual.Clear();
                expected.Clear();
                fixed (byte* low = least, high = most)
                {
                    pruner.AddGroup(group, low, high, actual);
                    slow.AddGroup(group, low, high, expected);
                }
                Assert.That(actual.Trees, Is.EqualTo(expected.Trees));
                AssertSameTrees(random, least, most, actual, expected);
            }
        }
    }

    /// <summary>Everything, nothing but one bin each, and what lies between.</summary>
    private static void FillRanges(Random random, int round, byte[] least, byte[] most)
    {
        for (int plane = 0; plane < least.Length; plane++)
        {
            int width = round switch { 0 => 255, 1 => 0, _ => random.Next(1 + (round * 6)) };
            least[plane] = (byte)random.Next(256 - Math.Min(width, 255));
            most[plane] = (byte)Math.Min(least[plane] + width, 255);
        }
    }

    private static void AssertSameTrees(Random random, byte[] least, byte[] most, TreeProgram actual, TreeProgram expected)
    {
        byte[] bins = new byte[least.Length];
        for (int tree = 0; tree < expected.Trees; tree++)
        {
            Assert.That(actual.Leaves[tree], Is.EqualTo(expected.Leaves[tree]));
            Assert.That(actual.FirstSplit[tree + 1], Is.EqualTo(expected.FirstSplit[tree + 1]));
            Assert.That(Leaves(actual, tree).Order(), Is.EqualTo(Leaves(expected, tree).Order()));
        }
        for (int pixel = 0; pixel < 30; pixel++)
        {
            for (int plane = 0; plane < bins.Length; plane++)
            {
                bins[plane] = (byte)random.Next(least[plane], most[plane] + 1);
            }
            for (int tree = 0; tree < expected.Trees; tree++)
            {
                Assert.That(Leaf(actual, tree, bins), Is.EqualTo(Leaf(expected, tree, bins)), $"tree {tree}");
            }
        }
    }

    private static float[] Leaves(TreeProgram program, int tree) =>
        new ReadOnlySpan<float>(program.Tables + program.TableOf[tree], program.Leaves[tree]).ToArray();

    /// <summary>One pixel's leaf, as the evaluator finds it; the first split decides for every pixel.</summary>
    private static float Leaf(TreeProgram program, int tree, byte[] bins)
    {
        uint label = program.Leaves[tree] == 1 ? 0 : program.Label[program.FirstSplit[tree]];
        for (int split = program.FirstSplit[tree]; split < program.FirstSplit[tree + 1]; split++)
        {
            if (label == program.Label[split])
            {
                bool right = bins[program.BinsOf[split] / TreeProgram.SquareBytes] > (byte)program.Cut[split];
                label = right ? program.Right[split] : program.Left[split];
            }
        }
        Assert.That(label % 0x01010101, Is.Zero);
        return program.Tables[program.TableOf[tree] + (byte)label];
    }
}
