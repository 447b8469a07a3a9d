using System.Runtime.CompilerServices;

namespace FastSeg.Forest;

/// <summary>The loops of the forest over squares of 16 x 16 pixels, written once for both vector widths.</summary>
internal static unsafe class Evaluator<TInt, TFloat, TLanes>
    where TInt : struct
    where TFloat : struct
    where TLanes : struct, IForestLanes<TInt, TFloat>
{
    /// <summary>Side of a square: a vector of 16 lanes holds four of its rows.</summary>
    private const int Side = 16;

    /// <summary>Bins one plane of one square.</summary>
    /// <param name="rows">The first row's 16 values.</param>
    /// <param name="rowStride">Floats to the next row.</param>
    /// <param name="height">Rows there are; the last one stands for those that are missing.</param>
    /// <param name="square">Scratch for 16 x 16 values; the rows may be there already.</param>
    /// <param name="search">The plane's thresholds, as the lanes take them.</param>
    /// <param name="levels">Steps of the search.</param>
    /// <param name="paths">From paths to bins: <see cref="PathTables.Of"/>.</param>
    /// <param name="bins">Receives 256 bytes.</param>
    /// <param name="least">Receives the least bin.</param>
    /// <param name="most">Receives the largest bin.</param>
    /// <returns>Whether every value is finite; otherwise the bins mean nothing.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static bool Bin(
        float* rows, nint rowStride, int height, float* square, float* search, int levels, byte* paths, byte* bins, out byte least, out byte most)
    {
        TFloat taint0 = default, taint1 = default;
        for (int y = 0; y < Side; y += 2)
        {
            float* row0 = rows + (Math.Min(y, height - 1) * rowStride);
            float* row1 = rows + (Math.Min(y + 1, height - 1) * rowStride);
            for (int x = 0; x < Side; x += TLanes.Count)
            {
                TFloat value0 = TLanes.Load(row0 + x), value1 = TLanes.Load(row1 + x);
                (taint0, taint1) = (TLanes.Taint(taint0, value0), TLanes.Taint(taint1, value1));
                TLanes.Store(value0, square + (y * Side) + x);
                TLanes.Store(value1, square + ((y + 1) * Side) + x);
            }
        }
        TLanes.Search(square, search, levels, bins);
        TInt low = TLanes.Sort(paths, TLanes.Load(bins)), high = low;
        for (int at = 0; at < TreeProgram.SquareBytes; at += 4 * TLanes.Count)
        {
            TInt sorted = TLanes.Sort(paths, TLanes.Load(bins + at));
            TLanes.StoreBins(sorted, bins + at);
            low = TLanes.Min(low, sorted);
            high = TLanes.Max(high, sorted);
        }
        least = TLanes.LeastByte(low);
        most = TLanes.LargestByte(high);
        return !TLanes.AnyNaN(TLanes.Add(taint0, taint1));
    }

    /// <summary>Evaluates trees on some squares and adds their leaves to the squares' margins, tree after tree.</summary>
    /// <param name="program">The trees.</param>
    /// <param name="first">The first tree.</param>
    /// <param name="end">The tree after the last.</param>
    /// <param name="bins">The first square's planes.</param>
    /// <param name="binStride">Bytes to the next square's planes.</param>
    /// <param name="margins">16 x 16 margins of the first square, those of the others behind them.</param>
    /// <param name="squares">Squares; each tree is evaluated on all of them before the next.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run(TreeProgram program, int first, int end, byte* bins, nint binStride, float* margins, int squares)
    {
        int* binsOf = program.BinsOf;
        uint* cuts = program.Cut;
        uint* labels = program.Label;
        uint* lefts = program.Left;
        uint* rights = program.Right;
        int step = TLanes.Count * 4;
        int passes = squares * TreeProgram.SquareBytes / (4 * step);
        byte* scratch = stackalloc byte[TreeProgram.SquareBytes];
        float* arranged = stackalloc float[TreeProgram.MaxLeaves];
        for (int tree = first; tree < end; tree++)
        {
            int firstSplit = program.FirstSplit[tree];
            int endSplit = program.FirstSplit[tree + 1];
            float* leaves = program.Tables + program.TableOf[tree];
            int leafCount = program.Leaves[tree];
            if (leafCount == 1)
            {
                int run = tree;
                while (tree + 1 < end && program.Leaves[tree + 1] == 1)
                {
                    tree++;
                }
                AddConstants(program, run, tree + 1, margins, squares);
                continue;
            }
            leaves = TLanes.Arrange(leaves, leafCount, arranged);
            byte* pass = bins;
            float* rows = margins;
            if (TLanes.Count == 8)
            {
                for (int sq = 0; sq < squares; sq++, pass += binStride, rows += 256)
                {
                    byte* value = pass + binsOf[firstSplit];
                    TInt cut = TLanes.BroadcastCut(cuts + firstSplit);
                    TInt right = TLanes.Broadcast(rights + firstSplit);
                    TInt label0 = TLanes.First(TLanes.Load(value), cut, right);
                    TInt label1 = TLanes.First(TLanes.Load(value + step), cut, right);
                    TInt label2 = TLanes.First(TLanes.Load(value + (2 * step)), cut, right);
                    TInt label3 = TLanes.First(TLanes.Load(value + (3 * step)), cut, right);
                    TInt label4 = TLanes.First(TLanes.Load(value + (4 * step)), cut, right);
                    TInt label5 = TLanes.First(TLanes.Load(value + (5 * step)), cut, right);
                    TInt label6 = TLanes.First(TLanes.Load(value + (6 * step)), cut, right);
                    TInt label7 = TLanes.First(TLanes.Load(value + (7 * step)), cut, right);
                    for (int split = firstSplit + 1; split < endSplit; split++)
                    {
                        value = pass + binsOf[split];
                        cut = TLanes.BroadcastCut(cuts + split);
                        right = TLanes.Broadcast(rights + split);
                        TInt label = TLanes.Broadcast(labels + split);
                        label0 = TLanes.Next(label0, label, TLanes.Load(value), cut, right);
                        label1 = TLanes.Next(label1, label, TLanes.Load(value + step), cut, right);
                        label2 = TLanes.Next(label2, label, TLanes.Load(value + (2 * step)), cut, right);
                        label3 = TLanes.Next(label3, label, TLanes.Load(value + (3 * step)), cut, right);
                        label4 = TLanes.Next(label4, label, TLanes.Load(value + (4 * step)), cut, right);
                        label5 = TLanes.Next(label5, label, TLanes.Load(value + (5 * step)), cut, right);
                        label6 = TLanes.Next(label6, label, TLanes.Load(value + (6 * step)), cut, right);
                        label7 = TLanes.Next(label7, label, TLanes.Load(value + (7 * step)), cut, right);
                    }
                    if (leafCount <= TLanes.FewLeaves)
                    {
                        TLanes.AddLeaves(label0, leaves, rows);
                        TLanes.AddLeaves(label1, leaves, rows + Rows(step));
                        TLanes.AddLeaves(label2, leaves, rows + Rows(2 * step));
                        TLanes.AddLeaves(label3, leaves, rows + Rows(3 * step));
                        TLanes.AddLeaves(label4, leaves, rows + Rows(4 * step));
                        TLanes.AddLeaves(label5, leaves, rows + Rows(5 * step));
                        TLanes.AddLeaves(label6, leaves, rows + Rows(6 * step));
                        TLanes.AddLeaves(label7, leaves, rows + Rows(7 * step));
                    }
                    else
                    {
                        TLanes.Store(label0, scratch);
                        TLanes.Store(label1, scratch + step);
                        TLanes.Store(label2, scratch + (2 * step));
                        TLanes.Store(label3, scratch + (3 * step));
                        TLanes.Store(label4, scratch + 4 * step);
                        TLanes.Store(label5, scratch + 5 * step);
                        TLanes.Store(label6, scratch + (6 * step));
                        TLanes.Store(label7, scratch + (7 * step));
                        TLanes.AddManyLeaves(scratch, leaves, leafCount, rows);
                        TLanes.AddManyLeaves(scratch + 128, leaves, leafCount, rows + 128);
                    }
                }
                continue;
            }
            for (int i = 0; i < passes; i++)
            {
                byte* value = pass + binsOf[firstSplit];
                TInt cut = TLanes.BroadcastCut(cuts + firstSplit);
                TInt left = TLanes.Broadcast(lefts + firstSplit), right = TLanes.Broadcast(rights + firstSplit);
                TInt label0 = TLanes.Select(TLanes.Load(value), cut, left, right);
                TInt label1 = TLanes.Select(TLanes.Load(value + step), cut, left, right);
                TInt label2 = TLanes.Select(TLanes.Load(value + (2 * step)), cut, left, right);
                TInt label3 = TLanes.Select(TLanes.Load(value + (3 * step)), cut, left, right);
                for (int split = firstSplit + 1; split < endSplit; split++)
                {
                    value = pass + binsOf[split];
                    cut = TLanes.BroadcastCut(cuts + split);
                    left = TLanes.Broadcast(lefts + split);
                    right = TLanes.Broadcast(rights + split);
                    TInt label = TLanes.Broadcast(labels + split);
                    label0 = TLanes.Replace(label0, label, TLanes.Select(TLanes.Load(value), cut, left, right));
                    label1 = TLanes.Replace(label1, label, TLanes.Select(TLanes.Load(value + step), cut, left, right));
                    label2 = TLanes.Replace(label2, label, TLanes.Select(TLanes.Load(value + (2 * step)), cut, left, right));
                    label3 = TLanes.Replace(label3, label, TLanes.Select(TLanes.Load(value + (3 * step)), cut, left, right));
                }
                if (leafCount <= TLanes.FewLeaves)
                {
                    TLanes.AddLeaves(label0, leaves, rows);
                    TLanes.AddLeaves(label1, leaves, rows + Rows(step));
                    TLanes.AddLeaves(label2, leaves, rows + Rows(2 * step));
                    TLanes.AddLeaves(label3, leaves, rows + Rows(3 * step));
                }
                else
                {
                    // Through memory: vectors that live across a call would not stay in registers in the loop above.
                    TLanes.Store(label0, scratch);
                    TLanes.Store(label1, scratch + step);
                    TLanes.Store(label2, scratch + (2 * step));
                    TLanes.Store(label3, scratch + (3 * step));
                    TLanes.AddManyLeaves(scratch, leaves, leafCount, rows);
                }
                rows += 4 * step;
                // Both passes over a square are done before the next square.
                pass += 4 * step;
                pass += ((pass - bins) & (TreeProgram.SquareBytes - 1)) == 0 ? binStride - TreeProgram.SquareBytes : 0;
            }
        }
    }

    /// <summary>Adds trees with one leaf, one after the other: the margins stay in registers meanwhile.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void AddConstants(TreeProgram program, int first, int end, float* margins, int squares)
    {
        int count = TLanes.Count;
        float* last = margins + (squares * Side * Side);
        for (float* at = margins; at < last; at += 8 * count)
        {
            TFloat sum0 = TLanes.Load(at), sum1 = TLanes.Load(at + count), sum2 = TLanes.Load(at + (2 * count)), sum3 = TLanes.Load(at + (3 * count));
            float* rest = at + (4 * count);
            TFloat sum4 = TLanes.Load(rest), sum5 = TLanes.Load(rest + count), sum6 = TLanes.Load(rest + (2 * count)), sum7 = TLanes.Load(rest + (3 * count));
            for (int tree = first; tree < end; tree++)
            {
                TFloat leaf = TLanes.Broadcast(program.Tables[program.TableOf[tree]]);
                (sum0, sum1, sum2, sum3) = (TLanes.Add(sum0, leaf), TLanes.Add(sum1, leaf), TLanes.Add(sum2, leaf), TLanes.Add(sum3, leaf));
                (sum4, sum5, sum6, sum7) = (TLanes.Add(sum4, leaf), TLanes.Add(sum5, leaf), TLanes.Add(sum6, leaf), TLanes.Add(sum7, leaf));
            }
            TLanes.Store(sum0, at);
            TLanes.Store(sum1, at + count);
            TLanes.Store(sum2, at + (2 * count));
            TLanes.Store(sum3, at + (3 * count));
            TLanes.Store(sum4, rest);
            TLanes.Store(sum5, rest + count);
            TLanes.Store(sum6, rest + (2 * count));
            TLanes.Store(sum7, rest + (3 * count));
        }
    }

    /// <summary>Where the first of the four rows of margins is whose labels are at byte <paramref name="at"/>, in floats.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Rows(int at) => (at & ~63) + ((at & 63) / 4);
}
