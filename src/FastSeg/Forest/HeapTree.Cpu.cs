using System.Numerics;
using FastSeg.Native;

namespace FastSeg.Forest;

/// <summary>A tree as <see cref="VectorTrees"/> reads it: where each field begins, in bytes.</summary>
internal static unsafe class HeapTree
{
    /// <summary>Plane of each low node; the number behind the last plane where the node is no split.</summary>
    public const int Plane = 0;

    /// <summary>Cut of each low node.</summary>
    public const int Cut = 64;

    /// <summary>255 where a low node is a split.</summary>
    public const int Split = 128;

    /// <summary>255 where a low node is a leaf.</summary>
    public const int Leaf = 192;

    /// <summary>255 where a high node is a leaf.</summary>
    public const int LeafHigh = 256;

    /// <summary>A bit for each low leaf.</summary>
    public const int LeafBits = 320;

    /// <summary>A bit for each high leaf.</summary>
    public const int LeafHighBits = 328;

    /// <summary>Number of leaves.</summary>
    public const int LeafCount = 336;

    /// <summary>The leaves' values without gaps: the low leaves by lane, then the high ones by lane.</summary>
    public const int Values = 384;

    /// <summary>Bytes of a tree.</summary>
    public const int Stride = Values + (64 * sizeof(float));

    /// <summary>Writes one tree of depth up to 6.</summary>
    public static void Write(ForestTablesCpu tables, Tree tree, byte* to)
    {
        new Span<byte>(to, Stride).Clear();
        new Span<byte>(to + Plane, 64).Fill((byte)tables.Planes);
        DecisionForest forest = tables.Forest;
        float* values = stackalloc float[128];
        var open = new Stack<(int Node, int Position)>();
        open.Push((tree.First, 1));
        while (open.TryPop(out (int Node, int Position) next))
        {
            (int node, int position) = next;
            int lane = position & 63;
            if (forest.Feature[node] < 0)
            {
                to[(position < 64 ? Leaf : LeafHigh) + lane] = 255;
                *(ulong*)(to + (position < 64 ? LeafBits : LeafHighBits)) |= 1ul << lane;
                values[(position < 64 ? 0 : 64) + lane] = forest.Value[node];
                continue;
            }
            to[Plane + lane] = (byte)tables.Plane[node];
            to[Cut + lane] = tables.Cut[node];
            to[Split + lane] = 255;
            open.Push((node + 1, 2 * position));
            open.Push((forest.Right[node], (2 * position) + 1));
        }
        int count = 0;
        foreach ((int first, int field) in ((int, int)[])[(0, LeafBits), (64, LeafHighBits)])
        {
            for (ulong bits = *(ulong*)(to + field); bits != 0; bits &= bits - 1)
            {
                ((float*)(to + Values))[count++] = values[first + BitOperations.TrailingZeroCount(bits)];
            }
        }
        *(int*)(to + LeafCount) = count;
    }
}

/// <summary>What is the same for every tree laid out as a heap: where each vector begins, in bytes.</summary>
internal static unsafe class HeapPatterns
{
    /// <summary>Each low node's number, which is its lane; also used as 0, 1, 2 .. to count with.</summary>
    public const int Number = 0;

    /// <summary>Number of each low node's left child.</summary>
    public const int LeftChild = 64;

    /// <summary>Number of each low node's right child.</summary>
    public const int RightChild = 128;

    /// <summary>Lane of each low node's parent; the unused lane 0 for the root.</summary>
    public const int Parent = 192;

    /// <summary>Lane of the parent's parent.</summary>
    public const int Parent2 = 256;

    /// <summary>Lane of the ancestor four levels up.</summary>
    public const int Parent4 = 320;

    /// <summary>Lane of each high node's parent.</summary>
    public const int ParentHigh = 384;

    /// <summary>The parent's decision that cuts a low node off: 2 (right) for a left child, 1 (left) for a right child.</summary>
    public const int CutOffBy = 448;

    /// <summary>The parent's decision that cuts a high node off.</summary>
    public const int CutOffByHigh = 512;

    /// <summary>0, 0, 0, 0, 1, 1, 1, 1, 2 ..</summary>
    public const int Fourfold = 576;

    /// <summary>Bytes of all.</summary>
    public const int Bytes = 640;

    /// <summary>Writes the vectors.</summary>
    public static HostBuffer Create()
    {
        var buffer = new HostBuffer(Bytes);
        byte* to = buffer.Pointer;
        for (int lane = 0; lane < 64; lane++)
        {
            int high = lane + 64;
            to[Number + lane] = (byte)lane;
            to[LeftChild + lane] = (byte)(2 * lane);
            to[RightChild + lane] = (byte)((2 * lane) + 1);
            to[Parent + lane] = (byte)(lane / 2);
            to[Parent2 + lane] = (byte)(lane / 4);
            to[Parent4 + lane] = (byte)(lane / 16);
            to[ParentHigh + lane] = (byte)(high / 2);
            to[CutOffBy + lane] = (byte)(lane < 2 ? 0 : 2 - (lane % 2));
            to[Fourfold + lane] = (byte)(lane / 4);
            to[CutOffByHigh + lane] = (byte)(2 - (lane % 2));
        }
        return buffer;
    }
}
