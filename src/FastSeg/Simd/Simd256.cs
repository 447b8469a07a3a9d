using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace FastSeg.Simd;

/// <summary>8 lanes (AVX2 with FMA).</summary>
internal readonly unsafe struct Simd256 : ILanes<Vector256<float>>
{
    /// <inheritdoc/>
    public static int Count => 8;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Load(float* source) => Avx.LoadVector256(source);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector256<float> value, float* destination) => Avx.Store(destination, value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Broadcast(float value) => Vector256.Create(value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Add(Vector256<float> a, Vector256<float> b) => Avx.Add(a, b);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Subtract(Vector256<float> a, Vector256<float> b) => Avx.Subtract(a, b);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Multiply(Vector256<float> a, Vector256<float> b) => Avx.Multiply(a, b);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Divide(Vector256<float> a, Vector256<float> b) => Avx.Divide(a, b);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Fma(Vector256<float> a, Vector256<float> b, Vector256<float> c) =>
        System.Runtime.Intrinsics.X86.Fma.MultiplyAdd(a, b, c);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Min(Vector256<float> a, Vector256<float> b) => Avx.Min(a, b);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Max(Vector256<float> a, Vector256<float> b) => Avx.Max(a, b);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> WhereAbove(Vector256<float> a, Vector256<float> b, Vector256<float> above, Vector256<float> otherwise) =>
        Avx.BlendVariable(otherwise, above, Avx.CompareGreaterThan(a, b));

    /// <inheritdoc/>
    /// <remarks>The lowest bits of such a float are n; moved up, they are added to the exponent.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> TimesPowerOfTwo(Vector256<float> value, Vector256<float> shifted) =>
        Avx2.Add(value.AsInt32(), Avx2.ShiftLeftLogical(shifted.AsInt32(), 23)).AsSingle();

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Sqrt(Vector256<float> a) => Avx.Sqrt(a);

    /// <inheritdoc/>
    /// <remarks>With 8 lanes this is the divider's root too.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> SqrtByFma(Vector256<float> a) => Avx.Sqrt(a);

    /// <inheritdoc/>
    /// <remarks>AlignRight shifts inside 128-bit halves: each half needs the half to its right, which the permutation brings.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Shift1(Vector256<float> current, Vector256<float> next) =>
        Avx2.AlignRight(Avx.Permute2x128(current, next, 0x21).AsByte(), current.AsByte(), 1 * sizeof(float)).AsSingle();

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Shift2(Vector256<float> current, Vector256<float> next) =>
        Avx2.AlignRight(Avx.Permute2x128(current, next, 0x21).AsByte(), current.AsByte(), 2 * sizeof(float)).AsSingle();

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Shift4(Vector256<float> current, Vector256<float> next) => Avx.Permute2x128(current, next, 0x21);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Shift8(Vector256<float> current, Vector256<float> next) => next;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> LoadBytes(byte* source)
    {
        Vector128<ushort> shorts = Vector128.WidenLower(Vector128.CreateScalarUnsafe(*(ulong*)source).AsByte());
        return Vector256.ConvertToSingle(Vector256.WidenLower(shorts.ToVector256Unsafe()).AsInt32());
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> LoadShorts(ushort* source) =>
        Vector256.ConvertToSingle(Vector256.WidenLower(Vector128.Load(source).ToVector256Unsafe()).AsInt32());

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> LoadSignedBytes(sbyte* source) =>
        Vector256.ConvertToSingle(Avx2.ConvertToVector256Int32(source));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> LoadSignedShorts(short* source) =>
        Vector256.ConvertToSingle(Vector256.WidenLower(Vector128.Load(source).ToVector256Unsafe()));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreShorts(Vector256<float> value, ushort* destination)
    {
        Vector256<int> whole = Avx.ConvertToVector256Int32WithTruncation(value);
        Sse41.PackUnsignedSaturate(whole.GetLower(), whole.GetUpper()).Store(destination);
    }

    /// <inheritdoc/>
    public static void Transpose(float* source, nint stride, float* destination, nint step) =>
        Transposition.Turn8(source, stride, destination, step);
}
