using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using FastSeg.Common;
using FastSeg.Native;

namespace FastSeg.Forest.Growing;

/// <summary>
/// Grows one tree after another, level by level, on one thread or several: each thread takes features of a node, or rows of a node that
/// are divided. Sums are made in one order within a node and feature, so the tree does not depend on the threads.
/// </summary>
/// <param name="bins">The rows.</param>
/// <param name="training">How the trees are trained.</param>
/// <param name="compute">Threads and cancellation.</param>
internal sealed unsafe class TreeGrower(BinnedRows bins, TrainingOptions training, ComputeOptions compute) : IDisposable
{
    /// <summary>Features that are looked at together.</summary>
    private const int Together = 2;

    /// <summary>Rows times features of a level from which on other threads help; waking them costs some 30 microseconds.</summary>
    private const long WorthSharing = 100_000;

    /// <summary>How much longer it takes to draw a row, or to divide it, than to add it to a histogram.</summary>
    private const long WorkOfDrawing = 6, WorkOfDividing = 3;

    /// <summary>The least gain of a split, as in XGBoost.</summary>
    private const double LeastGain = 1e-6;

    private readonly int[] _features = [.. Enumerable.Range(0, bins.Features)];
    private readonly int _drawn = Drawn(bins.Features, training);
    private readonly RowParts _parts = new(bins.Count);
    private readonly HostBuffer _histograms = new(HistogramBytes(compute.WorkerCount));
    private readonly List<NodeRows> _level = [], _next = [];
    private int[] _candidates = [];
    private Split[] _found = [];

    /// <summary>Bytes that are held.</summary>
    public static long Bytes(long count, int features, TrainingOptions training, int workers)
    {
        long nodes = Math.Min(1L << (training.Depth - 1), count), drawn = Drawn(features, training);
        return RowParts.Bytes(count) + HistogramBytes(workers) + (nodes * drawn * (sizeof(int) + (sizeof(Split) / Together)));
    }

    /// <summary>Grows a tree and adds its leaves to the margins.</summary>
    /// <param name="gradients">The rows' derivatives and margins.</param>
    /// <param name="group">The group that the tree belongs to.</param>
    /// <param name="draws">The tree's random numbers.</param>
    public GrownTree Grow(Gradients gradients, int group, Draws draws)
    {
        var tree = new GrownTree();
        NodeRows root = _parts.Root();
        Draw(gradients, group, draws, ref root);
        AddLeaf(tree, -1, ref root);
        _level.Clear();
        _level.Add(root);
        float* margins = gradients.Margins(group);
        for (int depth = 0; _level.Count > 0; depth++)
        {
            compute.Cancellation.ThrowIfCancellationRequested();
            FindSplits(draws);
            MakeChildren(tree, margins, depth == training.Depth - 1);
        }
        return tree;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _parts.Dispose();
        _histograms.Dispose();
    }

    /// <summary>Features that a node draws.</summary>
    private static int Drawn(int features, TrainingOptions training) => Math.Max(1, (int)(training.ColsampleByNode * features));

    private static long HistogramBytes(int workers) => (long)workers * SplitSearch.HistogramLength * sizeof(double);

    /// <summary>Draws the tree's rows, in parts that threads draw at once and that are then put together.</summary>
    private void Draw(Gradients gradients, int group, Draws draws, ref NodeRows root)
    {
        int parts = bins.Count * WorkOfDrawing >= WorthSharing ? compute.WorkerCount : 1;
        NodeRows all = root;
        NodeRows[] drawn = new NodeRows[parts];
        Share(parts, bins.Count * WorkOfDrawing, (_, part) =>
        {
            int from = (int)(bins.Count * part / parts), to = (int)(bins.Count * (part + 1) / parts);
            drawn[part] = RowParts.From(all, from);
            gradients.Draw(group, draws, training.Subsample, from, to, ref drawn[part]);
        });
        RowParts.Join(drawn, ref root);
        Gradients.AddUp(ref root);
    }

    /// <summary>Finds the best split by every pair of features that a node draws.</summary>
    private void FindSplits(Draws draws)
    {
        int pairs = (_drawn + Together - 1) / Together, tasks = checked(_level.Count * pairs);
        if (_found.Length < tasks)
        {
            (_found, _candidates) = (new Split[tasks], new int[checked(_level.Count * _drawn)]);
        }
        long rows = 0;
        for (int i = 0; i < _level.Count; i++)
        {
            draws.Features(_level[i].Node, _features, _drawn);
            _features.AsSpan(0, _drawn).CopyTo(_candidates.AsSpan(i * _drawn));
            rows += _level[i].Count;
        }
        Share(tasks, rows * _drawn, (worker, task) =>
        {
            (int node, int pair) = ((int)task / pairs, (int)task % pairs);
            NodeRows at = _level[node];
            int first = pair * Together;
            ReadOnlySpan<int> features = _candidates.AsSpan((node * _drawn) + first, Math.Min(Together, _drawn - first));
            double* histogram = (double*)_histograms.Pointer + ((long)worker * SplitSearch.HistogramLength);
            _found[task] = SplitSearch.Best(at, bins, features, training, histogram);
        });
    }

