namespace FastSeg;

/// <summary>
/// How samples are brought to one mean and deviation before the filters see them: x becomes (x - m) / s. Then neither the sample type nor
/// the detector's gain and offset matter.
/// </summary>
public enum Standardisation
{
    /// <summary>They are not: integers are divided by their type's largest value, floats stay as they are.</summary>
    None,

    /// <summary>
    /// m and s are the mean and population standard deviation of all samples of the page, whatever part of it is computed.
    /// </summary>
    Image,

    /// <summary>m and s are those of a pixel's neighbourhood, under a Gaussian of <see cref="FeatureSpec.StandardiseSigma"/>.</summary>
    Local,
}
