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
/// read (5.1 with the rim, which comes from the L2 cache) and 7 values stored: 28 bytes as planes, 7 as bins. A group that sees no edge of
/// what was read clamps no place, and the seven planes of a default scale lie one behind the other, so a pixel's address is made once.
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
        bool inside = IsInside(blur, shape, left, top, rows);
        // Where the place would be read from if the blur's rows were as long as those in shared memory.
        int from = ((top - Border - blur.Y) * blur.Width) + left - Border - blur.X + thread;
        // Threads take the places one after the other: rows of 36 or 34 would leave most lanes of every second round idle.
        for (int i = thread; i < (rows + (2 * Border)) * BlurStride; i += threads)
        {
            int row = i / BlurStride;
            int at = inside
                ? from + (row * (blur.Width - BlurStride))
                : blur.Index(left - Border + i - (row * BlurStride), top - Border + row);
            pixels[i] = blur.Values[at];
            from += threads;
        }
        GroupBarrier.Wait();
        for (int i = thread; i < (rows + 2) * Stride; i += threads)
        {
            // The place of the upper left neighbour.
            int row = i / Stride, at = i + (row * (BlurStride - Stride));
            if (!inside)
            {
                // Outside of the image the derivatives of its edge are repeated, not derivatives of the repeated blur: x and y are clamped.
                int y = Math.Max(Math.Min(top - 1 + row, shape.Height - 1), 0) - top + Border;
                int x = Math.Max(Math.Min(left - 1 + i - (row * Stride), shape.Width - 1), 0) - left + Border;
                at = ((y - 1) * BlurStride) + x - 1;
            }
            First(pixels.SubView(at, (2 * BlurStride) + 3), gx, gy, i);
        }
        GroupBarrier.Wait();
        int column = left - shape.CoreX + Group.IdxX;
        if (column >= shape.CoreWidth)
        {
            return;
        }
        int firstLine = top - shape.CoreY;
        bool seven = planes.AreSeven();
        int pixel = ((firstLine + Group.IdxY) * shape.CoreWidth) + column, place = (Group.IdxY * Stride) + Group.IdxX;
        int middle = ((Group.IdxY + Border) * BlurStride) + Group.IdxX + Border;
        // What is left is counted down, because ILGPU would compute an end anew for every row.
        for (int remaining = Math.Min(rows, shape.CoreHeight - firstLine) - Group.IdxY; remaining > 0; remaining -= Group.DimY)
        {
            float own = pixels[middle];
            var values = Derived.Of(own, gx.SubView(place, (2 * Stride) + 3), gy.SubView(place, (2 * Stride) + 3));
            if (seven)
            {
                values.StoreSeven(planes.Gaussian, pixel, sink);
            }
            else
            {
                values.Store(planes, pixel, sink);
            }
            pixel += Group.DimY * shape.CoreWidth;
            place += Group.DimY * Stride;
            middle += Group.DimY * BlurStride;
        }
    }

    /// <summary>Whether a group sees nothing but pixels that were read, so that no place has to be clamped.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool IsInside(PlaneWindow blur, TileShape shape, int left, int top, int rows) =>
        blur.Holds(left - Border, top - Border) && blur.Holds(left + Columns + Border - 1, top + rows + Border - 1)
        && left > 0 && top > 0 && left + Columns < shape.Width && top + rows < shape.Height;

    /// <summary>Both first derivatives times 8 at one pixel, given the blur from its upper left neighbour on.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void First(ArrayView<float> p, ArrayView<float> gx, ArrayView<float> gy, int to)
    {
        float upLeft = p[0], upRight = p[2], downLeft = p[2 * BlurStride], downRight = p[(2 * BlurStride) + 2];
        gx[to] = Fma.Of(2f, p[BlurStride + 2], upRight + downRight) - Fma.Of(2f, p[BlurStride], upLeft + downLeft);
        gy[to] = Fma.Of(2f, p[(2 * BlurStride) + 1] - p[1], downLeft - upLeft + (downRight - upRight));
    }

    /// <summary>The values of one pixel.</summary>
    private struct Derived
    {
        private float _gaussian, _sobel, _large, _small, _mod, _trace, _determinant, _laplacian;

        /// <summary>Computes them.</summary>
        /// <param name="blur">The pixel's blur.</param>
        /// <param name="gx">Derivatives along x times 8, from the upper left neighbour on.</param>
        /// <param name="gy">The same along y.</param>
        public static Derived Of(float blur, ArrayView<float> gx, ArrayView<float> gy)
        {
            // Second derivatives times 64.
            Neighbours x = Neighbours.Read(gx), y = Neighbours.Read(gy);
            float a = x.AlongX(), b = x.AlongY(), d = y.AlongY(), trace = a + d;
            float difference = a - d, bb = b * b, twiceB = b + b;
            // The CPU computes 0 - b * b, which is +0 for b = 0, where -(b * b) is -0. This is a choice and not a subtraction, because the
            // assembler would fuse that with the product.
            float minus = bb == 0f ? 0f : -bb;
            float root = MathF.Sqrt(Fma.Of(difference, difference, twiceB * twiceB));
            float mod = MathF.Sqrt(Fma.Of(a, a, Fma.Of(d, d, bb)));
            return new Derived
            {
                _gaussian = blur,
                _sobel = MathF.Sqrt(Fma.Of(x.Own, x.Own, y.Own * y.Own)) * (1 / 8f),
                _large = (trace + root) * (1 / 128f),
                _small = (trace - root) * (1 / 128f),
                _mod = mod * (1 / 64f),
                _trace = trace * (1 / 64f),
                _determinant = Fma.Of(a, d, minus) * (1 / 4096f),
                _laplacian = trace * (1 / 64f),
            };
        }

        /// <summary>Stores all but the Laplacian, one plane behind the other.</summary>
        public readonly void StoreSeven<TSink>(int first, int pixel, TSink sink) where TSink : struct, IPlaneSink =>
            sink.StoreSeven(first, pixel, _gaussian, _sobel, _large, _small, _mod, _trace, _determinant);

        /// <summary>Stores those that are wanted.</summary>
        public readonly void Store<TSink>(DerivativePlanes planes, int pixel, TSink sink) where TSink : struct, IPlaneSink
        {
            if (planes.Gaussian >= 0)
            {
                sink.Store(planes.Gaussian, pixel, _gaussian);
            }
            if (planes.Sobel >= 0)
            {
                sink.Store(planes.Sobel, pixel, _sobel);
            }
            if (planes.Hessian >= 0)
            {
                sink.Store(planes.Hessian, pixel, _large);
                sink.Store(planes.Hessian + 1, pixel, _small);
                sink.Store(planes.Hessian + 2, pixel, _mod);
                sink.Store(planes.Hessian + 3, pixel, _trace);
                sink.Store(planes.Hessian + 4, pixel, _determinant);
            }
            if (planes.Laplacian >= 0)
            {
                sink.Store(planes.Laplacian, pixel, _laplacian);
            }
        }
    }

    /// <summary>A first derivative at a pixel and around it.</summary>
    private struct Neighbours
    {
        public float Own;

        private float _upLeft, _up, _upRight, _left, _right, _downLeft, _down, _downRight;

        /// <summary>Reads them, from the upper left one on.</summary>
        public static Neighbours Read(ArrayView<float> v)
        {
            const int Down = 2 * Stride;
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

    /// <summary>Whether these are the seven planes of a default scale, one behind the other.</summary>
    public readonly bool AreSeven() => Gaussian >= 0 && Sobel == Gaussian + 1 && Hessian == Gaussian + 2 && Laplacian < 0;
}
