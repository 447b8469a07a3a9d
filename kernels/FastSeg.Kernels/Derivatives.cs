using System.Runtime.CompilerServices;
using ILGPU;

namespace FastSeg.Kernels;

/// <summary>
/// First and second derivatives of a blur, or of the image itself, and the planes derived from them; the blur is read once for all. At the
/// image's edge the blur is repeated outwards for the first derivatives, and these for the second ones.
/// </summary>
/// <remarks>
/// The formulas are the CPU's. Groups have 32 x 8 threads; a thread computes four pixels, eight rows apart, of a square of 32 x 32. The
/// blur with two pixels around the square, and the first derivatives with one, lie in shared memory: 14,432 bytes. A pixel costs 4 bytes
/// read (5.1 with the rim, which comes from the L2 cache) and 7 values stored: 28 bytes as planes, 7 as bins; about 110 instructions,
/// three of them roots, and 32 loads and 3 stores of shared memory. By count, on an H100 bins are bound by instructions (33.5e12 a
/// second): 300 Gpx/s a scale without what the sink costs, planes by memory: 105 Gpx/s; on an A10 142 and 19.
/// </remarks>
public static class Derivatives
{
    /// <summary>Rows of a thread.</summary>
    public const int ThreadRows = 4;

    private const int Columns = 32, MaxRows = 8 * ThreadRows, Border = 2;
    private const int BlurStride = Columns + (2 * Border), Stride = Columns + 2;

    /// <summary>The device function.</summary>
    /// <param name="blur">At least the core and two pixels around it, as far as they were read.</param>
    /// <param name="shape">The tile.</param>
    /// <param name="planes">The planes that are wanted.</param>
    /// <param name="sink">Where the planes go.</param>
    public static void Run<TSink>(PlaneWindow blur, TileShape shape, DerivativePlanes planes, TSink sink) where TSink : struct, IPlaneSink
    {
        ArrayView<float> pixels = SharedMemory.Allocate<float>(BlurStride * (MaxRows + (2 * Border)));
        ArrayView<float> gx = SharedMemory.Allocate<float>(Stride * (MaxRows + 2));
        ArrayView<float> gy = SharedMemory.Allocate<float>(Stride * (MaxRows + 2));
        int left = shape.CoreX + (Grid.IdxX * Columns), top = shape.CoreY + (Grid.IdxY * ThreadRows * Group.DimY);
        int rows = ThreadRows * Group.DimY;
        for (int row = Group.IdxY; row < rows + (2 * Border); row += Group.DimY)
        {
            for (int i = Group.IdxX; i < BlurStride; i += Columns)
            {
                pixels[(row * BlurStride) + i] = blur.At(left - Border + i, top - Border + row);
            }
        }
        GroupBarrier.Wait();
        for (int row = Group.IdxY; row < rows + 2; row += Group.DimY)
        {
            // Outside of the image the derivatives of its edge are repeated, not derivatives of the repeated blur: x and y are clamped.
            int y = Math.Max(Math.Min(top - 1 + row, shape.Height - 1), 0) - top + Border;
            for (int i = Group.IdxX; i < Stride; i += Columns)
            {
                int x = Math.Max(Math.Min(left - 1 + i, shape.Width - 1), 0) - left + Border;
                First(pixels, (y * BlurStride) + x, gx, gy, (row * Stride) + i);
            }
        }
        GroupBarrier.Wait();
        int column = left - shape.CoreX + Group.IdxX;
        for (int row = Group.IdxY; row < rows; row += Group.DimY)
        {
            int line = top - shape.CoreY + row;
            if (column < shape.CoreWidth && line < shape.CoreHeight)
            {
                int pixel = (line * shape.CoreWidth) + column, at = ((row + 1) * Stride) + Group.IdxX + 1;
                if (planes.Gaussian >= 0)
                {
                    sink.Store(planes.Gaussian, pixel, pixels[((row + Border) * BlurStride) + Group.IdxX + Border]);
                }
                if (planes.Sobel >= 0)
                {
                    float x = gx[at], y = gy[at];
                    sink.Store(planes.Sobel, pixel, MathF.Sqrt(Fma.Of(x, x, y * y)) * (1 / 8f));
                }
                if (planes.Hessian >= 0 || planes.Laplacian >= 0)
                {
                    Second(gx, gy, at, planes, pixel, sink);
                }
            }
        }
    }

    /// <summary>Both first derivatives times 8 at one pixel.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void First(ArrayView<float> pixels, int at, ArrayView<float> gx, ArrayView<float> gy, int to)
    {
        int up = at - BlurStride, down = at + BlurStride;
        float upLeft = pixels[up - 1], upRight = pixels[up + 1], downLeft = pixels[down - 1], downRight = pixels[down + 1];
        gx[to] = Fma.Of(2f, pixels[at + 1], upRight + downRight) - Fma.Of(2f, pixels[at - 1], upLeft + downLeft);
        gy[to] = Fma.Of(2f, pixels[down] - pixels[up], downLeft - upLeft + (downRight - upRight));
    }

    /// <summary>The Hessian's five planes and the Laplacian at one pixel, from the second derivatives times 64.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Second<TSink>(ArrayView<float> gx, ArrayView<float> gy, int at, DerivativePlanes planes, int pixel, TSink sink)
        where TSink : struct, IPlaneSink
    {
        int up = at - Stride, down = at + Stride;
        float upLeft = gx[up - 1], upRight = gx[up + 1], downLeft = gx[down - 1], downRight = gx[down + 1];
        float a = Fma.Of(2f, gx[at + 1], upRight + downRight) - Fma.Of(2f, gx[at - 1], upLeft + downLeft);
        float b = Fma.Of(2f, gx[down] - gx[up], downLeft - upLeft + (downRight - upRight));
        float d = Fma.Of(2f, gy[down] - gy[up], gy[down - 1] - gy[up - 1] + (gy[down + 1] - gy[up + 1]));
        float trace = a + d;
        if (planes.Hessian >= 0)
        {
            float difference = a - d, bb = b * b, twiceB = b + b;
            // The CPU computes 0 - b * b, which is +0 for b = 0, where -(b * b) is -0. This is a choice and not a subtraction, because the
            // assembler would fuse that with the product.
            float minus = bb == 0f ? 0f : -bb;
            float root = MathF.Sqrt(Fma.Of(difference, difference, twiceB * twiceB));
            float mod = MathF.Sqrt(Fma.Of(a, a, Fma.Of(d, d, bb)));
            sink.Store(planes.Hessian, pixel, (trace + root) * (1 / 128f));
            sink.Store(planes.Hessian + 1, pixel, (trace - root) * (1 / 128f));
            sink.Store(planes.Hessian + 2, pixel, mod * (1 / 64f));
            sink.Store(planes.Hessian + 3, pixel, trace * (1 / 64f));
            sink.Store(planes.Hessian + 4, pixel, Fma.Of(a, d, minus) * (1 / 4096f));
        }
        if (planes.Laplacian >= 0)
        {
            sink.Store(planes.Laplacian, pixel, trace * (1 / 64f));
        }
    }
}

/// <summary>Numbers of the planes that are derived from one blur; below 0 where a family is off.</summary>
public struct DerivativePlanes
{
    /// <summary>The blur itself.</summary>
    public int Gaussian;

    /// <summary>Gradient magnitude.</summary>
    public int Sobel;

    /// <summary>Larger eigenvalue of the Hessian; its four other planes follow.</summary>
    public int Hessian;

    /// <summary>Trace of the second derivatives.</summary>
    public int Laplacian;
}
