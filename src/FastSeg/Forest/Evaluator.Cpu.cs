using System.Runtime.CompilerServices;

namespace FastSeg.Forest;

/// <summary>The loops of the forest over squares of 16 x 16 pixels, written once for both vector widths.</summary>
internal static unsafe class Evaluator<TInt, TFloat, TLanes>
    where TInt : struct
    where TFloat : struct
    where TLanes : struct, IForestLanes<TInt, TFloat>
{
    /// <summary>Side of a square: a vector of 16 lanes holds four of its rows, one a byte.</summary>
    private const int Side = 16;

    /// <summary>Bins one plane of one square.</summary>
    /// <param name="rows">The first row's 16 values.</param>
    /// <param name="rowStride">Floats to the next row.</param>
    /// <param name="height">Rows there are; the last one stands for those that are missing.</param>
    /// <param name="heap">The plane's thresholds.</param>
    /// <param name="levels">Levels of the heap.</param>
    /// <param name="bins">Receives 256 bytes.</param>
    /// <param name="least">Receives the least bin.</param>
    /// <param name="most">Receives the largest bin.</param>
    /// <returns>Whether every value is finite; otherwise the bins mean nothing.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static bool Bin(float* rows, nint rowStride, int height, float* heap, int levels, byte* bins, out byte least, out byte most)
    {
        TFloat taint = default;
        TInt low = default, high = default;
        bool first = true;
        for (int y = 0; y < Side; y += 4)
        {
            float* row0 = rows + (Math.Min(y, height - 1) * rowStride);
            float* row1 = rows + (Math.Min(y + 1, height - 1) * rowStride);
            float* row2 = rows + (Math.Min(y + 2, height - 1) * rowStride);
            float* row3 = rows + (Math.Min(y + 3, height - 1) * rowStride);
            for (int x = 0; x < Side; x += TLanes.Count)
            {
                TFloat value0 = TLanes.Load(row0 + x), value1 = TLanes.Load(row1 + x), value2 = TLanes.Load(row2 + x), value3 = TLanes.Load(row3 + x);
                taint = TLanes.Taint(TLanes.Taint(TLanes.Taint(TLanes.Taint(taint, value0), value1), value2), value3);
                TInt packed = TLanes.Pack(
                    TLanes.Search(value0, heap, levels), TLanes.Search(value1, heap, levels),
                    TLanes.Search(value2, heap, levels), TLanes.Search(value3, heap, levels));
                TLanes.Store(packed, bins + (y * Side) + (x * 4));
                low = first ? packed : TLanes.Min(low, packed);
                high = first ? packed : TLanes.Max(high, packed);
                first = false;
            }
        }
        least = TLanes.LeastByte(low);
        most = TLanes.LargestByte(high);
        return !TLanes.AnyNaN(taint);
    }

    /// <summary>Evaluates trees on one square and adds their leaves to its margins, tree after tree.</summary>
    /// <param name="program">The trees.</param>
    /// <param name="first">The first tree.</param>
    /// <param name="end">The tree after the last.</param>
    /// <param name="bins">The square's planes.</param>
    /// <param name="margins">16 x 16 margins.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run(TreeProgram program, int first, int end, byte* bins, float* margins)
    {
        int* binsOf = program.BinsOf;
        uint* cuts = program.Cut;
        uint* labels = program.Label;
        uint* rightLabels = program.RightLabel;
        int step = TLanes.Count * 4;
        byte* scratch = stackalloc byte[TreeProgram.SquareBytes];
        uint noLabel = uint.MaxValue;
        TInt none = TLanes.Broadcast(&noLabel);
        for (int tree = first; tree < end; tree++)
        {
            int firstSplit = program.FirstSplit[tree];
            int endSplit = program.FirstSplit[tree + 1];
            float* leaves = program.Tables + program.TableOf[tree];
            int leafCount = program.Leaves[tree];
            for (int at = 0; at < TreeProgram.SquareBytes; at += 4 * step)
            {
                TInt label0 = default, label1 = default, label2 = default, label3 = default;
                if (firstSplit < endSplit)
                {
                    byte* value = bins + at + binsOf[firstSplit];
                    TInt cut = TLanes.Broadcast(cuts + firstSplit);
                    TInt label = TLanes.Broadcast(labels + firstSplit), right = TLanes.Broadcast(rightLabels + firstSplit);
                    label0 = TLanes.Start(TLanes.Load(value), cut, label, right);
                    label1 = TLanes.Start(TLanes.Load(value + step), cut, label, right);
                    label2 = TLanes.Start(TLanes.Load(value + (2 * step)), cut, label, right);
                    label3 = TLanes.Start(TLanes.Load(value + (3 * step)), cut, label, right);
                }
                for (int split = firstSplit + 1; split < endSplit; split++)
                {
                    byte* value = bins + at + binsOf[split];
                    TInt cut = TLanes.Broadcast(cuts + split);
                    TInt label = TLanes.Broadcast(labels + split), right = TLanes.Broadcast(rightLabels + split);
                    label0 = TLanes.Split(label0, TLanes.Load(value), cut, label, right, none);
                    label1 = TLanes.Split(label1, TLanes.Load(value + step), cut, label, right, none);
                    label2 = TLanes.Split(label2, TLanes.Load(value + (2 * step)), cut, label, right, none);
                    label3 = TLanes.Split(label3, TLanes.Load(value + (3 * step)), cut, label, right, none);
                }
                if (leafCount <= TLanes.FewLeaves)
                {
                    TLanes.AddLeaves(label0, leaves, Rows(margins, at));
                    TLanes.AddLeaves(label1, leaves, Rows(margins, at + step));
                    TLanes.AddLeaves(label2, leaves, Rows(margins, at + (2 * step)));
                    TLanes.AddLeaves(label3, leaves, Rows(margins, at + (3 * step)));
                    continue;
                }
                // Through memory: vectors that live across a call would not stay in registers in the loop above.
                TLanes.Store(label0, scratch);
                TLanes.Store(label1, scratch + step);
                TLanes.Store(label2, scratch + (2 * step));
                TLanes.Store(label3, scratch + (3 * step));
                TLanes.AddManyLeaves(scratch, leaves, leafCount, margins);
            }
        }
    }

    /// <summary>Where the first of the four rows of margins is whose labels are at byte <paramref name="at"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float* Rows(float* margins, int at) => margins + (at & ~63) + ((at & 63) / 4);
}
