using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace FastSeg.Forest;

/// <summary>
/// Compares bins with every threshold of a plane at once (AVX-512): from the bits of the bins to one <see cref="PixelBits"/> for each
/// threshold, set where the value is not below it.
/// </summary>
/// <remarks>
/// The bits of a number say how it compares with all others. With the highest bit b of a bin of l bits, and r_j for "the other bits are
/// above j", the bin is above the lower half of all j where b or r_j, and above the upper half where b and r_j. That is one operation on
/// 512 pixels for a threshold, and one more for all the shorter numbers together; comparing bytes took eight for each.
/// </remarks>
internal static unsafe class PassedBits
{
    /// <summary>Bytes of scratch: all comparisons of numbers of seven bits.</summary>
    public const int ScratchBytes = 127 * PixelBits.Bytes;

    /// <summary>Compares.</summary>
    /// <param name="bits">The bins: a vector a bit, the highest first.</param>
    /// <param name="levels">Bits of a bin.</param>
    /// <param name="thresholds">Thresholds: more than half of what so many bits can tell apart.</param>
    /// <param name="scratch"><see cref="ScratchBytes"/>.</param>
    /// <param name="to">Receives a vector a threshold, in ascending order.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Expand(byte* bits, int levels, int thresholds, byte* scratch, byte* to)
    {
        const int Step = PixelBits.Bytes;
        Vector512<uint> bit = PixelBits.Load(bits + (Step * (levels - 1)));
        if (levels == 1)
        {
            Avx512F.Store((uint*)to, bit);
            return;
        }
        Avx512F.Store((uint*)scratch, bit);
        int size = Step;
        for (int level = levels - 2; level > 0; level--)
        {
            bit = PixelBits.Load(bits + (Step * level));
            byte* upper = scratch + size + Step;
            for (int i = 0; i < size; i += Step)
            {
                Vector512<uint> above = PixelBits.Load(scratch + i);
                Avx512F.Store((uint*)(upper + i), bit & above);
                Avx512F.Store((uint*)(scratch + i), bit | above);
            }
            Avx512F.Store((uint*)(scratch + size), bit);
            size += size + Step;
        }
        bit = PixelBits.Load(bits);
        for (int i = 0; i < size; i += Step)
        {
            Avx512F.Store((uint*)(to + i), bit | PixelBits.Load(scratch + i));
        }
        Avx512F.Store((uint*)(to + size), bit);
        byte* rest = to + size + Step;
        int left = (Step * thresholds) - size - Step;
        for (int i = 0; i < left; i += Step)
        {
            Avx512F.Store((uint*)(rest + i), bit & PixelBits.Load(scratch + i));
        }
    }
}
