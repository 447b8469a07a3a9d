using FastSeg.Gpu;
using ILGPU;
using KernelForest = FastSeg.Kernels.Forest;

namespace FastSeg.Forest;

/// <summary>A forest as <see cref="ForestGpu"/> uploads it; made on the host, so that a plan knows its bytes without a device.</summary>
internal sealed class ForestGpuTables
{
    /// <summary>Makes the tables.</summary>
    public ForestGpuTables(DecisionForest forest)
    {
        Bins = new BinTables(forest);
        Walk = WalkOf(forest, Bins.Planes);
        if (Walk == ForestWalk.Large)
        {
            Words = LargeNodes(forest, Bins);
            int[][] treesOf = forest.Tables.TreesOf;
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

    /// <summary>Words of the trees, or the nodes of a <see cref="ForestWalk.Large"/> one.</summary>
    public int[] Words { get; }

    /// <summary>Runs, or the roots.</summary>
    public int[] Runs { get; }

    /// <summary>Chunks, or the end of each group's trees.</summary>
    public int[] Chunks { get; }

    /// <summary>Device bytes of all, as an arena carves them.</summary>
    public long Bytes { get; }

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
