using ILGPU;

namespace FastSeg.Kernels;

/// <summary>
/// Boosted trees: a pixel's margin of a group is its base margin plus one leaf of every tree of the group, added in float32 in the
/// forest's order, so that it has XGBoost's bits; the label is the class of the largest margin, the lowest class on a tie.
/// </summary>
/// <remarks>
/// <para>
/// A thread is a pixel. Its bins lie in shared memory, four byte planes to a word, a thread's words 256 (128) words apart. All bins of a
/// thread are then in one bank, and those of a warp's 32 threads in 32 banks, so that reading bins never conflicts, whichever planes the
/// threads ask for. (From global memory the same read would touch a line of the L1 cache for each plane.) Trees come through shared memory
/// chunk by chunk. The nodes of a heap's level d are 2^d neighbouring words: in the levels 0 to 5 no two words share a bank, and of the 64
/// leaves of depth 6 two do. The forest's groups are the outer loop: a margin is one register, and the bins stay where they are. Two trees
/// are walked at once, so that the loads of one hide behind those of the other; their leaves are added in order.
/// </para>
/// <para>
/// Counted a pixel, for the dense forest of the benchmarks (57 byte planes, 300 trees of depth 6, 36.8 splits a tree, padded to 63). Shared
/// memory: a tree takes 6 nodes, 6 bins and a leaf, 13 accesses, 14 with the leaves' conflicts: 4,200. Integer instructions: 84 a tree as
/// PTX has them (25,200), of which the assembler can fold a step's 13 into 4 or 5 (address, place, comparison, child: about 9,000). Putting
/// bins and trees into shared memory: about 2,200 instructions. Bytes: 608 of trees, in 10 chunks, from the L2 cache for a group of 256; 57
/// of bins read and 1 written. With 32 words of shared memory and 64 integer instructions an SM and cycle at 1.7 GHz this <b>predicts</b>
/// for an H100 (132 SMs) 0.52 Gpx/s with every PTX instruction executed, 1.4 with folding, 1.7 as the limit of shared memory (57 for memory
/// alone), and for an A10 (72 SMs) 0.29, 0.77 and 0.93 (10 for memory alone).
/// </para>
/// <para>
/// A thread group has 256 threads (128 on the simulated device) and 32 KiB of shared memory: 6 groups fit an SM of an H100, 3 one of an
/// A10. More than 64 byte planes take 48 KiB, so that 4 and 2 groups fit; more than 128 byte planes also halve the threads to 128.
/// </para>
/// </remarks>
public static class Forest
{
    /// <summary>Words of trees in a group's shared memory (16 KiB).</summary>
    public const int ChunkWords = 4096;

    /// <summary>A chunk's words are a multiple of this.</summary>
    public const int CopyWords = 1024;

    /// <summary>The depth of heaps whose walk is unrolled: XGBoost's default.</summary>
    public const int UnrolledDepth = 6;

    /// <summary>Most threads of a group of <see cref="WalkFew"/> and <see cref="WalkMore"/>.</summary>
    public const int Threads = 256;

    /// <summary>Most threads of a group of <see cref="WalkMost"/>.</summary>
    public const int ThreadsOfMost = 128;

    /// <summary>Most byte planes of <see cref="WalkFew"/>.</summary>
    public const int FewPlanes = 64;

    /// <summary>Most byte planes of <see cref="WalkMore"/>.</summary>
    public const int MorePlanes = 128;

    /// <summary>Most byte planes of <see cref="WalkMost"/>.</summary>
    public const int MostPlanes = 256;

    /// <summary>Where a byte plane's bin of a group's first pixel lies, in bytes; the next pixel's is 4 bytes on.</summary>
    /// <param name="plane">The byte plane.</param>
    /// <param name="threads">Most threads of a group: <see cref="Threads"/> or <see cref="ThreadsOfMost"/>.</param>
    public static int PlaceOf(int plane, int threads) => (plane / 4 * threads * 4) + (plane % 4);

    /// <summary>Up to 64 byte planes: 32 KiB of shared memory, groups of up to 256 threads.</summary>
    public static void WalkFew(ForestChunks forest, ForestPixels pixels)
    {
        ArrayView<int> bins = SharedMemory.Allocate<int>(FewPlanes / 4 * Threads);
        Walk(forest, pixels, bins, SharedMemory.Allocate<int>(ChunkWords), Threads);
    }

    /// <summary>Up to 128 byte planes: 48 KiB of shared memory, groups of up to 256 threads.</summary>
    public static void WalkMore(ForestChunks forest, ForestPixels pixels)
    {
        ArrayView<int> bins = SharedMemory.Allocate<int>(MorePlanes / 4 * Threads);
        Walk(forest, pixels, bins, SharedMemory.Allocate<int>(ChunkWords), Threads);
    }

