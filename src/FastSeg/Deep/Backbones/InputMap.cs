using FastSeg.Images;
using FastSeg.Images.Samples;

namespace FastSeg.Deep.Backbones;

/// <summary>
/// How a stored sample becomes what the transformer and a learned upsampler see of it, 0 to 1: by the model's range, or, where the image is
/// standardised, as 0.5 + 0.12 z, so that four deviations either way are seen. Both are clipped.
/// </summary>
/// <param name="Range">The range; not looked at where samples are standardised.</param>
/// <param name="Samples">What filters see of a sample.</param>
internal readonly record struct InputMap(InputRange Range, SampleMap Samples)
{
    /// <summary>What a standardised sample of 0 is seen as, and how much is added for each deviation.</summary>
    public const float Centre = 0.5f, PerDeviation = 0.12f;

    /// <summary>The map of images that are not standardised.</summary>
    public static implicit operator InputMap(InputRange range) => new(range, default);

    /// <summary>A stored sample as it is seen.</summary>
    /// <param name="stored">The sample.</param>
    /// <param name="divisor">What samples of its type are divided by where they are not standardised.</param>
    public float Unit(float stored, float divisor) => Samples.Standardises
        ? Math.Clamp(MathF.FusedMultiplyAdd(Samples.Apply(stored, divisor), PerDeviation, Centre), 0f, 1f)
        : Range.Unit(stored / divisor);
}
