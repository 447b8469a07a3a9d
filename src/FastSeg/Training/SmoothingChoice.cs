namespace FastSeg.Training;

/// <summary>
/// Chooses what is done to probabilities. The safe way is taken unless another is clearly better: held-out pixels lie in strokes, which say
/// little about thin and rare classes.
/// </summary>
internal static class SmoothingChoice
{
    /// <summary>How much better another way must be, in mean IoU.</summary>
    private const double Margin = 0.01;

    /// <summary>What is tried.</summary>
    public static IReadOnlyList<Smoothing> Candidates { get; } = [Smoothing.None, Smoothing.Guided(), Smoothing.Safe];

    /// <summary>
    /// The guided filter where it beats the others by more than the margin, nothing where nothing beats the safe way by more, otherwise the
    /// safe way.
    /// </summary>
    /// <param name="none">The score without smoothing.</param>
    /// <param name="guided">The score with the guided filter.</param>
    /// <param name="safe">The score with the safe way.</param>
    public static Smoothing Of(double none, double guided, double safe) =>
        guided - Math.Max(none, safe) > Margin ? Smoothing.Guided()
        : none - safe > Margin ? Smoothing.None
        : Smoothing.Safe;
}
