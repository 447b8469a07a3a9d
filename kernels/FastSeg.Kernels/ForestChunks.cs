using ILGPU;

namespace FastSeg.Kernels;

/// <summary>
/// A forest as <see cref="Forest"/> walks it in shared memory. The trees are cut into chunks that fit a thread group's shared memory, and a
/// chunk into runs of trees that are walked alike; they stand group by group, and within a group in the forest's order.
/// </summary>
/// <remarks>
/// A tree is a heap or a chain of nodes, in 32-bit words. A <b>heap</b> has a depth D that both trees of a pair share: word 0 is unused,
/// word 1 is the root, the children of word i are words 2i and 2i + 1, the leaves (floats) are words 2^D to 2^(D+1) - 1; a leaf higher up
/// is repeated in all leaves below it. A <b>chain</b>, for deep trees with gaps, has two words a node, and a left child follows its parent.
/// The second word of a split is the distance in words to its right child; that of a leaf is 0, and its first word is its value. In both, a
/// split's word is <c>cut * 65536 + place</c>: place says where the bin of its byte plane lies in shared memory for the group's first pixel
/// (<see cref="Forest.PlaceOf"/>).
/// </remarks>
public struct ForestChunks
{
    /// <summary>Integers that describe a run.</summary>
    public const int RunFields = 4;

    /// <summary>Integers that describe a chunk.</summary>
    public const int ChunkFields = 3;

    /// <summary>Flag of a run: the first of a group.</summary>
    public const int BeginsGroup = 1;

    /// <summary>Flag of a run: the last of a group.</summary>
    public const int EndsGroup = 2;

    /// <summary>Depth of a run that is one chain of nodes.</summary>
    public const int Chain = -1;

    /// <summary>Words of all chunks; each chunk a multiple of <see cref="Forest.CopyWords"/> long.</summary>
    public ArrayView<int> Words;

    /// <summary>For each run: its first word in the chunk, pairs of trees (may be 0), depth or <see cref="Chain"/>, flags.</summary>
    public ArrayView<int> Runs;

    /// <summary>For each chunk: its first word, its number of words, the run behind its last run.</summary>
    public ArrayView<int> Chunks;

    /// <summary>The margin of each group before the first tree.</summary>
    public ArrayView<float> BaseMargins;

    /// <summary>Chunks.</summary>
    public int ChunkCount;
}

/// <summary>
/// A forest as <see cref="Forest.WalkLarge"/> walks it in global memory, whatever its size. A node is two integers, and a left child
/// follows its parent. A split holds <c>byte plane * 256 + cut</c> and the number of its right child, a leaf its value and 0.
/// </summary>
public struct ForestNodes
{
    /// <summary>Two integers a node.</summary>
    public ArrayView<int> Nodes;

    /// <summary>The root of each tree, group by group.</summary>
    public ArrayView<int> Roots;

    /// <summary>For each group the tree behind its last one.</summary>
    public ArrayView<int> GroupEnds;

    /// <summary>The margin of each group before the first tree.</summary>
    public ArrayView<float> BaseMargins;
}

/// <summary>What a forest is applied to, and where the result goes.</summary>
public struct ForestPixels
{
    /// <summary>Byte planes x pixels, as <see cref="BinSink"/> writes them.</summary>
    public ArrayView<byte> Bins;

    /// <summary>Receives a class a pixel.</summary>
    public ArrayView<byte> Labels;

    /// <summary>Receives groups x pixels margins; not written where empty.</summary>
    public ArrayView<float> Margins;

    /// <summary>Bytes from a byte plane to the next.</summary>
    public int PlaneStride;

    /// <summary>Byte planes.</summary>
    public int Planes;

    /// <summary>Pixels, at least 1.</summary>
    public int Pixels;
}