    /// <summary>Up to 256 byte planes: 48 KiB of shared memory, groups of up to 128 threads.</summary>
    public static void WalkMost(ForestChunks forest, ForestPixels pixels)
    {
        ArrayView<int> bins = SharedMemory.Allocate<int>(MostPlanes / 4 * ThreadsOfMost);
        Walk(forest, pixels, bins, SharedMemory.Allocate<int>(ChunkWords), ThreadsOfMost);
    }

    /// <summary>
    /// Any number of byte planes, trees of any size: nodes and bins come from global memory through the caches. A step reads 8 bytes of a
    /// node and 1 of a bin; where the threads of a warp are at different nodes, each reads two sectors of 32 bytes. Meant to be right, not
    /// fast.
    /// </summary>
    public static void WalkLarge(ForestNodes forest, ForestPixels pixels)
    {
        int pixel = (Grid.IdxX * Group.DimX) + Group.IdxX;
        if (pixel < pixels.Pixels)
        {
            int groups = forest.GroupEnds.IntLength, tree = 0, label = 0;
            float best = 0;
            for (int group = 0; group < groups; group++)
            {
                float margin = forest.BaseMargins[group];
                for (int end = forest.GroupEnds[group]; tree < end; tree++)
                {
                    margin += LargeLeaf(forest.Nodes, forest.Roots[tree], pixels, pixel);
                }
                if (Exceeds(margin, best, group, groups))
                {
                    best = margin;
                    label = ClassOf(group, groups);
                }
                StoreMargin(pixels, group, pixel, margin);
            }
            pixels.Labels[pixel] = (byte)label;
        }
    }

    // Threads past the last pixel walk that pixel once more, so that all threads of a group meet at the barriers.
    private static void Walk(ForestChunks forest, ForestPixels pixels, ArrayView<int> binWords, ArrayView<int> tree, int threads)
    {
        int pixel = (Grid.IdxX * Group.DimX) + Group.IdxX, groups = forest.BaseMargins.IntLength;
        LoadBins(pixels, Math.Min(pixel, pixels.Pixels - 1), binWords, threads);
        ArrayView<byte> bins = binWords.Cast<byte>();
        int lane = Group.IdxX * 4, run = 0, group = 0, label = 0;
        float margin = 0, best = 0;
        for (int chunk = 0; chunk < forest.ChunkCount * ForestChunks.ChunkFields; chunk += ForestChunks.ChunkFields)
        {
            // The first barrier waits for the walks of the chunk before, the second for the loads of this one.
            GroupBarrier.Wait();
            LoadTrees(forest.Words, forest.Chunks[chunk], forest.Chunks[chunk + 1], tree);
            GroupBarrier.Wait();
            for (int end = forest.Chunks[chunk + 2]; run < end; run++)
            {
                int fields = run * ForestChunks.RunFields;
                int first = forest.Runs[fields], pairs = forest.Runs[fields + 1];
                int depth = forest.Runs[fields + 2], flags = forest.Runs[fields + 3];
                if ((flags & ForestChunks.BeginsGroup) != 0)
                {
                    margin = forest.BaseMargins[group];
                }
                if (depth == UnrolledDepth)
                {
                    margin = AddUnrolled(tree, first, pairs, bins, lane, margin);
                }
                else if (depth >= 0)
                {
                    margin = AddHeaps(tree, first, pairs, depth, bins, lane, margin);
                }
                else
                {
                    margin += ChainLeaf(tree, first, bins, lane);
                }
                if ((flags & ForestChunks.EndsGroup) != 0)
                {
                    if (Exceeds(margin, best, group, groups))
                    {
                        best = margin;
                        label = ClassOf(group, groups);
                    }
                    if (pixel < pixels.Pixels)
                    {
                        StoreMargin(pixels, group, pixel, margin);
                    }
                    group++;
                }
            }
        }
        if (pixel < pixels.Pixels)
        {
            pixels.Labels[pixel] = (byte)label;
        }
    }

    // Four byte planes to a word, a thread's words in a bank of their own. The last word repeats the last plane; no split asks for the
    // copies.
    private static void LoadBins(ForestPixels pixels, int pixel, ArrayView<int> words, int threads)
    {
        int last = pixels.Planes - 1, word = Group.IdxX;
        for (int plane = 0; plane <= last; plane += 4)
        {
            int first = Bin(pixels, plane, pixel), second = Bin(pixels, Math.Min(plane + 1, last), pixel);
            int third = Bin(pixels, Math.Min(plane + 2, last), pixel), fourth = Bin(pixels, Math.Min(plane + 3, last), pixel);
            words[word] = first | (second << 8) | (third << 16) | (fourth << 24);
            word += threads;
        }
    }

