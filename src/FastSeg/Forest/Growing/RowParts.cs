using System.Runtime.CompilerServices;
using FastSeg.Native;

namespace FastSeg.Forest.Growing;

/// <summary>
/// Two copies of the lists of rows, between which nodes are split: a level's nodes lie one behind the other in one copy, and their children
/// in the same places of the other.
/// </summary>
internal sealed unsafe class RowParts : IDisposable
{
    /// <summary>Bytes of a row: its number in the drawn rows or in the others, and its derivatives.</summary>
    private const int RowBytes = (2 * sizeof(int)) + (2 * sizeof(float));

    private readonly HostBuffer _buffer;
    private readonly int* _ids, _others;
    private readonly float* _derivatives;
    private readonly long _count;
    private int _level;

    /// <summary>Memory for all rows, twice.</summary>
    public RowParts(int count)
    {
        _count = count;
        _buffer = new HostBuffer(Bytes(count));
        _derivatives = (float*)_buffer.Pointer;
        _ids = (int*)(_derivatives + (4 * _count));
        _others = _ids + (2 * _count);
    }

    /// <summary>Bytes that are held.</summary>
    public static long Bytes(long count) => 2 * RowBytes * count;

    /// <summary>Begins a tree: a root without rows, whose lists have room for all of them.</summary>
    public NodeRows Root()
    {
        _level = 0;
        return new NodeRows { Ids = _ids, Derivatives = _derivatives, Others = _others };
    }

    /// <summary>A node's lists from a row on, for the rows that are drawn from there on.</summary>
    public static NodeRows From(NodeRows node, int row)
    {
        node.Ids += row;
        node.Derivatives += 2 * (nint)row;
        node.Others += row;
        return node;
    }

    /// <summary>Puts parts, each of which begins where <see cref="From"/> had it, behind one another.</summary>
    /// <param name="parts">The parts, in the order of their rows.</param>
    /// <param name="all">The node whose lists they lie in; receives the counts.</param>
    public static void Join(ReadOnlySpan<NodeRows> parts, ref NodeRows all)
    {
        foreach (NodeRows part in parts)
        {
            new ReadOnlySpan<int>(part.Ids, part.Count).CopyTo(new Span<int>(all.Ids + all.Count, part.Count));
            new ReadOnlySpan<ulong>(part.Derivatives, part.Count)
                .CopyTo(new Span<ulong>((ulong*)all.Derivatives + all.Count, part.Count));
            new ReadOnlySpan<int>(part.Others, part.OtherCount).CopyTo(new Span<int>(all.Others + all.OtherCount, part.OtherCount));
            all.Count += part.Count;
            all.OtherCount += part.OtherCount;
        }
    }

    /// <summary>Goes to the next level: children lie in the other copy from now on.</summary>
    public void NextLevel() => _level++;

    /// <summary>Splits a node of this level into two of the next, whose sums the caller knows.</summary>
    /// <param name="node">The node.</param>
    /// <param name="column">The bins of the feature that splits it.</param>
    /// <param name="bin">The last bin that goes left.</param>
    /// <param name="drawn">Whether to split the drawn rows; otherwise the others.</param>
    /// <param name="left">Receives the rows that go left.</param>
    /// <param name="right">Receives the rest.</param>
    public void Divide(in NodeRows node, byte* column, int bin, bool drawn, ref NodeRows left, ref NodeRows right)
    {
        nint toOther = (nint)(_level % 2 == 0 ? _count : -_count);
        if (drawn)
        {
            left.Ids = node.Ids + toOther;
            left.Derivatives = node.Derivatives + (2 * toOther);
            left.Count = DivideDrawn(node, column, bin, left.Ids, left.Derivatives);
            right.Count = node.Count - left.Count;
            right.Ids = left.Ids + left.Count;
            right.Derivatives = left.Derivatives + (2 * (nint)left.Count);
            return;
        }
        left.Others = node.Others + toOther;
        left.OtherCount = DivideOthers(node.Others, node.OtherCount, column, bin, left.Others);
        right.OtherCount = node.OtherCount - left.OtherCount;
        right.Others = left.Others + left.OtherCount;
    }

    /// <inheritdoc/>
    public void Dispose() => _buffer.Dispose();

    /// <summary>
    /// Left rows from the front, right ones from the back: every row is written to both ends, and one of them moves on, so that no branch
    /// is guessed wrong. Returns how many went left.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int DivideDrawn(in NodeRows node, byte* column, int bin, int* ids, float* derivatives)
    {
        int* from = node.Ids;
        ulong* fromDerivatives = (ulong*)node.Derivatives, to = (ulong*)derivatives;
        int front = 0, back = node.Count - 1;
        for (int i = 0, count = node.Count; i < count; i++)
        {
            int id = from[i];
            ulong both = fromDerivatives[i];
            int goesLeft = column[id] <= bin ? 1 : 0;
            (ids[front], to[front]) = (id, both);
            (ids[back], to[back]) = (id, both);
            front += goesLeft;
            back -= 1 - goesLeft;
        }
        return front;
    }

    /// <inheritdoc cref="DivideDrawn"/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int DivideOthers(int* from, int count, byte* column, int bin, int* ids)
    {
        int front = 0, back = count - 1;
        for (int i = 0; i < count; i++)
        {
            int id = from[i];
            int goesLeft = column[id] <= bin ? 1 : 0;
            ids[front] = id;
            ids[back] = id;
            front += goesLeft;
            back -= 1 - goesLeft;
        }
        return front;
    }
}
