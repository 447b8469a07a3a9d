namespace FastSeg.Images;

/// <summary>
/// Where the planes of an image go in memory. The value of a plane at a column and row lies at
/// <c>Pointer + plane x PlaneStride + (row - Y) x RowStride + (column - X) x PixelStride</c>; strides count bytes and may be negative.
/// </summary>
/// <param name="Pointer">First value of plane 0.</param>
/// <param name="RowStride">Bytes from a row to the next.</param>
/// <param name="PixelStride">Bytes from a column to the next.</param>
/// <param name="PlaneStride">Bytes from a plane to the next.</param>
/// <param name="IsHalf">Whether values are float16, rounded to nearest; otherwise they are float32.</param>
internal readonly record struct PlaneTarget(nint Pointer, long RowStride, long PixelStride, long PlaneStride, bool IsHalf = false)
{
    /// <summary>Column of the image that <see cref="Pointer"/> is at.</summary>
    public long X { get; init; }

    /// <summary>Row of the image that <see cref="Pointer"/> is at.</summary>
    public long Y { get; init; }

    /// <summary>Bytes of a value.</summary>
    public int ValueBytes => IsHalf ? 2 : sizeof(float);

    /// <summary>Planes one after the other, float32, without padding.</summary>
    /// <param name="pointer">First value.</param>
    /// <param name="region">The pixels, in the image's coordinates.</param>
    public static PlaneTarget Packed(nint pointer, Region region) =>
        new(pointer, region.Width * sizeof(float), sizeof(float), region.Pixels * sizeof(float)) { X = region.X, Y = region.Y };

    /// <summary>Address of a value.</summary>
    public nint At(long plane, long column, long row) =>
        checked((nint)(Pointer + (plane * PlaneStride) + ((row - Y) * RowStride) + ((column - X) * PixelStride)));
}
