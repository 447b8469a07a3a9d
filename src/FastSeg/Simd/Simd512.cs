using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace FastSeg.Simd;

/// <summary>16 lanes (AVX-512).</summary>
internal readonly unsafe struct Simd512 : ILanes<Vector512<float>>
{
    /// <inheritdoc/>
    public static int Count => 16;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Load(float* source) => Avx512F.LoadVector512(source);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector512<float> value, float* destination) => Avx512F.Store(destination, value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Broadcast(float value) => Vector512.Create(value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Add(Vector512<float> a, Vector512<float> b) => Avx512F.Add(a, b);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Subtract(Vector512<float> a, Vector512<float> b) => Avx512F.Subtract(a, b);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Multiply(Vector512<float> a, Vector512<float> b) => Avx512F.Multiply(a, b);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Divide(Vector512<float> a, Vector512<float> b) => Avx512F.Divide(a, b);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Fma(Vector512<float> a, Vector512<float> b, Vector512<float> c) => Avx512F.FusedMultiplyAdd(a, b, c);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Min(Vector512<float> a, Vector512<float> b) => Avx512F.Min(a, b);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Max(Vector512<float> a, Vector512<float> b) => Avx512F.Max(a, b);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> WhereAbove(Vector512<float> a, Vector512<float> b, Vector512<float> above, Vector512<float> otherwise) =>
        Vector512.ConditionalSelect(Vector512.GreaterThan(a, b), above, otherwise);

    /// <inheritdoc/>
    /// <remarks>The lowest bits of such a float are n; moved up, they are added to the exponent.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> TimesPowerOfTwo(Vector512<float> value, Vector512<float> shifted) =>
        Avx512F.Add(value.AsInt32(), Avx512F.ShiftLeftLogical(shifted.AsInt32(), 23)).AsSingle();

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Sqrt(Vector512<float> a) => Avx512F.Sqrt(a);

    /// <inheritdoc/>
    /// <remarks>
    /// Measured: the divider takes 12 cycles a vector, this takes 5, and both can work at once. The processor's reciprocal root has 14
    /// bits; two Newton steps, the last one with the exact remainder, round it correctly for every float from 2^-95 up (a test compares).
    /// Smaller floats, whose remainder would be denormal, zero and infinity go to the divider.
    /// </remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> SqrtByFma(Vector512<float> a)
    {
        // As unsigned integers, positive floats are in the order of their values; subtracting the smallest one allowed wraps those below
        // it to large numbers, so one comparison finds the values of both ends.
        const uint Smallest = 32u << 23, Infinity = 255u << 23;
        Vector512<uint> above = Avx512F.Subtract(a.AsUInt32(), Vector512.Create(Smallest));
        if (Vector512.GreaterThanOrEqualAny(above, Vector512.Create(Infinity - Smallest)))
        {
            return Avx512F.Sqrt(a);
        }
        // root and halfReciprocal approach sqrt(a) and 1 / (2 sqrt(a)) together; rest is a - root * root, rounded once.
        Vector512<float> half = Vector512.Create(0.5f), reciprocal = Avx512F.ReciprocalSqrt14(a);
        Vector512<float> root = Avx512F.Multiply(a, reciprocal), halfReciprocal = Avx512F.Multiply(half, reciprocal);
        Vector512<float> error = Avx512F.FusedMultiplyAddNegated(root, halfReciprocal, half);
        root = Avx512F.FusedMultiplyAdd(root, error, root);
        halfReciprocal = Avx512F.FusedMultiplyAdd(halfReciprocal, error, halfReciprocal);
        Vector512<float> rest = Avx512F.FusedMultiplyAddNegated(root, root, a);
        return Avx512F.FusedMultiplyAdd(rest, halfReciprocal, root);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Shift1(Vector512<float> current, Vector512<float> next) =>
        Avx512F.AlignRight32(next.AsUInt32(), current.AsUInt32(), 1).AsSingle();

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Shift2(Vector512<float> current, Vector512<float> next) =>
        Avx512F.AlignRight32(next.AsUInt32(), current.AsUInt32(), 2).AsSingle();

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Shift4(Vector512<float> current, Vector512<float> next) =>
        Avx512F.AlignRight32(next.AsUInt32(), current.AsUInt32(), 4).AsSingle();

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Shift8(Vector512<float> current, Vector512<float> next) =>
        Avx512F.AlignRight32(next.AsUInt32(), current.AsUInt32(), 8).AsSingle();

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> LoadBytes(byte* source)
    {
        Vector256<ushort> shorts = Vector256.WidenLower(Vector128.Load(source).ToVector256Unsafe());
        return Vector512.ConvertToSingle(Vector512.WidenLower(shorts.ToVector512Unsafe()).AsInt32());
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> LoadShorts(ushort* source) =>
        Vector512.ConvertToSingle(Vector512.WidenLower(Vector256.Load(source).ToVector512Unsafe()).AsInt32());

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> LoadSignedBytes(sbyte* source) =>
        Vector512.ConvertToSingle(Avx512F.ConvertToVector512Int32(Vector128.Load(source)));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> LoadSignedShorts(short* source) =>
        Vector512.ConvertToSingle(Vector512.WidenLower(Vector256.Load(source).ToVector512Unsafe()));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreShorts(Vector512<float> value, ushort* destination) =>
        Avx512F.ConvertToVector256UInt16(Avx512F.ConvertToVector512UInt32WithTruncation(value)).Store(destination);

    /// <inheritdoc/>
    public static void Transpose(float* source, nint stride, float* destination, nint step) =>
        Transposition.Turn16(source, stride, destination, step);
}
