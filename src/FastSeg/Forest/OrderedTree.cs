namespace FastSeg.Forest;

/// <summary>
/// A tree as <see cref="BitTrees"/> reads it: completed to six levels of splits and 64 leaves. Splits are numbered from left to right, 1 to
/// 63, so that split i is between leaf i - 1 and leaf i; the root is 32, and the children of every split of a level are equally far away.
/// A leaf further up becomes a split whose pixels all go left; nothing reaches its other descendants.
/// </summary>
internal static unsafe class OrderedTree
{
    /// <summary>Levels of splits.</summary>
    public const int Levels = 6;

    /// <summary>Splits, counting the unused number 0, and leaves.</summary>
    public const int Nodes = 1 << Levels;

    /// <summary>Where the planes begin, in bytes: of a split its own, elsewhere the one behind the last, which sends everything left.</summary>
    public const int Plane = 0;

    /// <summary>Where the cuts begin, one more, less 128: a pixel goes left where its bin, less 128, is below.</summary>
    public const int Cut = Nodes;

    /// <summary>Where a plane's bins begin within a square, 16 bits each.</summary>
    public const int Place = 2 * Nodes;

    /// <summary>Where the leaves begin, from left to right.</summary>
    public const int Leaves = 4 * Nodes;

    /// <summary>Bytes of a tree.</summary>
    public const int Stride = Leaves + (Nodes * sizeof(float));

    /// <summary>Writes a tree.</summary>
    public static void Lay(ForestTables tables, Tree tree, byte* to)
    {
        new Span<byte>(to, Stride).Clear();
        new Span<byte>(to + Plane, Nodes).Fill((byte)tables.Planes);
        new Span<byte>(to + Cut, Nodes).Fill(129);
        DecisionForest forest = tables.Forest;
        var open = new Stack<(int Node, int Number, int Half)>();
        open.Push((tree.First, Nodes / 2, Nodes / 2));
        while (open.TryPop(out (int Node, int Number, int Half) next))
        {
            (int node, int number, int half) = next;
            if (forest.Feature[node] < 0)
            {
                // Where everything goes left: the first leaf below.
                ((float*)(to + Leaves))[number - half] = forest.Value[node];
                continue;
            }
            to[Plane + number] = (byte)tables.Plane[node];
            to[Cut + number] = (byte)(tables.Cut[node] + 129);
            ((ushort*)(to + Place))[number] = (ushort)(tables.Plane[node] * TreeProgram.SquareBytes);
            if (half == 1)
            {
                ((float*)(to + Leaves))[number - 1] = forest.Value[node + 1];
                ((float*)(to + Leaves))[number] = forest.Value[forest.Right[node]];
                continue;
            }
            open.Push((node + 1, number - (half / 2), half / 2));
            open.Push((forest.Right[node], number + (half / 2), half / 2));
        }
    }
}
