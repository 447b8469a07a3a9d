namespace FastSeg.Forest;

/// <summary>
/// A tree as <see cref="BitPruner"/> reads it: completed to six levels of splits and 64 leaves. The node that a path of k steps leads to
/// is at 2^k + path, the first step in the lowest bit, 1 for right; so the children of every node of a level are equally far away. A leaf
/// further up becomes a node whose pixels all go left; nothing reaches its other descendants.
/// </summary>
internal static unsafe class PathTree
{
    /// <summary>Levels of splits.</summary>
    public const int Levels = 6;

    /// <summary>Splits, counting the unused position 0, and leaves.</summary>
    public const int Nodes = 1 << Levels;

    /// <summary>Where the planes begin, in bytes: of a split its own, elsewhere the one behind the last, which sends everything left.</summary>
    public const int Plane = 0;

    /// <summary>Where the cuts begin.</summary>
    public const int Cut = Nodes;

    /// <summary>Where planes and cuts begin once more, side by side.</summary>
    public const int Both = 2 * Nodes;

    /// <summary>Where the leaves begin, from left to right.</summary>
    public const int Leaves = 4 * Nodes;

    /// <summary>Bytes of a tree.</summary>
    public const int Stride = Leaves + (Nodes * sizeof(float));

    /// <summary>Writes a tree.</summary>
    public static void Lay(ForestTables tables, Tree tree, byte* to)
    {
        new Span<byte>(to, Stride).Clear();
        new Span<byte>(to + Plane, Nodes).Fill((byte)tables.Planes);
        DecisionForest forest = tables.Forest;
        var open = new Stack<(int Node, int Level, int Path)>();
        open.Push((tree.First, 0, 0));
        while (open.TryPop(out (int Node, int Level, int Path) next))
        {
            (int node, int level, int path) = next;
            if (forest.Feature[node] < 0)
            {
                ((float*)(to + Leaves))[FirstLeaf(level, path)] = forest.Value[node];
                continue;
            }
            int position = (1 << level) + path;
            to[Plane + position] = (byte)tables.Plane[node];
            to[Cut + position] = tables.Cut[node];
            to[Both + (2 * position)] = to[Plane + position];
            to[Both + (2 * position) + 1] = to[Cut + position];
            open.Push((node + 1, level + 1, path));
            open.Push((forest.Right[node], level + 1, path + (1 << level)));
        }
    }

    /// <summary>Number of the leftmost leaf below a node.</summary>
    public static int FirstLeaf(int level, int path)
    {
        int leaf = 0;
        for (int step = 0; step < level; step++)
        {
            leaf += ((path >> step) & 1) << (Levels - 1 - step);
        }
        return leaf;
    }
}
