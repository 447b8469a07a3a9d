using FastSeg.Kernels;
using KernelForest = FastSeg.Kernels.Forest;

namespace FastSeg.Forest;

/// <summary>
/// Lays a forest's trees out in chunks of shared memory (see <see cref="ForestChunks"/>): trees of depth up to
/// <see cref="MaxHeapDepth"/> two and two as heaps, deeper ones as chains of nodes.
/// </summary>
internal sealed class TreeChunks
{
    /// <summary>
    /// Deepest tree that becomes a heap: a pair of them takes a quarter of a chunk at most, and a heap's step costs half of a chain's.
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
    /// <param name="bins">Its bins.</param>
    /// <param name="threads">Most threads of the kernel's groups: where bins lie depends on it.</param>
    public TreeChunks(DecisionForest forest, BinTables bins, int threads)
    {
        _forest = forest;
        _bins = bins;
        _threads = threads;
        int[][] treesOf = forest.Tables.TreesOf;
        for (int group = 0; group < forest.Groups; group++)
        {
            AddGroup(treesOf[group]);
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
    public static bool Fits(DecisionForest forest) =>
        forest.Trees.Select((tree, i) => forest.Tables.Depth[i] <= MaxHeapDepth || 2 * tree.Nodes <= KernelForest.ChunkWords).All(fits => fits);

    private int RunCount => _runs.Count / ForestChunks.RunFields;

    private void AddGroup(int[] trees)
    {
        int firstRun = RunCount;
        for (int i = 0; i < trees.Length; i++)
        {
            int depth = _forest.Tables.Depth[trees[i]];
            if (depth > MaxHeapDepth)
            {
                AddChain(_forest.Trees[trees[i]]);
                continue;
            }
            bool paired = i + 1 < trees.Length && _forest.Tables.Depth[trees[i + 1]] <= MaxHeapDepth;
            AddPair(
                _forest.Trees[trees[i]], paired ? _forest.Trees[trees[i + 1]] : null,
                paired ? Math.Max(depth, _forest.Tables.Depth[trees[i + 1]]) : depth, joins: RunCount > firstRun);
            i += paired ? 1 : 0;
        }
        if (RunCount == firstRun)
        {
            AddRun(0, 0, 0);
        }
        _runs[(firstRun * ForestChunks.RunFields) + 3] |= ForestChunks.BeginsGroup;
        _runs[^1] |= ForestChunks.EndsGroup;
    }

    private void AddPair(Tree first, Tree? second, int depth, bool joins)
    {
        int words = 2 << depth;
        bool same = Reserve(2 * words) && joins && _runs[^2] == depth;
        if (same)
        {
            _runs[^3]++;
        }
        else
        {
            AddRun(_words.Count - _chunkFirst, 1, depth);
        }
        AddHeap(first, depth);
        AddHeap(second, depth);
    }

    private void AddChain(Tree tree)
    {
        Reserve(2 * tree.Nodes);
        AddRun(_words.Count - _chunkFirst, 1, ForestChunks.Chain);
        for (int node = tree.First; node < tree.First + tree.Nodes; node++)
        {
            _words.Add(WordOf(node));
            _words.Add(_forest.Feature[node] < 0 ? 0 : 2 * (_forest.Right[node] - node));
        }
    }

    private void AddRun(int first, int pairs, int depth) => _runs.AddRange([first, pairs, depth, 0]);

    // Adding -0 changes no sum, not even one of -0: what fills up the last pair of an odd number of trees.
    private void AddHeap(Tree? tree, int depth)
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

    private int WordOf(int node) => _forest.Feature[node] < 0
        ? BitConverter.SingleToInt32Bits(_forest.Value[node])
        : (_bins.Cut[node] << 16) + KernelForest.PlaceOf(_bins.Plane[node], _threads);

    // True where the words still go into the chunk, false where they begin a new one.
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
        while ((_words.Count - _chunkFirst) % KernelForest.CopyWords != 0)
        {
            _words.Add(0);
        }
        _chunks.AddRange([_chunkFirst, _words.Count - _chunkFirst, RunCount]);
        _chunkFirst = _words.Count;
    }
}
