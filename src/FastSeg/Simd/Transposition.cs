using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace FastSeg.Simd;

/// <summary>
/// Transposes square blocks in registers. Two steps interleave single lanes and then pairs of lanes inside the 128-bit quarters of a
/// vector; then whole quarters change places. Rows of the result are stored in ascending order, so a caller may let each overwrite the
/// end of the one before. Registers are passed as parameters: every helper here is inlined.
/// </summary>
internal static unsafe class Transposition
{
    /// <summary>Transposes a block of 16 x 16; see <see cref="ILanes{TVector}.Transpose"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Turn16(float* source, nint stride, float* destination, nint step)
    {
        // Four rows at a time: after both interleavings quarter q = 0..3 of vector j holds column 4q + j of these four rows.
        (Vector512<float> a0, Vector512<float> a1, Vector512<float> a2, Vector512<float> a3) = FourRows(source, stride);
        (Vector512<float> b0, Vector512<float> b1, Vector512<float> b2, Vector512<float> b3) = FourRows(source + (4 * stride), stride);
        (Vector512<float> c0, Vector512<float> c1, Vector512<float> c2, Vector512<float> c3) = FourRows(source + (8 * stride), stride);
        (Vector512<float> d0, Vector512<float> d1, Vector512<float> d2, Vector512<float> d3) = FourRows(source + (12 * stride), stride);
        (a0, b0, c0, d0) = FourQuarters(a0, b0, c0, d0);
        (a1, b1, c1, d1) = FourQuarters(a1, b1, c1, d1);
        (a2, b2, c2, d2) = FourQuarters(a2, b2, c2, d2);
        (a3, b3, c3, d3) = FourQuarters(a3, b3, c3, d3);
        StoreFour(a0, a1, a2, a3, destination, step);
        StoreFour(b0, b1, b2, b3, destination + (4 * step), step);
        StoreFour(c0, c1, c2, c3, destination + (8 * step), step);
        StoreFour(d0, d1, d2, d3, destination + (12 * step), step);
    }

    /// <summary>Transposes a block of 8 x 8; see <see cref="ILanes{TVector}.Transpose"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Turn8(float* source, nint stride, float* destination, nint step)
    {
        // Half h = 0, 1 of vector j holds column 4h + j of four rows: the low halves make columns 0 to 3, the high ones 4 to 7.
        (Vector256<float> a0, Vector256<float> a1, Vector256<float> a2, Vector256<float> a3) = FourHalfRows(source, stride);
        (Vector256<float> b0, Vector256<float> b1, Vector256<float> b2, Vector256<float> b3) = FourHalfRows(source + (4 * stride), stride);
        StoreFourHalves(a0, a1, a2, a3, b0, b1, b2, b3, 0x20, destination, step);
        StoreFourHalves(a0, a1, a2, a3, b0, b1, b2, b3, 0x31, destination + (4 * step), step);
    }

    /// <summary>Loads four rows and interleaves them inside the quarters.</summary>
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

    /// <summary>From vector j of each group of four rows, the whole columns j, j + 4, j + 8 and j + 12.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (Vector512<float>, Vector512<float>, Vector512<float>, Vector512<float>) FourQuarters(
        Vector512<float> a, Vector512<float> b, Vector512<float> c, Vector512<float> d)
    {
        Vector512<float> even01 = Avx512F.Shuffle4x128(a, b, 0b10_00_10_00), odd01 = Avx512F.Shuffle4x128(a, b, 0b11_01_11_01);
        Vector512<float> even23 = Avx512F.Shuffle4x128(c, d, 0b10_00_10_00), odd23 = Avx512F.Shuffle4x128(c, d, 0b11_01_11_01);
        return (
            Avx512F.Shuffle4x128(even01, even23, 0b10_00_10_00),
            Avx512F.Shuffle4x128(odd01, odd23, 0b10_00_10_00),
            Avx512F.Shuffle4x128(even01, even23, 0b11_01_11_01),
            Avx512F.Shuffle4x128(odd01, odd23, 0b11_01_11_01));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void StoreFour(
        Vector512<float> r0, Vector512<float> r1, Vector512<float> r2, Vector512<float> r3, float* destination, nint step)
    {
        Vector512.Store(r0, destination);
        Vector512.Store(r1, destination + step);
        Vector512.Store(r2, destination + (2 * step));
        Vector512.Store(r3, destination + (3 * step));
    }

    /// <summary>Loads four rows of eight and interleaves them inside the halves.</summary>
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

    /// <summary>Joins the chosen halves of the upper four rows (a) and the lower four (b) to whole columns, and stores these.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void StoreFourHalves(
        Vector256<float> a0, Vector256<float> a1, Vector256<float> a2, Vector256<float> a3,
        Vector256<float> b0, Vector256<float> b1, Vector256<float> b2, Vector256<float> b3,
        [ConstantExpected] byte halves, float* destination, nint step)
    {
        Vector256.Store(Avx.Permute2x128(a0, b0, halves), destination);
        Vector256.Store(Avx.Permute2x128(a1, b1, halves), destination + step);
        Vector256.Store(Avx.Permute2x128(a2, b2, halves), destination + (2 * step));
        Vector256.Store(Avx.Permute2x128(a3, b3, halves), destination + (3 * step));
    }
}
