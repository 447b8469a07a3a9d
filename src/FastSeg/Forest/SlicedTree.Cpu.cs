namespace FastSeg.Forest;

/// <summary>
/// A tree as <see cref="SlicedTrees"/> reads it: completed to a depth, so that every way down has as many splits. First the place of each
/// node's comparison, the root's at number 1 and the children of node n at 2 n and 2 n + 1, then the leaves from left to right.
/// </summary>
internal static unsafe class SlicedTree
{
    /// <summary>Bytes of a tree; one without splits is its leaf alone.</summary>
    public static int Bytes(int depth) => depth == 0 ? sizeof(float) : 2 * sizeof(int) << depth;

    /// <summary>Where the leaves begin, in bytes.</summary>
    public static int Leaves(int depth) => depth == 0 ? 0 : sizeof(int) << depth;

    /// <summary>Writes a tree.</summary>
    /// <param name="tables">The forest.</param>
    /// <param name="tree">The tree.</param>
    /// <param name="depth">The depth to complete it to.</param>
    /// <param name="places">Where each plane's comparisons begin; place 0 is a comparison that sends all pixels left.</param>
    /// <param name="to">Receives it.</param>
    public static void Write(ForestTablesCpu tables, Tree tree, int depth, int[] places, byte* to)
    {
        DecisionForest forest = tables.Forest;
        new Span<byte>(to, Bytes(depth)).Clear();
        float* leaves = (float*)(to + Leaves(depth));
        // `Below` levels of splits follow a node.
        var open = new Stack<(int Node, int Number, int Below)>();
        open.Push((tree.First, 1, depth));
        while (open.TryPop(out (int Node, int Number, int Below) next))
        {
            (int node, int number, int below) = next;
            if (forest.Feature[node] < 0)
            {
                // Below a leaf higher up all pixels go left, to the first leaf there.
                leaves[(number << below) - (1 << depth)] = forest.Value[node];
                continue;
            }
            ((int*)to)[number] = places[tables.Plane[node]] + (tables.Cut[node] * PixelBits.Bytes);
            open.Push((node + 1, 2 * number, below - 1));
            open.Push((forest.Right[node], (2 * number) + 1, below - 1));
        }
    }
}
