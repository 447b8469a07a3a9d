namespace FastSeg;

/// <summary>What is done to the class probabilities of pixels before each pixel gets its label.</summary>
public sealed record Smoothing
{
    /// <summary>Largest radius of the guided filter.</summary>
    public const int MostRadius = 64;

    /// <summary>Nothing: a pixel's label is the class of its largest margin.</summary>
    public static Smoothing None { get; } = new();

    /// <summary>A guided filter of radius 8, kept away from thin and rare classes by the areas that the page had before.</summary>
    public static Smoothing Safe { get; } = new() { Mode = SmoothingMode.Safe };

    /// <summary>Which of the three.</summary>
    public SmoothingMode Mode { get; init; }

    /// <summary>
    /// Radius of the guided filter's boxes, 1 to <see cref="MostRadius"/> pixels; 8 for <see cref="SmoothingMode.Safe"/>.
    /// </summary>
    public int Radius { get; init; } = 8;

    /// <summary>
    /// Variance of the guide, in units of the page's own variance, from which on an edge is kept; above 0. It is 0.05 for
    /// <see cref="SmoothingMode.Safe"/>.
    /// </summary>
    public double Epsilon { get; init; } = 0.05;

    /// <summary>The guided filter.</summary>
    /// <param name="radius">See <see cref="Radius"/>.</param>
    /// <param name="epsilon">See <see cref="Epsilon"/>.</param>
    public static Smoothing Guided(int radius = 8, double epsilon = 0.05) =>
        new() { Mode = SmoothingMode.Guided, Radius = radius, Epsilon = epsilon };

    /// <summary>How far, in pixels, the smoothed probabilities of a pixel look at those of others: two boxes in a row.</summary>
    internal int Reach => Mode == SmoothingMode.None ? 0 : 2 * Radius;

    /// <summary>How far the guide of a pixel looks at the image: the radius of its Gaussian of sigma 1.</summary>
    internal int GuideHalo => Mode == SmoothingMode.None ? 0 : 4;

    /// <summary>Refuses a radius or an epsilon that is out of range.</summary>
    /// <exception cref="FastSegException">Which, and its range.</exception>
    internal void Check()
    {
        if (Mode == SmoothingMode.Safe && this != Safe)
        {
            throw new FastSegException(
                FormattableString.Invariant($"Safe smoothing with radius {Radius} and epsilon {Epsilon} is not defined; ") +
                $"its radius is {Safe.Radius} and its epsilon {Safe.Epsilon}.");
        }
        if (Radius is < 1 or > MostRadius)
        {
            throw new FastSegException($"The radius of the guided filter is {Radius}; it must be 1 to {MostRadius} pixels.");
        }
        if (!(Epsilon > 0 && double.IsFinite(Epsilon)))
        {
            throw new FastSegException(
                FormattableString.Invariant($"The epsilon of the guided filter is {Epsilon}; it must be a number above 0."));
        }
    }
}
