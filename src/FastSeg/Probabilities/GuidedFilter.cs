namespace FastSeg.Probabilities;

/// <summary>
/// The guided filter (He, Sun, Tang: Guided Image Filtering, 2013) of each class's probabilities p by a guide I: in every box
/// a = cov(I, p) / (var(I) + epsilon) and b = mean(p) - a mean(I); then g = mean(a) I + mean(b), cut off at 0 and 1. A box has
/// (2 radius + 1)² pixels; those beyond the image and those that a mask leaves out are not counted.
/// </summary>
internal static class GuidedFilter
{
    /// <summary>Smallest epsilon that is computed with: below it a could be infinite.</summary>
    public const float LeastEpsilon = 1e-30f;

    /// <summary>Pixels around a core whose probabilities and guide are read.</summary>
    public static int Halo(int radius) => 2 * radius;

    /// <summary>
    /// Largest difference of g from float64. Covariance and variance are differences of means, whose rounding errors grow with the guide's
    /// square; an error of the slope counts times the guide's deviation in the box, which is largest against the sum of variance and
    /// epsilon where both are equal.
    /// </summary>
    /// <param name="largest">Largest magnitude of the guide.</param>
    /// <param name="epsilon">The filter's epsilon.</param>
    public static double Tolerance(double largest, double epsilon) => 1e-6 * (1 + (largest * largest)) / Math.Sqrt(Math.Min(epsilon, 1));

    /// <summary>Pixels around a core whose samples are read, for the guide.</summary>
    public static int ImageHalo(int radius) => Halo(radius) + Guide.Radius;
}
