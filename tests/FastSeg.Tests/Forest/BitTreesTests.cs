using FastSeg.Forest;
using FastSeg.Forest.Saved;
using FastSeg.Native;
using NUnit.Framework;

namespace FastSeg.Tests.Forest;

/// <summary>
/// Trees pruned and evaluated square by square against the pruner that goes node by node, and against a walk of every pixel.
/// </summary>
public sealed unsafe class BitTreesTests
{
    private const int Pixels = Square.Pixels;

    [Test]
    public void SquaresGetTheLeavesOfAWalkAndNoSplitTooMany()
    {
        foreach ((int depth, int features, int thresholds, double fill) in ((int, int, int, double)[])[
            (1, 3, 100, 1), (3, 7, 100, 0.8), (6, 7, 100, 1), (6, 20, 100, 0.7), (5, 64, 100, 0.95), (6, 200, 30, 0.95), (6, 255, 20, 1),
            (6, 2, 254, 1), (6, 2, 255, 1)])
        {
            var model = new RandomModel(depth + features)
            {
                Depth = depth,
                Features = features,
                Thresholds = thresholds,
                Fill = fill,
                Rounds = 30,
                Groups = 2,
            };
            DecisionForest forest = ForestReader.Parse(model.Bytes());
            var tables = ForestTablesCpu.Of(forest);
            if (thresholds >= ForestThresholds.MostOfPlane)
            {
                Assert.That(tables.Levels.Max(), Is.EqualTo(8));
                Assert.That(tables.Cut.Max(), Is.EqualTo(ForestThresholds.MostOfPlane - 1), "a plane with all the thresholds there may be");
            }
            using var trees = new BitTrees(tables);
            using var square = new KnownSquare(forest);
            var random = new Random(features);
            long splits = 0;
            for (int round = 0; round < 30; round++)
            {
                square.Fill(random, round switch { 0 => 255, 1 => 0, _ => random.Next(1 + (round * 8)) });
                int group = round % forest.Groups;
                float[] expected = square.Walk(group);
                splits += square.SplitsLeft(group);
                trees.AddLeavesOf(group, square.Least, square.Most, square.Bins, square.Margins);
                Assert.That(
                    new Span<float>(square.Margins, Pixels).ToArray(), Is.EqualTo(expected),
                    $"depth {depth}, {features} features, round {round}");
                Assert.That(trees.SplitsEvaluated, Is.EqualTo(splits));
            }
        }
    }

    /// <summary>A square whose bins are known: each value is a threshold, or below all of them.</summary>
    private sealed class KnownSquare : IDisposable
    {
        private readonly DecisionForest _forest;
        private readonly ForestTablesCpu _tables;
        private readonly float[][] _thresholds;
        private readonly float[][] _values;
        private readonly HostBuffer _buffer;
        private readonly float* _rows;

        public KnownSquare(DecisionForest forest)
        {
            (_forest, _tables) = (forest, ForestTablesCpu.Of(forest));
            _thresholds = [.. Enumerable.Range(0, _tables.Planes).Select(plane => Enumerable.Range(0, _tables.Plane.Length)
                .Where(node => _tables.Plane[node] == plane).DistinctBy(node => _tables.Cut[node]).OrderBy(node => _tables.Cut[node])
                .Select(node => forest.Value[node]).ToArray())];
            _values = [.. _thresholds.Select(_ => new float[Pixels])];
            _buffer = new HostBuffer((3 * Pixels * sizeof(float)) + ((long)_tables.Planes * (Pixels + 2)));
            Margins = (float*)_buffer.Pointer;
            _rows = Margins + Pixels;
            Bins = (byte*)(_rows + (2 * Pixels));
            Least = Bins + (_tables.Planes * Pixels);
            Most = Least + _tables.Planes;
        }

        public float* Margins { get; }

        public byte* Bins { get; }

        public byte* Least { get; }

        public byte* Most { get; }

        /// <summary>Random bins, in each plane within so many of each other; random margins.</summary>
        public void Fill(Random random, int width)
        {
            for (int plane = 0; plane < _tables.Planes; plane++)
            {
                float[] thresholds = _thresholds[plane];
                int range = Math.Min(width, thresholds.Length), first = random.Next(thresholds.Length + 1 - range);
                for (int pixel = 0; pixel < Pixels; pixel++)
                {
                    int bin = first + random.Next(range + 1);
                    _rows[pixel] = _values[plane][pixel] = bin == 0 ? thresholds[0] - 1 : thresholds[bin - 1];
                }
                Assert.That(Bin(plane), Is.True);
                Assert.That(Least[plane], Is.EqualTo(_values[plane].Min(value => thresholds.Count(t => t <= value))));
                Assert.That(Most[plane], Is.EqualTo(_values[plane].Max(value => thresholds.Count(t => t <= value))));
            }
            for (int pixel = 0; pixel < Pixels; pixel++)
            {
                Margins[pixel] = random.NextSingle() - 0.5f;
            }
        }

        /// <summary>The margins with the leaves of a group's trees added.</summary>
        public float[] Walk(int group)
        {
            float[] sums = new Span<float>(Margins, Pixels).ToArray();
            foreach (int tree in _forest.TreesOf[group])
            {
                for (int pixel = 0; pixel < Pixels; pixel++)
                {
                    int node = _forest.Trees[tree].First;
                    while (_tables.Plane[node] >= 0)
                    {
                        node = _values[_tables.Plane[node]][pixel] < _forest.Value[node] ? node + 1 : _forest.Right[node];
                    }
                    sums[pixel] += _forest.Value[node];
                }
            }
            return sums;
        }

        /// <summary>What the other pruner leaves.</summary>
        public int SplitsLeft(int group)
        {
            using var program = new TreeProgram(_forest);
            new Pruner(_tables).AppendGroup(group, Least, Most, program);
            return program.Splits;
        }

        public void Dispose() => _buffer.Dispose();

        private bool Bin(int plane)
        {
            byte* bins = Bins + (plane * Pixels);
            float* scratch = _rows + Pixels;
            float* search = ForestLanes256.Thresholds(_tables, plane);
            return ForestLanes256.Bin(
                _rows, 16, 16, 0, scratch, search, _tables.Levels[plane], bins, out Least[plane], out Most[plane]);
        }
    }
}
