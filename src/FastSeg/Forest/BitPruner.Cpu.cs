using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using FastSeg.Native;

namespace FastSeg.Forest;

/// <summary>
/// Prunes a tree of depth up to 6 with one bit a node (AVX2). Vectors compare the ranges of all its splits; from there on 64 bits hold
/// what is decided, what is reached, and which leaves are left. No branch depends on what is decided, only on how many splits remain.
/// </summary>
internal sealed unsafe class BitPruner : SquarePruner
{
    /// <summary>Bytes of the ranges that one set of lookups covers.</summary>
    private const int Block = 64;

    /// <summary>AVX2 compares signed bytes only: everything that is compared is less 128.</summary>
    private const byte Bias = 128;

    private readonly ForestTables _tables;
    private readonly HostBuffer _buffer;
    private readonly byte* _trees;
    private readonly byte* _ranges;
    private readonly byte* _firstLeaf;
    private readonly ulong* _left;
    private readonly uint* _packed;
    private readonly int _blocks;
    private readonly int[] _firstOf;

    /// <summary>Lays the trees out.</summary>
    /// <param name="tables">A forest that <see cref="SquarePruner.Suits"/>.</param>
    public BitPruner(ForestTables tables)
    {
        _tables = tables;
        _blocks = (tables.Planes / Block) + 1;
        _buffer = new HostBuffer(Bytes(tables));
        _ranges = _buffer.Pointer;
        _firstLeaf = _ranges + (8 * Block);
        _left = (ulong*)(_firstLeaf + (2 * PathTree.Nodes));
        _packed = (uint*)(_left + (2 * tables.Forest.Trees.Length));
        _trees = (byte*)(_packed + TreeProgram.MostSplits(tables.Forest));
        for (int level = 0; level < PathTree.Levels; level++)
        {
            for (int path = 0; path < 1 << level; path++)
            {
                int position = (1 << level) + path;
                _firstLeaf[2 * position] = (byte)PathTree.FirstLeaf(level, path);
                _firstLeaf[(2 * position) + 1] = (byte)PathTree.FirstLeaf(level + 1, path + (1 << level));
            }
        }
        _firstOf = new int[tables.Forest.Groups];
        int laid = 0;
        for (int group = 0; group < tables.Forest.Groups; group++)
        {
            _firstOf[group] = laid;
            foreach (int tree in tables.TreesOf[group])
            {
                PathTree.Lay(tables, tables.Forest.Trees[tree], _trees + ((long)PathTree.Stride * laid++));
            }
        }
    }

    /// <summary>Bytes the constructor allocates.</summary>
    public static long Bytes(ForestTables tables) => (8 * Block) + (2 * PathTree.Nodes) + (2L * sizeof(ulong) * tables.Forest.Trees.Length)
        + (sizeof(uint) * (long)TreeProgram.MostSplits(tables.Forest)) + ((long)PathTree.Stride * tables.Forest.Trees.Length);

    /// <inheritdoc/>
    public override void Dispose() => _buffer.Dispose();

    /// <inheritdoc/>
    public override void AddGroup(int group, byte* least, byte* most, TreeProgram program)
    {
        byte* low = _ranges;
        byte* high = low + (4 * Block);
        for (int plane = 0; plane < _tables.Planes; plane++)
        {
            low[plane] = (byte)(least[plane] - Bias);
            high[plane] = (byte)(most[plane] - Bias);
        }
        // A position that is no split asks for the plane behind the last one: the least bin there is, so that everything goes left.
        low[_tables.Planes] = high[_tables.Planes] = unchecked((byte)-Bias);
        byte* tree = _trees + ((long)PathTree.Stride * _firstOf[group]);
        int trees = _tables.TreesOf[group].Length;
        for (int i = 0; i < trees; i++)
        {
            Decide(tree + ((long)PathTree.Stride * i), _left + (2 * i));
        }
        for (int i = 0; i < trees; i++)
        {
            Write(tree + ((long)PathTree.Stride * i), _left[2 * i], _left[(2 * i) + 1], program);
        }
        program.Unpack(_packed);
    }

