namespace FastSeg.Forest;

/// <summary>The unit of the CPU's evaluation: 16 x 16 pixels, so that four rows of bins fill a vector of 64 bytes.</summary>
internal static class Square
{
    /// <summary>Pixels of a side.</summary>
    public const int Side = 16;

    /// <summary>Pixels; also the bytes of a square's bins in one plane, and of its labels.</summary>
    public const int Pixels = Side * Side;
}
