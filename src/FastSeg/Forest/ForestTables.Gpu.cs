using System.Runtime.CompilerServices;
using FastSeg.Gpu;
using FastSeg.Kernels;
using ILGPU;
using KernelForest = FastSeg.Kernels.Forest;

namespace FastSeg.Forest;

/// <summary>A forest as <see cref="ForestGpu"/> uploads it; made on the host, so that a plan knows its bytes without a device.</summary>
internal sealed class ForestTablesGpu
{
    private static readonly ConditionalWeakTable<DecisionForest, ForestTablesGpu> Made = new();

    private ForestTablesGpu(DecisionForest forest)
    {
        Bins = new BinTables(forest);
        Walk = WalkOf(forest, Bins.Planes);
        if (Walk == ForestWalk.Large)
        {
            Words = LargeNodes(forest, Bins);
            int[][] treesOf = forest.TreesOf;
            Runs = [.. treesOf.SelectMany(trees => trees).Select(tree => forest.Trees[tree].First)];
            Chunks = [.. treesOf.Select((_, group) => treesOf.Take(group + 1).Sum(trees => trees.Length))];
        }
        else
        {
            var chunks = new TreeChunks(forest, Bins, ThreadsOf(Walk));
            (Words, Runs, Chunks) = (chunks.Words, chunks.Runs, chunks.Chunks);
        }
        Bytes = SizeOf(Bins.Search.Features) + SizeOf(Bins.Search.Planes) + SizeOf(Bins.Search.Nodes) + SizeOf(forest.BaseMargins)
            + SizeOf(Words) + SizeOf(Runs) + SizeOf(Chunks);
    }

    /// <summary>How the trees are walked.</summary>
    public ForestWalk Walk { get; }

    /// <summary>The thresholds.</summary>
    public BinTables Bins { get; }

    /// <summary>The words of all chunks; where the walk is <see cref="ForestWalk.Large"/>, the forest's nodes.</summary>
    public int[] Words { get; }

    /// <summary>The runs of all chunks; where the walk is <see cref="ForestWalk.Large"/>, the root of each tree.</summary>
    public int[] Runs { get; }

    /// <summary>The chunks; where the walk is <see cref="ForestWalk.Large"/>, for each group the tree behind its last one.</summary>
    public int[] Chunks { get; }

    /// <summary>Bytes of all tables on the device, as an arena carves them.</summary>
    public long Bytes { get; }

    /// <summary>
    /// The tables of a forest: made at the first call, given to every later one, and kept for as long as the forest lives.
    /// </summary>
    public static ForestTablesGpu Of(DecisionForest forest) => Made.GetValue(forest, made => new ForestTablesGpu(made));

    /// <summary>Most threads of a group.</summary>
    public static int ThreadsOf(ForestWalk walk) => walk == ForestWalk.Most ? KernelForest.ThreadsOfMost : KernelForest.Threads;

    private static ForestWalk WalkOf(DecisionForest forest, int planes) =>
        !TreeChunks.Fits(forest) ? ForestWalk.Large : planes switch
        {
            <= KernelForest.FewPlanes => ForestWalk.Few,
            <= KernelForest.MorePlanes => ForestWalk.More,
            <= KernelForest.MostPlanes => ForestWalk.Most,
            _ => ForestWalk.Large,
        };

    /// <summary>Two integers a node, as <see cref="FastSeg.Kernels.ForestNodes"/> describes them.</summary>
    private static int[] LargeNodes(DecisionForest forest, BinTables bins)
    {
        int[] nodes = new int[2 * forest.Feature.Length];
        for (int node = 0; node < forest.Feature.Length; node++)
        {
            bool leaf = forest.Feature[node] < 0;
            nodes[2 * node] = leaf ? BitConverter.SingleToInt32Bits(forest.Value[node]) : (bins.Plane[node] << 8) + bins.Cut[node];
            nodes[(2 * node) + 1] = leaf ? 0 : forest.Right[node];
        }
        return nodes;
    }

    private static long SizeOf<T>(T[] values)
        where T : unmanaged => DeviceArena.Aligned((long)values.Length * Interop.SizeOf<T>());
}
