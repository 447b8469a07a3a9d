namespace FastSeg.Features.Local;

/// <summary>The pixels that a neighbourhood's mean and deviation are taken of.</summary>
/// <param name="Source">A rectangle of samples; its channel does not matter.</param>
/// <param name="Image">The whole image: beyond it nothing counts.</param>
/// <param name="Kept">A byte for each pixel of the rectangle, 0 where it is left out; null where none is.</param>
internal readonly unsafe record struct LocalPixels(PixelSource Source, Region Image, nint Kept)
{
    /// <summary>The bytes of <see cref="Kept"/>.</summary>
    public byte* Mask => (byte*)Kept;

    /// <summary>The first sample of a pixel.</summary>
    public byte* At(long x, long y) => Source.Samples
        + ((((y - Source.Bounds.Y) * Source.Bounds.Width) + (x - Source.Bounds.X)) * Source.Channels * Source.Type.Bytes());
}
