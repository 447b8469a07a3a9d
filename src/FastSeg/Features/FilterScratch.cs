using FastSeg.Kernels;
using ILGPU;

namespace FastSeg.Features;

/// <summary>
/// What the filters of one channel keep in device memory, carved out of one view: the image as floats, a pass along x, one blur for
/// each sigma, and the products of the structure tensor. Every part begins on a multiple of 256 bytes.
/// </summary>
internal readonly struct FilterScratch
{
    private const int Alignment = 256 / sizeof(float);

    private FilterScratch(FeatureSpec spec, TileShape shape)
    {
        long read = Whole((long)shape.Width * shape.Height);
        BlurStride = (int)Whole((long)Columns(shape) * Math.Min(shape.CoreHeight + (2 * GaussianGpu.Border), shape.Height));
        ProductStride = spec.Has(Families.Structure) ? (int)read : 0;
        PixelFloats = read;
        RowFloats = spec.Has(Families.Structure) ? read : spec.Has(FilterBankGpu.Blurred) ? Whole((long)Columns(shape) * shape.Height) : 0;
        // The structure tensor comes when the blurs are done with.
        BlurFloats = Math.Max(spec.Has(FilterBankGpu.Blurred) ? (long)spec.Sigmas.Count * BlurStride : 0, 3L * ProductStride);
    }

    /// <summary>The image as floats, all that was read.</summary>
    public ArrayView<float> Pixels { get; private init; }

    /// <summary>The pass along x.</summary>
    public ArrayView<float> Rows { get; private init; }

    /// <summary>The blurs, <see cref="BlurStride"/> apart; those of the structure tensor <see cref="ProductStride"/> apart.</summary>
    public ArrayView<float> Blurs { get; private init; }

    /// <summary>The products of the structure tensor, <see cref="ProductStride"/> apart.</summary>
    public ArrayView<float> Products { get; private init; }

    /// <summary>Floats from a blur to the next.</summary>
    public int BlurStride { get; }

    /// <summary>Floats from a product to the next.</summary>
    public int ProductStride { get; }

    private long PixelFloats { get; }

    private long RowFloats { get; }

    private long BlurFloats { get; }

    /// <summary>Bytes of scratch for tiles up to this shape, which must be the largest in every measure.</summary>
    public static long Bytes(FeatureSpec spec, TileShape largest)
    {
        var scratch = new FilterScratch(spec, largest);
        return (scratch.PixelFloats + scratch.RowFloats + scratch.BlurFloats + (3L * scratch.ProductStride)) * sizeof(float);
    }

    /// <summary>Carves the parts for a tile.</summary>
    public static FilterScratch Carve(FeatureSpec spec, TileShape shape, ArrayView<byte> memory)
    {
        var scratch = new FilterScratch(spec, shape);
        ArrayView<float> floats = memory.SubView(0, Bytes(spec, shape)).Cast<float>();
        long rows = scratch.PixelFloats, blurs = rows + scratch.RowFloats, products = blurs + scratch.BlurFloats;
        return scratch with
        {
            Pixels = floats.SubView(0, (long)shape.Width * shape.Height),
            Rows = Part(floats, rows, scratch.RowFloats),
            Blurs = Part(floats, blurs, scratch.BlurFloats),
            Products = Part(floats, products, 3L * scratch.ProductStride),
        };
    }

    /// <summary>A view of nothing may not begin where the whole ends.</summary>
    private static ArrayView<float> Part(ArrayView<float> floats, long first, long length) => length == 0 ? default : floats.SubView(first, length);

    private static int Columns(TileShape shape) => Math.Min(shape.CoreWidth + (2 * GaussianGpu.Border), shape.Width);

    private static long Whole(long floats) => (floats + Alignment - 1) / Alignment * Alignment;
}