    /// <summary>Finds the splits and the leaves that are left of a tree: a bit each.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Decide(byte* tree, ulong* left)
    {
        byte* low = _ranges, high = low + (4 * Block);
        ulong someRight = Above(high, tree, 0) | ((ulong)Above(high, tree, 32) << 32);
        ulong someLeft = ~(Above(low, tree, 0) | ((ulong)Above(low, tree, 32) << 32));
        const ulong Root = 2;
        ulong level1 = ((Root & someLeft) << 1) | ((Root & someRight) << 2);
        ulong level2 = ((level1 & someLeft) << 2) | ((level1 & someRight) << 4);
        ulong level3 = ((level2 & someLeft) << 4) | ((level2 & someRight) << 8);
        ulong level4 = ((level3 & someLeft) << 8) | ((level3 & someRight) << 16);
        ulong level5 = ((level4 & someLeft) << 16) | ((level4 & someRight) << 32);
        left[0] = (Root | level1 | level2 | level3 | level4 | level5) & someLeft & someRight;
        left[1] = FromLeft(((level5 & someLeft) >> 32) | (level5 & someRight));
    }

    /// <summary>Adds splits and leaves, with the labels of <see cref="Pruner"/>: the number of a subtree's first leaf.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Write(byte* tree, ulong splits, ulong leaves, TreeProgram program)
    {
        ushort* planesAndCuts = (ushort*)(tree + PathTree.Both);
        ushort* firstLeaves = (ushort*)_firstLeaf;
        float* values = (float*)(tree + PathTree.Leaves);
        float* table = program.Tables + program.NextTable;
        uint* packed = _packed + program.Splits;
        int count = BitOperations.PopCount(leaves);
        ulong rest = leaves;
        for (nint i = count - 1; i > 0; i--)
        {
            nuint node = (nuint)BitOperations.TrailingZeroCount(splits);
            splits &= splits - 1;
            // The instruction looks at the lowest byte only.
            ulong first = firstLeaves[node];
            uint own = (uint)BitOperations.PopCount(Bmi2.X64.ZeroHighBits(leaves, first));
            uint right = (uint)BitOperations.PopCount(Bmi2.X64.ZeroHighBits(leaves, first >> 8));
            *packed++ = planesAndCuts[node] | (own << 16) | (right << 24);
            *table++ = values[(nuint)BitOperations.TrailingZeroCount(rest)];
            rest &= rest - 1;
        }
        *table = values[(nuint)BitOperations.TrailingZeroCount(rest)];
        program.Splits += count - 1;
        program.EndTree(count);
    }

    /// <summary>Leaves numbered by their paths, numbered from left to right: the six bits of their numbers are reversed.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong FromLeft(ulong leaves) =>
        Exchange(Exchange(Exchange(leaves, 31, 0x00000000AAAAAAAA), 14, 0x0000CCCC0000CCCC), 4, 0x00F000F000F000F0);

    /// <summary>Exchanges the bits of the mask with those <paramref name="distance"/> above them.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Exchange(ulong bits, int distance, ulong mask)
    {
        ulong differ = ((bits >> distance) ^ bits) & mask;
        return bits ^ differ ^ (differ << distance);
    }

    /// <summary>A bit for each of 32 positions: whether the bin of its plane is above its cut.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private uint Above(byte* bins, byte* tree, int first)
    {
        Vector256<byte> plane = Avx.LoadVector256(tree + PathTree.Plane + first);
        Vector256<sbyte> cut = Avx.LoadVector256(tree + PathTree.Cut + first).AsSByte() ^ Vector256.Create(unchecked((sbyte)Bias));
        return (uint)Avx2.MoveMask(Avx2.CompareGreaterThan(Of(bins, plane).AsSByte(), cut));
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
        Vector256<byte> lower = Avx2.BlendVariable(Lookup(table, index), Lookup(table + 16, index), bit4);
        Vector256<byte> upper = Avx2.BlendVariable(Lookup(table + 32, index), Lookup(table + 48, index), bit4);
        return Avx2.BlendVariable(lower, upper, bit5);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<byte> Lookup(byte* table, Vector256<byte> index) => Avx2.Shuffle(Avx2.BroadcastVector128ToVector256(table), index);
}