    /// <summary>Splits the nodes of the level for which that pays; the others are leaves, as the children of the last level are.</summary>
    private void MakeChildren(GrownTree tree, float* margins, bool last)
    {
        int pairs = (_drawn + Together - 1) / Together;
        var splits = new List<(NodeRows Node, Split Split)>();
        for (int i = 0; i < _level.Count; i++)
        {
            Split best = Split.None;
            foreach (Split split in _found.AsSpan(i * pairs, pairs))
            {
                best = split.Score > best.Score ? split : best;
            }
            NodeRows node = _level[i];
            double gain = best.Score - node.Score(training.Lambda);
            if (best.Feature < 0 || !(gain > LeastGain))
            {
                AddValue(tree, node, margins);
                continue;
            }
            tree.Split(node.Node, best.Feature, bins.Cuts(best.Feature)[best.Bin], gain);
            NodeRows left = new() { Gradient = best.LeftGradient, Hessian = best.LeftHessian };
            NodeRows right = new() { Gradient = node.Gradient - left.Gradient, Hessian = node.Hessian - left.Hessian };
            AddLeaf(tree, node.Node, ref left);
            AddLeaf(tree, node.Node, ref right);
            splits.Add((node, best));
            if (last)
            {
                continue;
            }
            _next.Add(left);
            _next.Add(right);
        }
        if (last)
        {
            AddValues(splits, tree, margins);
        }
        else
        {
            Divide(splits);
        }
        _level.Clear();
        _level.AddRange(_next);
        _next.Clear();
        _parts.NextLevel();
    }

    /// <summary>Divides the rows of nodes among their children.</summary>
    private void Divide(List<(NodeRows Node, Split Split)> splits)
    {
        Span<NodeRows> children = CollectionsMarshal.AsSpan(_next);
        fixed (NodeRows* child = children)
        {
            NodeRows* first = child;
            long rows = splits.Sum(split => (long)split.Node.Count + split.Node.OtherCount);
            Share(2 * splits.Count, rows * WorkOfDividing, (_, task) =>
            {
                (NodeRows node, Split split) = splits[(int)task / 2];
                NodeRows* pair = first + (task / 2 * 2);
                _parts.Divide(node, bins.Column(split.Feature), split.Bin, task % 2 == 0, ref pair[0], ref pair[1]);
            });
        }
    }

    /// <summary>Adds the values of the leaves below nodes to the margins of the nodes' rows, which need not be divided.</summary>
    private void AddValues(List<(NodeRows Node, Split Split)> splits, GrownTree tree, float* margins)
    {
        long rows = splits.Sum(split => (long)split.Node.Count + split.Node.OtherCount);
        Share(splits.Count, rows * WorkOfDividing, (_, task) =>
        {
            (NodeRows node, Split split) = splits[(int)task];
            (int left, int right) = (tree.Left[node.Node], tree.Right[node.Node]);
            AddValues(node, bins.Column(split.Feature), split.Bin, tree.Value[left], tree.Value[right], margins);
        });
    }

    /// <summary>Runs tasks on all threads where that pays, otherwise on this one.</summary>
    private void Share(int tasks, long work, Action<int, long> task)
    {
        if (work >= WorthSharing && compute.WorkerCount > 1)
        {
            Workers.Run(compute.WorkerCount, tasks, compute, task);
            return;
        }
        for (int i = 0; i < tasks; i++)
        {
            task(0, i);
        }
    }

    private void AddLeaf(GrownTree tree, int parent, ref NodeRows rows)
    {
        double weight = rows.Weight(training.Lambda);
        rows.Node = tree.Add(parent, weight, (float)(weight * training.LearningRate), rows.Hessian);
    }

    /// <summary>Adds a leaf's value to the margins of its rows.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void AddValue(GrownTree tree, in NodeRows leaf, float* margins)
    {
        float value = tree.Value[leaf.Node];
        for (int i = 0; i < leaf.Count; i++)
        {
            margins[leaf.Ids[i]] += value;
        }
        for (int i = 0; i < leaf.OtherCount; i++)
        {
            margins[leaf.Others[i]] += value;
        }
    }

    /// <summary>Adds the values of two leaves to the margins of their rows.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void AddValues(in NodeRows parent, byte* column, int bin, float left, float right, float* margins)
    {
        float* values = stackalloc float[2] { right, left };
        for (int i = 0; i < parent.Count; i++)
        {
            int row = parent.Ids[i];
            margins[row] += values[column[row] <= bin ? 1 : 0];
        }
        for (int i = 0; i < parent.OtherCount; i++)
        {
            int row = parent.Others[i];
            margins[row] += values[column[row] <= bin ? 1 : 0];
        }
    }
}
