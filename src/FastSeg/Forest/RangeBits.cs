using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace FastSeg.Forest;

/// <summary>
/// Prunes an <see cref="OrderedTree"/> with one bit a node (AVX2). Vectors compare the ranges of all its splits; from there on 64 bits hold
/// what is decided, what is reached, and which leaves are left. No branch depends on the tree or the ranges.
/// </summary>
internal readonly unsafe struct RangeBits
{
    /// <summary>Bytes of the ranges.</summary>
    public const int Bytes = 8 * Block;

    /// <summary>Bytes of the ranges that one set of lookups covers.</summary>
    private const int Block = 64;

    /// <summary>AVX2 compares signed bytes only: everything that is compared is less 128.</summary>
    private const byte Bias = 128;

    private readonly byte* _least;
    private readonly byte* _most;
    private readonly int _planes;
    private readonly int _blocks;

    /// <summary>Ranges of so many planes, at most 255, in a buffer of <see cref="Bytes"/>.</summary>
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
            _least[plane] = (byte)(least[plane] - Bias);
            _most[plane] = (byte)(most[plane] - Bias);
        }
        // A position that is no split asks for the plane behind the last one: the least bin there is, so that everything goes left.
        _least[_planes] = _most[_planes] = unchecked((byte)-Bias);
    }

    /// <summary>Finds the splits and the leaves that are left of a tree: a bit each, from left to right.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Prune(byte* tree, out ulong splits, out ulong leaves)
    {
        ulong someLeft = Below(_least, tree, 0) | ((ulong)Below(_least, tree, 32) << 32);
        ulong someRight = ~(Below(_most, tree, 0) | ((ulong)Below(_most, tree, 32) << 32));
        const ulong Root = 1ul << 32;
        ulong level1 = ((Root & someLeft) >> 16) | ((Root & someRight) << 16);
        ulong level2 = ((level1 & someLeft) >> 8) | ((level1 & someRight) << 8);
        ulong level3 = ((level2 & someLeft) >> 4) | ((level2 & someRight) << 4);
        ulong level4 = ((level3 & someLeft) >> 2) | ((level3 & someRight) << 2);
        ulong level5 = ((level4 & someLeft) >> 1) | ((level4 & someRight) << 1);
        splits = (Root | level1 | level2 | level3 | level4 | level5) & someLeft & someRight;
        leaves = ((level5 & someLeft) >> 1) | (level5 & someRight);
    }

    /// <summary>A bit for each of 32 nodes: whether the bin of its plane is below its cut.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private uint Below(byte* bins, byte* tree, int first)
    {
        Vector256<byte> plane = Avx.LoadVector256(tree + OrderedTree.Plane + first);
        return (uint)Avx2.MoveMask(Avx2.CompareGreaterThan(Avx.LoadVector256((sbyte*)tree + OrderedTree.Cut + first), Of(bins, plane).AsSByte()));
    }

    /// <summary>A table of up to 256 bytes, looked up.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Vector256<byte> Of(byte* table, Vector256<byte> index)
    {
        if (_blocks == 1)
        {
            return Of64(table, index);
        }
        Vector256<byte> inside = index & Vector256.Create((byte)(Block - 1));
        Vector256<byte> found = Of64(table, inside);
        for (int block = 1; block < _blocks; block++)
        {
            Vector256<byte> here = Avx2.CompareEqual(index & Vector256.Create((byte)192), Vector256.Create((byte)(Block * block)));
            found = Avx2.BlendVariable(found, Of64(table + (Block * block), inside), here);
        }
        return found;
    }

    /// <summary>A lookup takes the lowest four bits; bits 4 and 5 choose among four.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<byte> Of64(byte* table, Vector256<byte> index)
    {
        Vector256<byte> bit4 = Avx2.ShiftLeftLogical(index.AsUInt16(), 3).AsByte(), bit5 = Avx2.ShiftLeftLogical(index.AsUInt16(), 2).AsByte();
        Vector256<byte> lower = Avx2.BlendVariable(ByteTables.Lookup(table, index), ByteTables.Lookup(table + 16, index), bit4);
        Vector256<byte> upper = Avx2.BlendVariable(ByteTables.Lookup(table + 32, index), ByteTables.Lookup(table + 48, index), bit4);
        return Avx2.BlendVariable(lower, upper, bit5);
    }
}
