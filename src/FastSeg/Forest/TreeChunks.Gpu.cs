using FastSeg.Kernels;
using KernelForest = FastSeg.Kernels.Forest;

namespace FastSeg.Forest;

/// <summary>
/// Lays a forest's trees out in chunks that fit shared memory (see <see cref="ForestChunks"/>): trees of depth up to
/// <see cref="MaxHeapDepth"/> as heaps, in pairs; deeper ones as chains of nodes.
/// </summary>
internal sealed class TreeChunks
{
    /// <summary>
    /// Deepest tree that becomes a heap. A pair of this depth takes a quarter of a chunk, and a step in a heap costs half of one in a
    /// chain.
    /// </summary>
    public const int MaxHeapDepth = 8;

    private readonly DecisionForest _forest;
    private readonly BinTables _bins;
    private readonly int _threads;
    private readonly List<int> _words = [];
    private readonly List<int> _runs = [];
    private readonly List<int> _chunks = [];
    private int _chunkFirst;

    /// <summary>Lays the trees out.</summary>
    /// <param name="forest">The forest; it <see cref="Fits"/>.</param>
    /// <param name="bins">Its splits' byte planes and cuts.</param>
    /// <param name="threads">Most threads of the kernel's groups: where a plane's bins lie in shared memory depends on it.</param>
    public TreeChunks(DecisionForest forest, BinTables bins, int threads)
    {
        _forest = forest;
        _bins = bins;
        _threads = threads;
        foreach (int[] trees in forest.TreesOf)
        {
            AppendGroup(trees);
        }
        EndChunk();
    }

    /// <summary>Words of all chunks.</summary>
    public int[] Words => [.. _words];

    /// <summary>The runs of all chunks.</summary>
    public int[] Runs => [.. _runs];

    /// <summary>The chunks.</summary>
    public int[] Chunks => [.. _chunks];

    /// <summary>Whether every tree fits a chunk.</summary>
    public static bool Fits(DecisionForest forest) => forest.Trees
        .Select((tree, i) => forest.Depth[i] <= MaxHeapDepth || 2 * tree.Nodes <= KernelForest.ChunkWords)
        .All(fits => fits);

    private int RunCount => _runs.Count / ForestChunks.RunFields;

    private void AppendGroup(int[] trees)
    {
        int firstRun = RunCount;
        for (int i = 0; i < trees.Length; i++)
        {
            int depth = _forest.Depth[trees[i]];
            if (depth > MaxHeapDepth)
            {
                AppendChain(_forest.Trees[trees[i]]);
                continue;
            }
            bool paired = i + 1 < trees.Length && _forest.Depth[trees[i + 1]] <= MaxHeapDepth;
            // The shallower tree of a pair gets the deeper one's heap: both are then walked in step.
            AppendPair(
                _forest.Trees[trees[i]], paired ? _forest.Trees[trees[i + 1]] : null,
                paired ? Math.Max(depth, _forest.Depth[trees[i + 1]]) : depth, joins: RunCount > firstRun);
            i += paired ? 1 : 0;
        }
        if (RunCount == firstRun)
        {
            // A group without trees still needs a run, which carries the flags that begin and end the group.
            AppendRun(0, 0, 0);
        }
        _runs[(firstRun * ForestChunks.RunFields) + 3] |= ForestChunks.BeginsGroup;
        _runs[^1] |= ForestChunks.EndsGroup;
    }

    /// <summary>Appends two trees as heaps of one depth, to the last run where that one is of the same depth, group and chunk.</summary>
    private void AppendPair(Tree first, Tree? second, int depth, bool joins)
    {
        int words = 2 << depth;
        bool same = Reserve(2 * words) && joins && _runs[^2] == depth;
        if (same)
        {
            _runs[^3]++;
        }
        else
        {
            AppendRun(_words.Count - _chunkFirst, 1, depth);
        }
        AppendHeap(first, depth);
        AppendHeap(second, depth);
    }

    private void AppendChain(Tree tree)
    {
        Reserve(2 * tree.Nodes);
        AppendRun(_words.Count - _chunkFirst, 1, ForestChunks.Chain);
        for (int node = tree.First; node < tree.First + tree.Nodes; node++)
        {
            _words.Add(WordOf(node));
            _words.Add(_forest.Feature[node] < 0 ? 0 : 2 * (_forest.Right[node] - node));
        }
    }

    private void AppendRun(int first, int pairs, int depth) => _runs.AddRange([first, pairs, depth, 0]);

    /// <summary>
    /// Appends a tree as a heap; null, which completes the last pair of an odd number of trees, as a heap of leaves -0. Adding -0 changes
    /// no sum, not even one of -0.
    /// </summary>
    private void AppendHeap(Tree? tree, int depth)
    {
        int leaves = 1 << depth;
        int[] heap = new int[2 * leaves];
        Array.Fill(heap, BitConverter.SingleToInt32Bits(-0f), leaves, leaves);
        if (tree is { } given)
        {
            LayHeap(given.First, 1, leaves, heap);
        }
        _words.AddRange(heap);
    }

    /// <summary>
    /// Writes a subtree below word <paramref name="at"/> of a heap; a leaf above the lowest level fills all the leaves below it.
    /// </summary>
    private void LayHeap(int node, int at, int leaves, int[] heap)
    {
        if (_forest.Feature[node] >= 0)
        {
            heap[at] = WordOf(node);
            LayHeap(node + 1, 2 * at, leaves, heap);
            LayHeap(_forest.Right[node], (2 * at) + 1, leaves, heap);
            return;
        }
        int below = 1;
        for (; at < leaves; at *= 2)
        {
            below *= 2;
        }
        Array.Fill(heap, WordOf(node), at, below);
    }

    /// <summary>A node's word: the leaf's value, or the split's cut and where its plane's bins lie in shared memory.</summary>
    private int WordOf(int node) => _forest.Feature[node] < 0
        ? BitConverter.SingleToInt32Bits(_forest.Value[node])
        : (_bins.Cut[node] << 16) + KernelForest.PlaceOf(_bins.Plane[node], _threads);

    /// <summary>Ends the chunk where the words no longer fit it; true where they do.</summary>
    private bool Reserve(int words)
    {
        if (_words.Count - _chunkFirst + words <= KernelForest.ChunkWords)
        {
            return true;
        }
        EndChunk();
        return false;
    }

    private void EndChunk()
    {
        // The kernel copies a chunk in whole rounds of its threads, without asking for the end.
        while ((_words.Count - _chunkFirst) % KernelForest.CopyWords != 0)
        {
            _words.Add(0);
        }
        _chunks.AddRange([_chunkFirst, _words.Count - _chunkFirst, RunCount]);
        _chunkFirst = _words.Count;
    }
}
