using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace FastSeg.Forest;

/// <summary>8 lanes (AVX2).</summary>
internal readonly unsafe struct ForestLanes256 : IForestLanes<Vector256<int>, Vector256<float>>
{
    /// <inheritdoc/>
    public static int Count => 8;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Load(float* source) => Avx.LoadVector256(source);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Taint(Vector256<float> soFar, Vector256<float> value) => Fma.MultiplyAdd(value, Vector256<float>.Zero, soFar);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool AnyNaN(Vector256<float> value) => !Vector256.EqualsAll(value, value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> Load(byte* source) => Avx.LoadVector256((int*)source);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector256<int> value, byte* destination) => Avx.Store((int*)destination, value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> Broadcast(uint* value) => Vector256.Create(*(int*)value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> Select(Vector256<int> bins, Vector256<int> cut, Vector256<int> left, Vector256<int> right)
    {
        // AVX2 has no unsigned comparison: at most the cut means that the minimum of both is the bin.
        Vector256<byte> goesLeft = Avx2.CompareEqual(Avx2.Min(bins.AsByte(), cut.AsByte()), bins.AsByte());
        return Avx2.BlendVariable(right.AsByte(), left.AsByte(), goesLeft).AsInt32();
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> Min(Vector256<int> a, Vector256<int> b) => Avx2.Min(a.AsByte(), b.AsByte()).AsInt32();

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> Max(Vector256<int> a, Vector256<int> b) => Avx2.Max(a.AsByte(), b.AsByte()).AsInt32();

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static byte LeastByte(Vector256<int> value)
    {
        // The smaller byte of each 16 bits, then the one instruction that reduces: the least of eight 16-bit values.
        Vector128<byte> half = Sse2.Min(value.GetLower().AsByte(), value.GetUpper().AsByte());
        Vector128<byte> pairs = Sse2.Min(half, Sse2.ShiftRightLogical(half.AsUInt16(), 8).AsByte());
        return (byte)Sse41.MinHorizontal(pairs.AsUInt16() & Vector128.Create((ushort)255)).ToScalar();
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static byte LargestByte(Vector256<int> value) => (byte)~LeastByte(~value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> Pack(Vector256<int> first, Vector256<int> second, Vector256<int> third, Vector256<int> fourth) =>
        first | Avx2.ShiftLeftLogical(second, 8) | Avx2.ShiftLeftLogical(third, 16) | Avx2.ShiftLeftLogical(fourth, 24);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> Search(Vector256<float> value, float* heap, int levels)
    {
        Vector256<int> node = Vector256<int>.One;
        for (int level = 0; level < levels; level++)
        {
            Vector256<float> threshold = Avx2.GatherVector256(heap, node, sizeof(float));
            // A comparison that holds is -1.
            node = Avx2.Subtract(Avx2.Add(node, node), Avx.CompareGreaterThanOrEqual(value, threshold).AsInt32());
        }
        return Avx2.Subtract(node, Vector256.Create(1 << levels));
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void AddLeaves(TreeProgram program, int first, int end, float* margins, nint rowStride)
    {
        for (int tree = first; tree < end; tree++)
        {
            byte* numbers = program.Results + program.Root[tree];
            float* leaves = program.Tables + program.TableOf[tree];
            for (int y = 0; y < 16; y++)
            {
                for (int x = 0; x < 16; x += 8)
                {
                    Vector256<int> four = Load(numbers + (y / 4 * 64) + (x * 4));
                    Vector256<int> number = Avx2.ShiftRightLogical(four, Vector128.CreateScalar(y % 4 * 8)) & Vector256.Create(255);
                    float* at = margins + (y * rowStride) + x;
                    Avx.Store(at, Avx.Add(Avx.LoadVector256(at), Avx2.GatherVector256(leaves, number, sizeof(float))));
                }
            }
        }
    }
}
