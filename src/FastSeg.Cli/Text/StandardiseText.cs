namespace FastSeg.Cli.Text;

/// <summary>How samples are standardised, in words.</summary>
internal static class StandardiseText
{
    /// <summary>A mode.</summary>
    public static string Of(Standardisation mode) => mode switch
    {
        Standardisation.Image => "standardised by each image's mean and deviation (image)",
        Standardisation.Local => "standardised by the mean and deviation around each pixel (local)",
        _ => "divided by their type's largest value, floats as they are (none)",
    };

    /// <summary>Mean and deviation of stored samples.</summary>
    public static string Of(SampleStatistics samples) =>
        $"mean {Units.Significant(samples.Mean)}, deviation {Units.Significant(samples.Deviation)}";
}
