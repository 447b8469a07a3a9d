using System.Runtime.CompilerServices;

namespace FastSeg.Forest;

/// <summary>Evaluates a <see cref="TreeProgram"/> on squares of 16 x 16 pixels; written once for both vector widths.</summary>
internal static unsafe class Evaluator<TInt, TLanes>
    where TInt : struct
    where TLanes : struct, IForestLanes<TInt>
{
    private const int Side = Square.Side;

    /// <summary>Evaluates trees on some squares and adds each pixel's leaves to its margin, tree after tree.</summary>
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
        byte* labels = stackalloc byte[Square.Pixels];
        float* arranged = stackalloc float[TreeProgram.MaxLeaves];
        for (int tree = first; tree < end; tree++)
        {
            int leafCount = program.Leaves[tree];
            if (leafCount <= TLanes.SmallLeaves)
            {
                // Small trees that follow one another are evaluated together.
                int run = tree;
                while (tree + 1 < end && program.Leaves[tree + 1] <= TLanes.SmallLeaves)
                {
                    tree++;
                }
                TLanes.AddSmall(program, run, tree + 1, bins, binStride, margins, squares);
                continue;
            }
            float* leaves = TLanes.Arrange(program.Tables + program.TableOf[tree], leafCount, arranged);
            byte* square = bins;
            float* sums = margins;
            for (int i = 0; i < squares; i++, square += binStride, sums += Side * Side)
            {
                if (TLanes.Count == 16)
                {
                    RunFour(program, program.FirstSplit[tree], program.FirstSplit[tree + 1], square, leaves, leafCount, labels, sums);
                }
                else
                {
                    RunEight(program, program.FirstSplit[tree], program.FirstSplit[tree + 1], square, leaves, leafCount, labels, sums);
                }
            }
        }
    }

    /// <summary>A tree on a square of four vectors, of four rows each.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void RunFour(
        TreeProgram program, int firstSplit, int endSplit, byte* bins, float* leaves, int leafCount, byte* labels, float* margins)
    {
        const int Step = 64;
        int* binsOf = program.BinsOf;
        uint* cuts = program.Cut, owns = program.Label, rights = program.Right;
        // The first split decides for all pixels, whatever their label.
        byte* value = bins + binsOf[firstSplit];
        TInt cut = TLanes.BroadcastCut(cuts + firstSplit);
        TInt own = TLanes.Broadcast(owns + firstSplit), right = TLanes.Broadcast(rights + firstSplit);
        TInt label0 = TLanes.Select(TLanes.Load(value), cut, own, right);
        TInt label1 = TLanes.Select(TLanes.Load(value + Step), cut, own, right);
        TInt label2 = TLanes.Select(TLanes.Load(value + (2 * Step)), cut, own, right);
        TInt label3 = TLanes.Select(TLanes.Load(value + (3 * Step)), cut, own, right);
        for (int split = firstSplit + 1; split < endSplit; split++)
        {
            value = bins + binsOf[split];
            cut = TLanes.BroadcastCut(cuts + split);
            own = TLanes.Broadcast(owns + split);
            right = TLanes.Broadcast(rights + split);
            label0 = TLanes.Decide(label0, own, TLanes.Load(value), cut, right);
            label1 = TLanes.Decide(label1, own, TLanes.Load(value + Step), cut, right);
            label2 = TLanes.Decide(label2, own, TLanes.Load(value + (2 * Step)), cut, right);
            label3 = TLanes.Decide(label3, own, TLanes.Load(value + (3 * Step)), cut, right);
        }
        if (leafCount <= TLanes.FewLeaves)
        {
            TLanes.AddLeaves(label0, leaves, margins);
            TLanes.AddLeaves(label1, leaves, margins + Step);
            TLanes.AddLeaves(label2, leaves, margins + (2 * Step));
            TLanes.AddLeaves(label3, leaves, margins + (3 * Step));
            return;
        }
        // Through memory: vectors that live across a call would not stay in registers in the loop above.
        TLanes.Store(label0, labels);
        TLanes.Store(label1, labels + Step);
        TLanes.Store(label2, labels + (2 * Step));
        TLanes.Store(label3, labels + (3 * Step));
        TLanes.AddManyLeaves(labels, leaves, leafCount, margins);
    }

    /// <summary>
    /// A tree on a square of eight vectors, all at once: with four and four a split's values would be fetched twice and the loop's end
    /// mispredicted twice, which is a fifth of the time.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void RunEight(
        TreeProgram program, int firstSplit, int endSplit, byte* bins, float* leaves, int leafCount, byte* labels, float* margins)
    {
        const int Step = 32;
        int* binsOf = program.BinsOf;
        uint* cuts = program.Cut, owns = program.Label, rights = program.Right;
        // The first split decides for all pixels, whatever their label.
        byte* value = bins + binsOf[firstSplit];
        TInt cut = TLanes.BroadcastCut(cuts + firstSplit);
        TInt own = TLanes.Broadcast(owns + firstSplit), right = TLanes.Broadcast(rights + firstSplit);
        TInt label0 = TLanes.Select(TLanes.Load(value), cut, own, right);
        TInt label1 = TLanes.Select(TLanes.Load(value + Step), cut, own, right);
        TInt label2 = TLanes.Select(TLanes.Load(value + (2 * Step)), cut, own, right);
        TInt label3 = TLanes.Select(TLanes.Load(value + (3 * Step)), cut, own, right);
        TInt label4 = TLanes.Select(TLanes.Load(value + (4 * Step)), cut, own, right);
        TInt label5 = TLanes.Select(TLanes.Load(value + (5 * Step)), cut, own, right);
        TInt label6 = TLanes.Select(TLanes.Load(value + (6 * Step)), cut, own, right);
        TInt label7 = TLanes.Select(TLanes.Load(value + (7 * Step)), cut, own, right);
        for (int split = firstSplit + 1; split < endSplit; split++)
        {
            value = bins + binsOf[split];
            cut = TLanes.BroadcastCut(cuts + split);
            own = TLanes.Broadcast(owns + split);
            right = TLanes.Broadcast(rights + split);
            label0 = TLanes.Decide(label0, own, TLanes.Load(value), cut, right);
            label1 = TLanes.Decide(label1, own, TLanes.Load(value + Step), cut, right);
            label2 = TLanes.Decide(label2, own, TLanes.Load(value + (2 * Step)), cut, right);
            label3 = TLanes.Decide(label3, own, TLanes.Load(value + (3 * Step)), cut, right);
            label4 = TLanes.Decide(label4, own, TLanes.Load(value + (4 * Step)), cut, right);
            label5 = TLanes.Decide(label5, own, TLanes.Load(value + (5 * Step)), cut, right);
            label6 = TLanes.Decide(label6, own, TLanes.Load(value + (6 * Step)), cut, right);
            label7 = TLanes.Decide(label7, own, TLanes.Load(value + (7 * Step)), cut, right);
        }
        TLanes.Store(label0, labels);
        TLanes.Store(label1, labels + Step);
        TLanes.Store(label2, labels + (2 * Step));
        TLanes.Store(label3, labels + (3 * Step));
        TLanes.Store(label4, labels + (4 * Step));
        TLanes.Store(label5, labels + (5 * Step));
        TLanes.Store(label6, labels + (6 * Step));
        TLanes.Store(label7, labels + (7 * Step));
        if (leafCount > TLanes.FewLeaves)
        {
            TLanes.AddManyLeaves(labels, leaves, leafCount, margins);
            return;
        }
        // Vectors hold the left and the right half of four rows in turn.
        for (int i = 0; i < 8; i++)
        {
            TLanes.AddLeaves(TLanes.Load(labels + (i * Step)), leaves, margins + ((i >> 1) * 4 * Side) + ((i & 1) * 8));
        }
    }
}
