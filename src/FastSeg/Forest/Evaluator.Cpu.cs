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

    /// <summary>Evaluates the splits of a bundle on one square.</summary>
    /// <param name="program">The splits.</param>
    /// <param name="first">The bundle's first split.</param>
    /// <param name="end">The split after its last.</param>
    /// <param name="bins">The square's planes.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run(TreeProgram program, int first, int end, byte* bins)
    {
        byte* results = program.Results;
        byte* result = results + TreeProgram.ResultOf(0);
        int* binsOf = program.BinsOf;
        uint* cuts = program.Cut;
        int* lefts = program.Left;
        int* rights = program.Right;
        int step = TLanes.Count * 4;
        for (int i = first; i < end; i++, result += TreeProgram.SquareBytes)
        {
            byte* value = bins + binsOf[i];
            byte* left = results + lefts[i];
            byte* right = results + rights[i];
            TInt cut = TLanes.Broadcast(cuts + i);
            for (int at = 0; at < TreeProgram.SquareBytes; at += 4 * step)
            {
                int second = at + step, third = at + (2 * step), fourth = at + (3 * step);
                TLanes.Store(TLanes.Select(TLanes.Load(value + at), cut, TLanes.Load(left + at), TLanes.Load(right + at)), result + at);
                TLanes.Store(TLanes.Select(TLanes.Load(value + second), cut, TLanes.Load(left + second), TLanes.Load(right + second)), result + second);
                TLanes.Store(TLanes.Select(TLanes.Load(value + third), cut, TLanes.Load(left + third), TLanes.Load(right + third)), result + third);
                TLanes.Store(TLanes.Select(TLanes.Load(value + fourth), cut, TLanes.Load(left + fourth), TLanes.Load(right + fourth)), result + fourth);
            }
        }
    }
}
