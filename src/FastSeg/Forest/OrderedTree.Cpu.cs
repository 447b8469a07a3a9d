namespace FastSeg.Forest;

/// <summary>
/// A tree as <see cref="BitTrees"/> reads it: completed to six levels of splits and 64 leaves. Splits are numbered in order, from left to
/// right, 1 to 63, so that split i lies between leaf i - 1 and leaf i; the root is 32, its children are 16 and 48, and so on down to the
/// odd numbers. A leaf higher up becomes a split that sends every pixel left; no pixel reaches its other descendants.
/// </summary>
internal static unsafe class OrderedTree
{
    /// <summary>Levels of splits.</summary>
    public const int Levels = 6;

    /// <summary>Splits, counting the unused number 0, and leaves.</summary>
    public const int Nodes = 1 << Levels;

    /// <summary>
    /// Where the planes begin, in bytes: each split's plane. Where there is no split stands the number behind the last plane, whose range
    /// <see cref="RangeBits"/> keeps below every cut.
    /// </summary>
    public const int Plane = 0;

    /// <summary>Where the cuts begin, as <see cref="SignedBins"/> stores them.</summary>
    public const int Cut = Nodes;

    /// <summary>Where the places begin: 16 bits for each split, which say where its plane's bins begin within a square.</summary>
    public const int Place = 2 * Nodes;

    /// <summary>Where the leaves begin, from left to right.</summary>
    public const int Leaves = 4 * Nodes;

    /// <summary>Bytes of a tree.</summary>
    public const int Stride = Leaves + (Nodes * sizeof(float));

    /// <summary>Writes a tree of depth up to <see cref="Levels"/>.</summary>
    public static void Write(ForestTablesCpu tables, Tree tree, byte* to)
    {
        new Span<byte>(to, Stride).Clear();
        new Span<byte>(to + Plane, Nodes).Fill((byte)tables.Planes);
        new Span<byte>(to + Cut, Nodes).Fill(SignedBins.Cut(0));
        DecisionForest forest = tables.Forest;
        // A node is at split `Number`; its subtree holds the splits less than `Half` away on either side.
        var open = new Stack<(int Node, int Number, int Half)>();
        open.Push((tree.First, Nodes / 2, Nodes / 2));
        while (open.TryPop(out (int Node, int Number, int Half) next))
        {
            (int node, int number, int half) = next;
            if (forest.Feature[node] < 0)
            {
                // Every split of this subtree sends its pixels left, to the subtree's first leaf.
                ((float*)(to + Leaves))[number - half] = forest.Value[node];
                continue;
            }
            to[Plane + number] = (byte)tables.Plane[node];
            to[Cut + number] = SignedBins.Cut(tables.Cut[node]);
            ((ushort*)(to + Place))[number] = (ushort)(tables.Plane[node] * Square.Pixels);
            if (half == 1)
            {
                // A split of the lowest level: both children are leaves.
                ((float*)(to + Leaves))[number - 1] = forest.Value[node + 1];
                ((float*)(to + Leaves))[number] = forest.Value[forest.Right[node]];
                continue;
            }
            open.Push((node + 1, number - (half / 2), half / 2));
            open.Push((forest.Right[node], number + (half / 2), half / 2));
        }
    }
}
