using FastSeg.Kernels;
using ILGPU;

namespace FastSeg.Features;

/// <summary>
/// The device memory that the filters of one channel work in, carved out of one view: the image as floats, the pass along x, one blur a
/// sigma, and the products of the structure tensor. Every part begins on a multiple of 256 bytes.
/// </summary>
internal readonly struct FilterScratch
{
    private const int Alignment = 256 / sizeof(float);

    private FilterScratch(FeatureSpec spec, TileShape shape)
    {
        long read = Whole((long)shape.Width * shape.Height);
        BlurStride = (int)Whole((long)Columns(shape) * Math.Min(shape.CoreHeight + (2 * Gaussian.Border), shape.Height));
        ProductStride = spec.Has(Families.Structure) ? (int)read : 0;
        PixelFloats = read;
        // The blurs' pass along x has the rows that were read and the columns of a blur; the structure tensor's may have all columns.
        long blurRows = spec.Has(FeatureSpec.Blurred) ? Whole((long)Columns(shape) * shape.Height) : 0;
        RowFloats = spec.Has(Families.Structure) ? read : blurRows;
        // The structure tensor is computed when nobody needs the blurs any more; its own blurs take their place.
        BlurFloats = Math.Max(spec.Has(FeatureSpec.Blurred) ? (long)spec.Sigmas.Count * BlurStride : 0, 3L * ProductStride);
    }

    /// <summary>The image as floats: all pixels that were read.</summary>
    public ArrayView<float> Pixels { get; private init; }

    /// <summary>The pass along x.</summary>
    public ArrayView<float> Rows { get; private init; }

    /// <summary>
    /// The blurs, <see cref="BlurStride"/> apart; later the structure tensor's, <see cref="ProductStride"/> apart.
    /// </summary>
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

    /// <summary>Bytes of scratch for tiles up to this shape, which is at least as large as any of them in every measure.</summary>
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

    /// <summary>A part of the memory. An empty part is the empty view: a view may not begin where the whole ends.</summary>
    private static ArrayView<float> Part(ArrayView<float> floats, long first, long length) =>
        length == 0 ? default : floats.SubView(first, length);

    /// <summary>Columns of a blur: the core's and the border's, as far as they were read.</summary>
    private static int Columns(TileShape shape) => Math.Min(shape.CoreWidth + (2 * Gaussian.Border), shape.Width);

    /// <summary>Rounds up to a multiple of 256 bytes.</summary>
    private static long Whole(long floats) => (floats + Alignment - 1) / Alignment * Alignment;
}
