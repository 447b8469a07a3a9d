using ILGPU;

namespace FastSeg.Kernels;

/// <summary>
/// The two steps of the structure tensor beside its Gaussians: the products of a blur's first derivatives, and the eigenvalues of the
/// products' blurs. <see cref="Gaussian"/> makes the blurs; the products end at the image's edge, where it repeats them outwards.
/// </summary>
/// <remarks>
/// A thread computes one pixel; groups have 32 x 8 threads and no shared memory: the nine neighbours come from the L1 cache. Products
/// cost 4 bytes read, 12 written and some 50 instructions a pixel; eigenvalues 12 bytes read, 8 written as planes or 2 as bins, and some 30
/// instructions. By count memory is the bound: 200 and 168 Gpx/s on an H100, 37 and 30 on an A10.
/// </remarks>
public static class Structure
{
    /// <summary>Computes gx * gx / 64, gx * gy / 64 and gy * gy / 64, where gx and gy are the derivatives times 8.</summary>
    /// <param name="blur">The blur, with a pixel more on every side than the products have, as far as it was read.</param>
    /// <param name="products">Receives the first product.</param>
    /// <param name="stride">Floats from a product to the next.</param>
    public static void Products(PlaneWindow blur, PlaneWindow products, int stride)
    {
        int x = products.X + (Grid.IdxX * Group.DimX) + Group.IdxX, y = products.Y + (Grid.IdxY * Group.DimY) + Group.IdxY;
        if (products.Holds(x, y))
        {
            float upLeft = blur.At(x - 1, y - 1), upRight = blur.At(x + 1, y - 1);
            float downLeft = blur.At(x - 1, y + 1), downRight = blur.At(x + 1, y + 1);
            float gx = Fma.Of(2f, blur.At(x + 1, y), upRight + downRight) - Fma.Of(2f, blur.At(x - 1, y), upLeft + downLeft);
            float gy = Fma.Of(2f, blur.At(x, y + 1) - blur.At(x, y - 1), downLeft - upLeft + (downRight - upRight));
            long to = products.Index(x, y);
            products.Values[to] = gx * gx * (1 / 64f);
            products.Values[to + stride] = gx * gy * (1 / 64f);
            products.Values[to + (2L * stride)] = gy * gy * (1 / 64f);
        }
    }

    /// <summary>Stores both eigenvalues, the larger one first.</summary>
    /// <param name="smooth">The blur of the first product, over the core.</param>
    /// <param name="stride">Floats from a blur to the next.</param>
    /// <param name="shape">The tile.</param>
    /// <param name="plane">Plane of the larger eigenvalue; the smaller one follows.</param>
    /// <param name="sink">Where the planes go.</param>
    public static void Eigenvalues<TSink>(PlaneWindow smooth, int stride, TileShape shape, int plane, TSink sink)
        where TSink : struct, IPlaneSink
    {
        int x = (Grid.IdxX * Group.DimX) + Group.IdxX, y = (Grid.IdxY * Group.DimY) + Group.IdxY;
        if (x < shape.CoreWidth && y < shape.CoreHeight)
        {
            int pixel = (y * shape.CoreWidth) + x;
            long at = smooth.Index(shape.CoreX + x, shape.CoreY + y);
            float a = smooth.Values[at], b = smooth.Values[at + stride], d = smooth.Values[at + (2L * stride)];
            float trace = a + d, difference = a - d, twiceB = b + b;
            float root = MathF.Sqrt(Fma.Of(difference, difference, twiceB * twiceB));
            sink.Store(plane, pixel, (trace + root) * 0.5f);
            sink.Store(plane + 1, pixel, (trace - root) * 0.5f);
        }
    }
}