    private static int Bin(ForestPixels pixels, int plane, int pixel) => pixels.Bins[((long)plane * pixels.PlaneStride) + pixel];

    // Four loads are under way at once. The number of threads divides 256, so four rounds of it divide CopyWords, and no end is asked for.
    private static void LoadTrees(ArrayView<int> words, int from, int count, ArrayView<int> tree)
    {
        int step = Group.DimX;
        for (int i = Group.IdxX; i < count; i += 4 * step)
        {
            int first = words[from + i], second = words[from + i + step];
            int third = words[from + i + (2 * step)], fourth = words[from + i + (3 * step)];
            tree[i] = first;
            tree[i + step] = second;
            tree[i + (2 * step)] = third;
            tree[i + (3 * step)] = fourth;
        }
    }

    private static float AddUnrolled(ArrayView<int> tree, int first, int pairs, ArrayView<byte> bins, int lane, float margin)
    {
        const int Words = 2 << UnrolledDepth;
        for (int end = first + (pairs * 2 * Words); first < end; first += 2 * Words)
        {
            ArrayView<int> left = tree.SubView(first, Words), right = tree.SubView(first + Words, Words);
            int a = Child(left, 1, bins, lane), b = Child(right, 1, bins, lane);
            a = Child(left, a, bins, lane);
            b = Child(right, b, bins, lane);
            a = Child(left, a, bins, lane);
            b = Child(right, b, bins, lane);
            a = Child(left, a, bins, lane);
            b = Child(right, b, bins, lane);
            a = Child(left, a, bins, lane);
            b = Child(right, b, bins, lane);
            a = Child(left, a, bins, lane);
            b = Child(right, b, bins, lane);
            margin += Interop.IntAsFloat((uint)left[a]);
            margin += Interop.IntAsFloat((uint)right[b]);
        }
        return margin;
    }

    private static float AddHeaps(ArrayView<int> tree, int first, int pairs, int depth, ArrayView<byte> bins, int lane, float margin)
    {
        int words = 2 << depth;
        for (int end = first + (pairs * 2 * words); first < end; first += 2 * words)
        {
            ArrayView<int> left = tree.SubView(first, words), right = tree.SubView(first + words, words);
            int a = 1, b = 1;
            for (int level = 0; level < depth; level++)
            {
                a = Child(left, a, bins, lane);
                b = Child(right, b, bins, lane);
            }
            margin += Interop.IntAsFloat((uint)left[a]);
            margin += Interop.IntAsFloat((uint)right[b]);
        }
        return margin;
    }

    // A node is cut * 65536 + place, with place below 65536: node - bin * 65536 is negative exactly where the bin is above the cut, and its
    // sign bit is then the step to the right child. The place is that of the group's first pixel, whose lane bits are 0: `| lane` adds the
    // thread's own.
    private static int Child(ArrayView<int> tree, int at, ArrayView<byte> bins, int lane)
    {
        int node = tree[at];
        int bin = bins[(node & 0xffff) | lane];
        return (at << 1) | (int)((uint)(node - (bin << 16)) >> 31);
    }

    private static float ChainLeaf(ArrayView<int> tree, int at, ArrayView<byte> bins, int lane)
    {
        int node = tree[at], right = tree[at + 1];
        while (right != 0)
        {
            int bin = bins[(node & 0xffff) | lane];
            at += bin > node >> 16 ? right : 2;
            node = tree[at];
            right = tree[at + 1];
        }
        return Interop.IntAsFloat((uint)node);
    }

    private static float LargeLeaf(ArrayView<int> nodes, int at, ForestPixels pixels, int pixel)
    {
        int node = nodes[2 * at], right = nodes[(2 * at) + 1];
        while (right != 0)
        {
            at = Bin(pixels, node >> 8, pixel) > (node & 0xff) ? right : at + 1;
            node = nodes[2 * at];
            right = nodes[(2 * at) + 1];
        }
        return Interop.IntAsFloat((uint)node);
    }

    // One group means two classes: the second is chosen where the margin is above 0, which `best` starts with. Of several groups the first
    // is taken whatever its margin.
    private static bool Exceeds(float margin, float best, int group, int groups) => margin > best | (group == 0 & groups > 1);

    private static int ClassOf(int group, int groups) => groups == 1 ? 1 : group;

    private static void StoreMargin(ForestPixels pixels, int group, int pixel, float margin)
    {
        if (pixels.Margins.Length > 0)
        {
            pixels.Margins[((long)group * pixels.Pixels) + pixel] = margin;
        }
    }
}
