namespace FastSeg;

/// <summary>What copies of the training images are trained on besides the images themselves.</summary>
public enum Augmentation
{
    /// <summary>None.</summary>
    None,

    /// <summary>
    /// Each image and its labels three more times: flipped left to right, flipped top to bottom, and transposed. The classical features of
    /// a copy are those of the original up to rounding; a transformer's tokens are not, so it is deep features that profit.
    /// </summary>
    Flips,
}
