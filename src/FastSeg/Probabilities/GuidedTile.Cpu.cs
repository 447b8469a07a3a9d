using FastSeg.Images;

namespace FastSeg.Probabilities;

/// <summary>
/// What the guided filter reads of one tile. The memory is the caller's. It is read where it is, which is faster, where the planes lie side
/// by side in each row, the guide first, <see cref="GuidedFilterCpu.PlaneStride"/> floats each, and begin with the columns that are read.
/// </summary>
internal readonly unsafe struct GuidedTileCpu
{
    /// <summary>The pixels that are smoothed, in image coordinates.</summary>
    public required Region Core { get; init; }

    /// <summary>
    /// The pixels that count: at least the core with <see cref="GuidedFilter.Halo"/> pixels around, as far as the image goes.
    /// </summary>
    public required Region Outer { get; init; }

    /// <summary>The first pixel of the planes: columns from the core's, less the halo, must be there.</summary>
    public required (long X, long Y) First { get; init; }

    /// <summary>Floats from a row of a plane to the next.</summary>
    public required nint RowStride { get; init; }

    /// <summary>Floats from a class's plane to the next.</summary>
    public required nint PlaneStride { get; init; }

    /// <summary>Probability of class 0, first pixel.</summary>
    public required float* Probabilities { get; init; }

    /// <summary>The guide, which lies as the plane of a class.</summary>
    public required float* Guide { get; init; }

    /// <summary>One byte a pixel of <see cref="Outer"/>, 0 where the mask leaves the pixel out; null where there is no mask.</summary>
    public byte* Mask { get; init; }

    /// <summary>Where a pixel lies in a plane.</summary>
    public long At(long x, long y) => ((y - First.Y) * RowStride) + (x - First.X);

    /// <summary>Where a pixel lies in the mask.</summary>
    public long MaskAt(long x, long y) => ((y - Outer.Y) * Outer.Width) + (x - Outer.X);

    /// <summary>A tile whose planes hold <paramref name="outer"/> row-major without padding.</summary>
    public static GuidedTileCpu Whole(Region core, Region outer, float* probabilities, float* guide, byte* mask = null) => new()
    {
        Core = core,
        Outer = outer,
        First = (outer.X, outer.Y),
        RowStride = (nint)outer.Width,
        PlaneStride = checked((nint)outer.Pixels),
        Probabilities = probabilities,
        Guide = guide,
        Mask = mask,
    };

    /// <summary>Copies a part of a row of a plane, with zeros beyond the image and where the mask leaves pixels out.</summary>
    /// <param name="plane">The plane's first pixel.</param>
    /// <param name="x">The first column.</param>
    /// <param name="y">The row.</param>
    /// <param name="count">Columns.</param>
    /// <param name="to">Where they go.</param>
    public void CopyRow(float* plane, long x, long y, int count, float* to)
    {
        if (y < Outer.Y || y >= Outer.Bottom)
        {
            new Span<float>(to, count).Clear();
            return;
        }
        (int before, int inside) = Inside(x, count);
        float* from = plane + At(x + before, y);
        new Span<float>(to, before).Clear();
        new Span<float>(to + before + inside, count - before - inside).Clear();
        if (Mask == null)
        {
            new ReadOnlySpan<float>(from, inside).CopyTo(new Span<float>(to + before, inside));
            return;
        }
        byte* mask = Mask + MaskAt(x + before, y);
        for (int i = 0; i < inside; i++)
        {
            to[before + i] = mask[i] == 0 ? 0 : from[i];
        }
    }

    /// <summary>Copies a part of a row of the mask as 1 and 0; 0 beyond the image.</summary>
    /// <param name="x">The first column.</param>
    /// <param name="y">The row.</param>
    /// <param name="count">Columns.</param>
    /// <param name="to">Where they go.</param>
    public void CopyMask(long x, long y, int count, float* to)
    {
        new Span<float>(to, count).Clear();
        if (y < Outer.Y || y >= Outer.Bottom)
        {
            return;
        }
        (int before, int inside) = Inside(x, count);
        byte* mask = Mask + MaskAt(x, y);
        for (int i = before; i < before + inside; i++)
        {
            to[i] = mask[i] == 0 ? 0 : 1;
        }
    }

    /// <summary>How many of some columns from x on lie left of the pixels that count, and how many among them.</summary>
    public (int Before, int Inside) Inside(long x, int count)
    {
        int before = (int)Math.Clamp(Outer.X - x, 0, count);
        return (before, (int)Math.Clamp(Outer.Right - x, before, count) - before);
    }
}
