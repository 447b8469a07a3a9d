using static FastSeg.Common.Arguments;

namespace FastSeg;

/// <summary>Physical size of a pixel; images that are written get that of the image they come from.</summary>
/// <param name="X">Width of one pixel in <paramref name="Unit"/>.</param>
/// <param name="Y">Height of one pixel in <paramref name="Unit"/>.</param>
/// <param name="Unit">Unit of length as ImageJ names it: "nm", "micron", "mm", "cm", "inch", or "pixel" where none is known.</param>
public sealed record PixelSize(double X, double Y, string Unit)
{
    /// <summary>Unit of length.</summary>
    public string Unit { get; init => field = NotNull(value); } = NotNull(Unit);
}
