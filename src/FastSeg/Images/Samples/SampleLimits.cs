namespace FastSeg.Images.Samples;

/// <summary>The least and the largest float sample that is not refused. NaN always is, and so are infinite samples.</summary>
/// <param name="Low">The least.</param>
/// <param name="High">The largest.</param>
internal readonly record struct SampleLimits(float Low, float High)
{
    /// <summary>Every finite sample.</summary>
    public static SampleLimits Finite => Of(float.MaxValue);

    /// <summary>Samples of up to a magnitude.</summary>
    public static SampleLimits Of(float largest) => new(-largest, largest);

    /// <summary>Whether a sample lies between the limits.</summary>
    public bool Hold(float sample) => sample >= Low && sample <= High;

    /// <summary>Whether all samples of a range lie between the limits.</summary>
    public bool Hold(SampleLimits range) => Hold(range.Low) && Hold(range.High);
}
