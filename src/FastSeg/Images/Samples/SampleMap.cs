namespace FastSeg.Images.Samples;

/// <summary>
/// What filters see of a stored sample: sample x scale + shift, rounded once, where an image is standardised as a whole. The default value
/// standardises nothing: whole numbers are divided by their type's largest value, and floats stay as they are.
/// </summary>
/// <param name="Scale">1 / s; 0 where nothing is standardised.</param>
/// <param name="Shift">-m / s; never -0.</param>
internal readonly record struct SampleMap(float Scale, float Shift)
{
    /// <summary>A deviation of less than this part of the mean counts as 1: it is what rounding left of a constant image.</summary>
    private const double LeastPart = 1e-6;

    /// <summary>A deviation below the smallest normal float32 counts as 1, too: its inverse would overflow.</summary>
    private const double LeastDeviation = 1.1754943508222875e-38;

    /// <summary>For samples that are standardised already: they stay as they are.</summary>
    public static SampleMap Standardised { get; } = new(1, 0);

    /// <summary>Whether samples are standardised.</summary>
    public bool Standardises => Scale != 0;

    /// <summary>Brings samples of this mean and deviation to mean 0 and deviation 1. Scale and shift are made in float64.</summary>
    public static SampleMap Of(SampleStatistics samples)
    {
        double least = Math.Max(LeastPart * Math.Abs(samples.Mean), LeastDeviation);
        double deviation = samples.Deviation < least ? 1 : samples.Deviation;
        return new SampleMap((float)(1 / deviation), (float)(-samples.Mean / deviation) + 0f);
    }

    /// <summary>As above; by type alone where there are no statistics.</summary>
    public static SampleMap OfKnown(SampleStatistics? samples) => samples is { } known ? Of(known) : default;

    /// <summary>What filters see of a sample.</summary>
    /// <param name="stored">The sample as it is stored.</param>
    /// <param name="divisor">What it is divided by where nothing is standardised; 1 for floats.</param>
    public float Apply(float stored, float divisor) =>
        Standardises ? MathF.FusedMultiplyAdd(stored, Scale, Shift) + 0f : stored / divisor;

    /// <summary>
    /// The float samples that filters may see: standardised ones up to <paramref name="largest"/> in magnitude, and stored ones up to
    /// <see cref="SampleStatisticsPass.LargestSample"/>.
    /// </summary>
    public SampleLimits Limits(float largest)
    {
        if (!Standardises)
        {
            return SampleLimits.Of(largest);
        }
        const double Stored = SampleStatisticsPass.LargestSample;
        double low = Math.Max(-Stored, (-(double)largest - Shift) / Scale), high = Math.Min(Stored, ((double)largest - Shift) / Scale);
        return new SampleLimits((float)low, (float)high);
    }
}
