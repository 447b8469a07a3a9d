using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace FastSeg.Forest;

/// <summary>
/// Prunes an <see cref="OrderedTree"/> with one bit a node (AVX2). Two vectors compare the cuts of all 64 splits with the ranges of their
/// planes' bins; from there on one 64-bit integer each says which splits send some pixel left, which send some right, which are reached,
/// and which leaves remain. No branch depends on the tree or the ranges.
/// </summary>
internal readonly unsafe struct RangeBits
{
    /// <summary>Bytes of the ranges: the least bins of up to 255 planes and of the one behind them, then the largest bins.</summary>
    public const int Bytes = 8 * Block;

    /// <summary>Planes that one set of lookups covers: four tables of 16 bytes.</summary>
    private const int Block = 64;

    private readonly byte* _least;
    private readonly byte* _most;
    private readonly int _planes;
    private readonly int _blocks;

    /// <summary>Keeps the ranges of up to 255 planes in a buffer of <see cref="Bytes"/>.</summary>
    public RangeBits(int planes, byte* buffer)
    {
        _least = buffer;
        _most = buffer + (4 * Block);
        _planes = planes;
        _blocks = (planes / Block) + 1;
    }

    /// <summary>Takes the least and the largest bin of each plane.</summary>
    public void Set(byte* least, byte* most)
    {
        for (int plane = 0; plane < _planes; plane++)
        {
            _least[plane] = (byte)(least[plane] - SignedBins.Bias);
            _most[plane] = (byte)(most[plane] - SignedBins.Bias);
        }
        // A position without a split asks for the plane behind the last one: its range is bin 0 alone, which goes left at any cut.
        _least[_planes] = _most[_planes] = unchecked((byte)-SignedBins.Bias);
    }

    /// <summary>Finds the splits and the leaves of each tree that pixels can reach: one bit for each, from left to right.</summary>
    /// <param name="tree">The first <see cref="OrderedTree"/>; the others follow it.</param>
    /// <param name="count">Trees.</param>
    /// <param name="kept">Receives two words for each tree: its remaining splits and its remaining leaves.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Prune(byte* tree, int count, ulong* kept)
    {
        if (_blocks > 1)
        {
            // More planes than the registers hold tables for: every lookup reads its tables from memory.
            for (int i = 0; i < count; i++, tree += OrderedTree.Stride, kept += 2)
            {
                Vector256<byte> lower = Avx.LoadVector256(tree + OrderedTree.Plane);
                Vector256<byte> upper = Avx.LoadVector256(tree + OrderedTree.Plane + 32);
                Reach(
                    Below(tree, Of(_least, lower), Of(_least, upper)), Below(tree, Of(_most, lower), Of(_most, upper)), kept);
            }
            return;
        }
        Vector256<byte> least0 = Table(_least), least1 = Table(_least + 16), least2 = Table(_least + 32), least3 = Table(_least + 48);
        Vector256<byte> most0 = Table(_most), most1 = Table(_most + 16), most2 = Table(_most + 32), most3 = Table(_most + 48);
        for (int i = 0; i < count; i++, tree += OrderedTree.Stride, kept += 2)
        {
            Vector256<byte> lower = Avx.LoadVector256(tree + OrderedTree.Plane);
            Vector256<byte> upper = Avx.LoadVector256(tree + OrderedTree.Plane + 32);
            // Some pixel goes left where the least bin is not above the cut, all do where the largest is not.
            ulong someLeft = Below(tree, Of64(lower, least0, least1, least2, least3), Of64(upper, least0, least1, least2, least3));
            ulong allLeft = Below(tree, Of64(lower, most0, most1, most2, most3), Of64(upper, most0, most1, most2, most3));
            Reach(someLeft, allLeft, kept);
        }
    }

    /// <summary>
    /// Follows the pixels down from the root, a level of splits at a time. With in-order numbers that takes shifts: the children of a
    /// level's splits are 16, 8, 4, 2 and 1 positions to either side. A split remains if it is reached and sends pixels both ways; a
    /// leaf remains if a split of the lowest level, whose left leaf has the number before its own, sends pixels to it.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Reach(ulong someLeft, ulong allLeft, ulong* kept)
    {
        const ulong Root = 1ul << 32;
        ulong someRight = ~allLeft;
        ulong level1 = ((Root & someLeft) >> 16) | ((Root & someRight) << 16);
        ulong level2 = ((level1 & someLeft) >> 8) | ((level1 & someRight) << 8);
        ulong level3 = ((level2 & someLeft) >> 4) | ((level2 & someRight) << 4);
        ulong level4 = ((level3 & someLeft) >> 2) | ((level3 & someRight) << 2);
        ulong level5 = ((level4 & someLeft) >> 1) | ((level4 & someRight) << 1);
        kept[0] = (Root | level1 | level2 | level3 | level4 | level5) & someLeft & someRight;
        kept[1] = ((level5 & someLeft) >> 1) | (level5 & someRight);
    }

    /// <summary>A bit for each split: whether the given bin of its plane goes left.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Below(byte* tree, Vector256<byte> lower, Vector256<byte> upper)
    {
        sbyte* cuts = (sbyte*)tree + OrderedTree.Cut;
        uint first = (uint)Avx2.MoveMask(Avx2.CompareGreaterThan(Avx.LoadVector256(cuts), lower.AsSByte()));
        uint second = (uint)Avx2.MoveMask(Avx2.CompareGreaterThan(Avx.LoadVector256(cuts + 32), upper.AsSByte()));
        return first | ((ulong)second << 32);
    }

    /// <summary>
    /// A table of up to 256 bytes, looked up: each lane keeps the result of the block that bits 6 and 7 of its index name.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Vector256<byte> Of(byte* table, Vector256<byte> index)
    {
        Vector256<byte> inside = index & Vector256.Create((byte)(Block - 1));
        Vector256<byte> found = Of64(inside, Table(table), Table(table + 16), Table(table + 32), Table(table + 48));
        for (int block = 1; block < _blocks; block++)
        {
            byte* next = table + (Block * block);
            Vector256<byte> here = Avx2.CompareEqual(index & Vector256.Create((byte)192), Vector256.Create((byte)(Block * block)));
            found = Avx2.BlendVariable(found, Of64(inside, Table(next), Table(next + 16), Table(next + 32), Table(next + 48)), here);
        }
        return found;
    }

    /// <summary>
    /// A table of 64 bytes, looked up. A shuffle looks up 16 bytes by the lowest four bits; bits 4 and 5 choose among four shuffles, by
    /// blends that look at each byte's highest bit, where shifts bring them.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<byte> Of64(
        Vector256<byte> index, Vector256<byte> table0, Vector256<byte> table1, Vector256<byte> table2, Vector256<byte> table3)
    {
        Vector256<byte> bit4 = Avx2.ShiftLeftLogical(index.AsUInt16(), 3).AsByte();
        Vector256<byte> bit5 = Avx2.ShiftLeftLogical(index.AsUInt16(), 2).AsByte();
        Vector256<byte> lower = Avx2.BlendVariable(Avx2.Shuffle(table0, index), Avx2.Shuffle(table1, index), bit4);
        Vector256<byte> upper = Avx2.BlendVariable(Avx2.Shuffle(table2, index), Avx2.Shuffle(table3, index), bit4);
        return Avx2.BlendVariable(lower, upper, bit5);
    }

    /// <summary>16 bytes in both halves: a shuffle looks up within its half.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<byte> Table(byte* bytes) => Avx2.BroadcastVector128ToVector256(bytes);
}
