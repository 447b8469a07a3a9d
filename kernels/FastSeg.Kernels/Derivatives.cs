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
        int rows = ThreadRows * Group.DimY, thread = (Group.IdxY * Columns) + Group.IdxX, threads = Columns * Group.DimY;
        // Threads take the places one after the other: rows of 36 or 34 would leave most lanes of every second round idle.
        for (int i = thread; i < (rows + (2 * Border)) * BlurStride; i += threads)
        {
            int row = i / BlurStride;
            pixels[i] = blur.At(left - Border + i - (row * BlurStride), top - Border + row);
        }
        GroupBarrier.Wait();
        for (int i = thread; i < (rows + 2) * Stride; i += threads)
        {
            // Outside of the image the derivatives of its edge are repeated, not derivatives of the repeated blur: x and y are clamped.
            int row = i / Stride, y = Math.Max(Math.Min(top - 1 + row, shape.Height - 1), 0) - top + Border;
            int x = Math.Max(Math.Min(left - 1 + i - (row * Stride), shape.Width - 1), 0) - left + Border;
            First(pixels, (y * BlurStride) + x, gx, gy, i);
        }
        GroupBarrier.Wait();
        int column = left - shape.CoreX + Group.IdxX;
        for (int row = Group.IdxY; row < rows; row += Group.DimY)
        {
            int line = top - shape.CoreY + row;
            if (column < shape.CoreWidth && line < shape.CoreHeight)
            {
                int pixel = (line * shape.CoreWidth) + column, at = ((row + 1) * Stride) + Group.IdxX + 1;
                Neighbours x = Neighbours.Read(gx, at), y = Neighbours.Read(gy, at);
                float a = x.AlongX(), b = x.AlongY(), d = y.AlongY(), trace = a + d;
                if (planes.Gaussian >= 0)
                {
                    sink.Store(planes.Gaussian, pixel, pixels[((row + Border) * BlurStride) + Group.IdxX + Border]);
                }
                if (planes.Sobel >= 0)
                {
                    sink.Store(planes.Sobel, pixel, MathF.Sqrt(Fma.Of(x.Own, x.Own, y.Own * y.Own)) * (1 / 8f));
                }
                if (planes.Hessian >= 0)
                {
                    StoreHessian(a, b, d, trace, planes.Hessian, pixel, sink);
                }
                if (planes.Laplacian >= 0)
                {
                    sink.Store(planes.Laplacian, pixel, trace * (1 / 64f));
                }
            }
        }
    }

    /// <summary>Both first derivatives times 8 at one pixel.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void First(ArrayView<float> pixels, int at, ArrayView<float> gx, ArrayView<float> gy, int to)
    {
        ArrayView<float> p = pixels.SubView(at - BlurStride - 1, (2 * BlurStride) + 3);
        float upLeft = p[0], upRight = p[2], downLeft = p[2 * BlurStride], downRight = p[(2 * BlurStride) + 2];
        gx[to] = Fma.Of(2f, p[BlurStride + 2], upRight + downRight) - Fma.Of(2f, p[BlurStride], upLeft + downLeft);
        gy[to] = Fma.Of(2f, p[(2 * BlurStride) + 1] - p[1], downLeft - upLeft + (downRight - upRight));
    }

    /// <summary>The Hessian's five planes at one pixel, from the second derivatives times 64.</summary>
    private static void StoreHessian<TSink>(float a, float b, float d, float trace, int plane, int pixel, TSink sink)
        where TSink : struct, IPlaneSink
    {
        float difference = a - d, bb = b * b, twiceB = b + b;
        // The CPU computes 0 - b * b, which is +0 for b = 0, where -(b * b) is -0. This is a choice and not a subtraction, because the
        // assembler would fuse that with the product.
        float minus = bb == 0f ? 0f : -bb;
        float root = MathF.Sqrt(Fma.Of(difference, difference, twiceB * twiceB));
        float mod = MathF.Sqrt(Fma.Of(a, a, Fma.Of(d, d, bb)));
        sink.StoreFive(
            plane, pixel, (trace + root) * (1 / 128f), (trace - root) * (1 / 128f), mod * (1 / 64f), trace * (1 / 64f),
            Fma.Of(a, d, minus) * (1 / 4096f));
    }

    /// <summary>A first derivative at a pixel and around it.</summary>
    private struct Neighbours
    {
        public float Own;

        private float _upLeft, _up, _upRight, _left, _right, _downLeft, _down, _downRight;

        public static Neighbours Read(ArrayView<float> values, int at)
        {
            const int Down = 2 * Stride;
            ArrayView<float> v = values.SubView(at - Stride - 1, Down + 3);
            return new Neighbours
            {
                Own = v[Stride + 1],
                _upLeft = v[0],
                _up = v[1],
                _upRight = v[2],
                _left = v[Stride],
                _right = v[Stride + 2],
                _downLeft = v[Down],
                _down = v[Down + 1],
                _downRight = v[Down + 2],
            };
        }

        /// <summary>Its derivative along x, times 8.</summary>
        public readonly float AlongX() => Fma.Of(2f, _right, _upRight + _downRight) - Fma.Of(2f, _left, _upLeft + _downLeft);

        /// <summary>Its derivative along y, times 8.</summary>
        public readonly float AlongY() => Fma.Of(2f, _down - _up, _downLeft - _upLeft + (_downRight - _upRight));
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
