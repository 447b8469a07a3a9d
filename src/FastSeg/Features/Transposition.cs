using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace FastSeg.Features;

/// <summary>
/// Square blocks turned in registers: pairs of lanes, then quadruples, are interleaved inside 128-bit quarters; then whole quarters
/// change places.
/// </summary>
internal static unsafe class Transposition
{
    /// <summary>A 16 x 16 block; see <see cref="ILanes{TVector}.Transpose"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Turn16(float* source, nint stride, float* destination)
    {
        // Four rows at a time: after both interleavings a vector holds, in its quarters q = 0..3, column 4q + j of four rows.
        (Vector512<float> a0, Vector512<float> a1, Vector512<float> a2, Vector512<float> a3) = FourRows(source, stride);
        (Vector512<float> b0, Vector512<float> b1, Vector512<float> b2, Vector512<float> b3) = FourRows(source + (4 * stride), stride);
        (Vector512<float> c0, Vector512<float> c1, Vector512<float> c2, Vector512<float> c3) = FourRows(source + (8 * stride), stride);
        (Vector512<float> d0, Vector512<float> d1, Vector512<float> d2, Vector512<float> d3) = FourRows(source + (12 * stride), stride);
        FourQuarters(a0, b0, c0, d0, destination);
        FourQuarters(a1, b1, c1, d1, destination + 16);
        FourQuarters(a2, b2, c2, d2, destination + 32);
        FourQuarters(a3, b3, c3, d3, destination + 48);
    }

    /// <summary>An 8 x 8 block; see <see cref="ILanes{TVector}.Transpose"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Turn8(float* source, nint stride, float* destination)
    {
        (Vector256<float> a0, Vector256<float> a1, Vector256<float> a2, Vector256<float> a3) = FourHalfRows(source, stride);
        (Vector256<float> b0, Vector256<float> b1, Vector256<float> b2, Vector256<float> b3) = FourHalfRows(source + (4 * stride), stride);
        Halves(a0, b0, destination);
        Halves(a1, b1, destination + 8);
        Halves(a2, b2, destination + 16);
        Halves(a3, b3, destination + 24);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (Vector512<float>, Vector512<float>, Vector512<float>, Vector512<float>) FourRows(float* source, nint stride)
    {
        Vector512<float> r0 = Vector512.Load(source), r1 = Vector512.Load(source + stride);
        Vector512<float> r2 = Vector512.Load(source + (2 * stride)), r3 = Vector512.Load(source + (3 * stride));
        Vector512<double> low01 = Avx512F.UnpackLow(r0, r1).AsDouble(), high01 = Avx512F.UnpackHigh(r0, r1).AsDouble();
        Vector512<double> low23 = Avx512F.UnpackLow(r2, r3).AsDouble(), high23 = Avx512F.UnpackHigh(r2, r3).AsDouble();
        return (
            Avx512F.UnpackLow(low01, low23).AsSingle(),
            Avx512F.UnpackHigh(low01, low23).AsSingle(),
            Avx512F.UnpackLow(high01, high23).AsSingle(),
            Avx512F.UnpackHigh(high01, high23).AsSingle());
    }

    /// <summary>Writes columns j, j + 4, j + 8 and j + 12, whose first is at <paramref name="destination"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void FourQuarters(Vector512<float> a, Vector512<float> b, Vector512<float> c, Vector512<float> d, float* destination)
    {
        Vector512<float> even01 = Avx512F.Shuffle4x128(a, b, 0b10_00_10_00), odd01 = Avx512F.Shuffle4x128(a, b, 0b11_01_11_01);
        Vector512<float> even23 = Avx512F.Shuffle4x128(c, d, 0b10_00_10_00), odd23 = Avx512F.Shuffle4x128(c, d, 0b11_01_11_01);
        Vector512.Store(Avx512F.Shuffle4x128(even01, even23, 0b10_00_10_00), destination);
        Vector512.Store(Avx512F.Shuffle4x128(odd01, odd23, 0b10_00_10_00), destination + (4 * 16));
        Vector512.Store(Avx512F.Shuffle4x128(even01, even23, 0b11_01_11_01), destination + (8 * 16));
        Vector512.Store(Avx512F.Shuffle4x128(odd01, odd23, 0b11_01_11_01), destination + (12 * 16));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (Vector256<float>, Vector256<float>, Vector256<float>, Vector256<float>) FourHalfRows(float* source, nint stride)
    {
        Vector256<float> r0 = Vector256.Load(source), r1 = Vector256.Load(source + stride);
        Vector256<float> r2 = Vector256.Load(source + (2 * stride)), r3 = Vector256.Load(source + (3 * stride));
        Vector256<double> low01 = Avx.UnpackLow(r0, r1).AsDouble(), high01 = Avx.UnpackHigh(r0, r1).AsDouble();
        Vector256<double> low23 = Avx.UnpackLow(r2, r3).AsDouble(), high23 = Avx.UnpackHigh(r2, r3).AsDouble();
        return (
            Avx.UnpackLow(low01, low23).AsSingle(),
            Avx.UnpackHigh(low01, low23).AsSingle(),
            Avx.UnpackLow(high01, high23).AsSingle(),
            Avx.UnpackHigh(high01, high23).AsSingle());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Halves(Vector256<float> a, Vector256<float> b, float* destination)
    {
        Vector256.Store(Avx.Permute2x128(a, b, 0x20), destination);
        Vector256.Store(Avx.Permute2x128(a, b, 0x31), destination + (4 * 8));
    }
}
