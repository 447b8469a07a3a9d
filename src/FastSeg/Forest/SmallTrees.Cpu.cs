using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace FastSeg.Forest;

/// <summary>
/// Evaluates trees of up to four leaves, one after the other, on 64 pixels at a time, whose margins stay in registers meanwhile (AVX2). A
/// permutation of floats chooses among four by the lowest two bits of a lane, so a label copied to all bytes of its lane chooses its leaf
/// directly, and no tables of bytes are laid out.
/// </summary>
/// <remarks>
/// A tree of one leaf costs a square 32 additions, 16 cycles; one of two leaves 48 shuffles, 24 cycles; more leaves 80 shuffles, 40 cycles.
/// </remarks>
internal static unsafe class SmallTrees
{
    /// <summary>Most leaves.</summary>
    public const int MostLeaves = 4;

    /// <summary>Four rows of 16 margins.</summary>
    private const int Pixels = 64;

    /// <summary>Adds the leaves of small trees; see <see cref="IForestLanes{TInt}.AddSmall"/>.</summary>
    public static void AddLeaves(TreeProgram program, int first, int end, byte* bins, nint binStride, float* margins, int squares)
    {
        for (int square = 0; square < squares; square++, bins += binStride)
        {
            for (int at = 0; at < Square.Pixels; at += Pixels, margins += Pixels)
            {
                AddToFourRows(program, first, end, bins + at, margins);
            }
        }
    }

