namespace FastSeg.Kernels;

/// <summary>
/// The rectangles of the guided filter. All coordinates are counted from the first pixel whose probabilities there are (outer); the
/// coefficients' rectangle is the core with radius pixels around, as far as the image goes.
/// </summary>
public struct GuidedShape
{
    /// <summary>Pixels with probabilities, a guide and a mask.</summary>
    public int Width, Height;

    /// <summary>The core.</summary>
    public int CoreX, CoreY, CoreWidth, CoreHeight;

    /// <summary>Where coefficients are wanted.</summary>
    public int FitX, FitY, FitWidth, FitHeight;

    /// <summary>Radius of the boxes.</summary>
    public int Radius;

    /// <summary>Rows from the beginning of a block of the first boxes to row 0, and of the second boxes.</summary>
    public int Phase, FitPhase;

    /// <summary>Classes.</summary>
    public int Classes;

    /// <summary>1 where a mask says which pixels count, else 0.</summary>
    public int Masked;

    /// <summary>Pixels of a box's side.</summary>
    public readonly int Length => (2 * Radius) + 1;

    /// <summary>Columns of sums for the coefficients: radius more on each side, also beyond the image, where they are 0.</summary>
    public readonly int FitSumsWidth => FitWidth + (2 * Radius);

    /// <summary>Columns of sums for the results.</summary>
    public readonly int CoreSumsWidth => CoreWidth + (2 * Radius);
}

/// <summary>The planes of the guided filter.</summary>
public struct GuidedPlanes
{
    /// <summary>Classes x pixels.</summary>
    public ILGPU.ArrayView<float> Probabilities;

    /// <summary>One plane.</summary>
    public ILGPU.ArrayView<float> Guide;

    /// <summary>0 where a pixel does not count; empty where all do.</summary>
    public ILGPU.ArrayView<byte> Mask;

    /// <summary>
    /// Sums down the columns. First I, I², then p and I p of each class, then the mask, of the coefficients' rows; later a and b of each
    /// class, then the mask, of the core's.
    /// </summary>
    public ILGPU.ArrayView<float> Sums;

    /// <summary>a and b of each class: 2 classes x pixels of the coefficients.</summary>
    public ILGPU.ArrayView<float> Coefficients;

    /// <summary>Receives g: classes x pixels of the core.</summary>
    public ILGPU.ArrayView<float> Smoothed;
}
