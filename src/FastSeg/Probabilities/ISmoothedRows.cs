namespace FastSeg.Probabilities;

/// <summary>Takes the smoothed probabilities of a core, some pixels of a row at a time, while they are in the cache.</summary>
internal unsafe interface ISmoothedRows
{
    /// <summary>Takes neighbouring pixels of a row. Each pixel of the core comes once; rows come from the top, in strips.</summary>
    /// <param name="x">Column of the first pixel, in the image.</param>
    /// <param name="y">Row, in the image.</param>
    /// <param name="width">Pixels.</param>
    /// <param name="smoothed">g of class 0, first pixel; 0 to 1. It may be overwritten, and is valid during the call only.</param>
    /// <param name="classStride">Floats from a class to the next.</param>
    void Take(long x, long y, int width, float* smoothed, nint classStride);
}