    /// <summary>
    /// Adds the trees' leaves to four rows. One vector of labels holds the left half of the rows and one the right half; sum left2, for
    /// example, is the left half of row 2.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void AddToFourRows(TreeProgram program, int first, int end, byte* bins, float* rows)
    {
        const int Row = 16, Half = 8;
        Vector256<float> left0 = Avx.LoadVector256(rows), left1 = Avx.LoadVector256(rows + Row);
        Vector256<float> left2 = Avx.LoadVector256(rows + (2 * Row)), left3 = Avx.LoadVector256(rows + (3 * Row));
        Vector256<float> right0 = Avx.LoadVector256(rows + Half), right1 = Avx.LoadVector256(rows + Row + Half);
        Vector256<float> right2 = Avx.LoadVector256(rows + (2 * Row) + Half), right3 = Avx.LoadVector256(rows + (3 * Row) + Half);
        // Fields become locals here: the compiler would read them again for every tree.
        float* tables = program.Tables;
        int* tableOf = program.TableOf, binsOf = program.BinsOf;
        uint* cuts = program.Cut, owns = program.Label, rights = program.Right;
        nint split = program.FirstSplit[first];
        int* endSplits = program.FirstSplit + 1;
        for (nint tree = first; tree < end; tree++)
        {
            float* leaves = tables + tableOf[tree];
            nint endSplit = endSplits[tree];
            if (split == endSplit)
            {
                // One leaf: the same number for every pixel.
                Vector256<float> leaf = Vector256.Create(*leaves);
                (left0, left1, left2, left3) = (left0 + leaf, left1 + leaf, left2 + leaf, left3 + leaf);
                (right0, right1, right2, right3) = (right0 + leaf, right1 + leaf, right2 + leaf, right3 + leaf);
                continue;
            }
            byte* value = bins + binsOf[split];
            Vector256<sbyte> cut = Cut(cuts + split);
            Vector256<byte> labelLeft = GoesLeft(cut, value), labelRight = GoesLeft(cut, value + 32);
            if (++split == endSplit)
            {
                // Two leaves: the comparison itself, widened to lanes, chooses between them.
                Vector256<float> lower = Vector256.Create(leaves[0]), upper = Vector256.Create(leaves[1]);
                Widen(labelLeft, out Vector256<int> wide0, out Vector256<int> wide1, out Vector256<int> wide2, out Vector256<int> wide3);
                (left0, left1) = (left0 + Choose(upper, lower, wide0), left1 + Choose(upper, lower, wide1));
                (left2, left3) = (left2 + Choose(upper, lower, wide2), left3 + Choose(upper, lower, wide3));
                Widen(labelRight, out wide0, out wide1, out wide2, out wide3);
                (right0, right1) = (right0 + Choose(upper, lower, wide0), right1 + Choose(upper, lower, wide1));
                (right2, right3) = (right2 + Choose(upper, lower, wide2), right3 + Choose(upper, lower, wide3));
                continue;
            }
            // Three or four leaves: the first split gives label 0 or its right label, the others change the pixels of their own label.
            Vector256<byte> right = Vector256.Create(rights[split - 1]).AsByte();
            (labelLeft, labelRight) = (Avx2.AndNot(labelLeft, right), Avx2.AndNot(labelRight, right));
            for (; split < endSplit; split++)
            {
                value = bins + binsOf[split];
                cut = Cut(cuts + split);
                Vector256<byte> own = Vector256.Create(owns[split]).AsByte();
                right = Vector256.Create(rights[split]).AsByte();
                labelLeft = Decide(labelLeft, own, GoesLeft(cut, value), right);
                labelRight = Decide(labelRight, own, GoesLeft(cut, value + 32), right);
            }
            Vector256<float> table = Avx.BroadcastVector128ToVector256(leaves);
            Widen(labelLeft, out Vector256<int> label0, out Vector256<int> label1, out Vector256<int> label2, out Vector256<int> label3);
            (left0, left1) = (left0 + Avx.PermuteVar(table, label0), left1 + Avx.PermuteVar(table, label1));
            (left2, left3) = (left2 + Avx.PermuteVar(table, label2), left3 + Avx.PermuteVar(table, label3));
            Widen(labelRight, out label0, out label1, out label2, out label3);
            (right0, right1) = (right0 + Avx.PermuteVar(table, label0), right1 + Avx.PermuteVar(table, label1));
            (right2, right3) = (right2 + Avx.PermuteVar(table, label2), right3 + Avx.PermuteVar(table, label3));
        }
        Avx.Store(rows, left0);
        Avx.Store(rows + Row, left1);
        Avx.Store(rows + (2 * Row), left2);
        Avx.Store(rows + (3 * Row), left3);
        Avx.Store(rows + Half, right0);
        Avx.Store(rows + Row + Half, right1);
        Avx.Store(rows + (2 * Row) + Half, right2);
        Avx.Store(rows + (3 * Row) + Half, right3);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<sbyte> Cut(uint* cut) => SignedBins.BroadcastCut(cut).AsSByte();

    /// <summary>255 where a pixel goes left.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<byte> GoesLeft(Vector256<sbyte> cut, byte* bins) =>
        Avx2.CompareGreaterThan(cut, Avx.LoadVector256((sbyte*)bins)).AsByte();

    /// <summary>Takes the right label where the label is the split's own and the pixel does not go left.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<byte> Decide(Vector256<byte> label, Vector256<byte> own, Vector256<byte> left, Vector256<byte> right) =>
        Avx2.BlendVariable(label, right, Avx2.AndNot(left, Avx2.CompareEqual(label, own)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Choose(Vector256<float> upper, Vector256<float> lower, Vector256<int> left) =>
        Avx.BlendVariable(upper, lower, left.AsSingle());

    /// <summary>Copies each byte to all four of its lane, one vector a row, in the order of <see cref="ByteTables.Unpack"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Widen(
        Vector256<byte> bytes, out Vector256<int> row0, out Vector256<int> row1, out Vector256<int> row2, out Vector256<int> row3)
    {
        Vector256<short> low = Avx2.UnpackLow(bytes, bytes).AsInt16(), high = Avx2.UnpackHigh(bytes, bytes).AsInt16();
        row0 = Avx2.UnpackLow(low, low).AsInt32();
        row1 = Avx2.UnpackHigh(low, low).AsInt32();
        row2 = Avx2.UnpackLow(high, high).AsInt32();
        row3 = Avx2.UnpackHigh(high, high).AsInt32();
    }
}
