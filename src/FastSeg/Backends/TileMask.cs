namespace FastSeg.Backends;

/// <summary>Which pixels around a tile's core are segmented. The default value segments every pixel.</summary>
/// <param name="kept">
/// One byte for each pixel of the bounds, row by row, 0 where a pixel is left out; null where there is no mask. The caller's memory.
/// </param>
/// <param name="bounds">The pixels that have a byte, in image coordinates: the core, or more than it.</param>
internal readonly unsafe struct TileMask(byte* kept, Region bounds)
{
    private readonly byte* _kept = kept;
    private readonly Region _bounds = bounds;

    /// <summary>Whether there is no mask, so that every pixel is segmented.</summary>
    public bool IsEmpty => _kept == null;

    /// <summary>The bytes of the bounds; null where there is no mask.</summary>
    public byte* Kept => _kept;

    /// <summary>Whether a pixel of the bounds is segmented; in image coordinates.</summary>
    public bool Holds(long x, long y) => _kept == null || _kept[((y - _bounds.Y) * _bounds.Width) + (x - _bounds.X)] != 0;

    /// <summary>Whether any pixel of a region inside the bounds is segmented.</summary>
    public bool HoldsAny(Region region)
    {
        for (long y = region.Y; _kept != null && y < region.Bottom; y++)
        {
            byte* row = _kept + ((y - _bounds.Y) * _bounds.Width) + (region.X - _bounds.X);
            if (new ReadOnlySpan<byte>(row, (int)region.Width).ContainsAnyExcept((byte)0))
            {
                return true;
            }
        }
        return _kept == null;
    }
}
