namespace FastSeg.Checks;

/// <summary>How far the specification lets a feature plane be from float64.</summary>
internal static class FeatureTolerance
{
    /// <summary>
    /// 1e-5 of the plane's range + 1e-6 of max|image|. Determinants get 2e-6 max|image| max(mod) more, with the mod of the same sigma. For
    /// membrane_sum, which may be max|image| times the number of lines, the second term is 1e-6 of that product: float32 has no finer steps
    /// there.
    /// </summary>
    /// <param name="spec">Which features.</param>
    /// <param name="reference">All reference planes of a channel.</param>
    /// <param name="plane">Which of these planes.</param>
    /// <param name="largest">max|image|.</param>
    public static double Allowed(FeatureSpec spec, IReadOnlyList<ReferenceImage> reference, int plane, double largest)
    {
        string name = spec.Names[plane];
        double[] values = reference[plane].Values;
        double size = name == "membrane_sum" ? spec.Membrane.Angles * largest : largest;
        double allowed = (1e-5 * (values.Max() - values.Min())) + (1e-6 * size);
        // The plane of mod is two before that of det.
        return name.StartsWith("hessian_det_", StringComparison.Ordinal)
            ? allowed + (2e-6 * largest * reference[plane - 2].Values.Max())
            : allowed;
    }

    /// <summary>Largest difference between a plane and its reference; infinity where a value is NaN.</summary>
    public static double Error(ReferenceImage reference, ReadOnlySpan<float> plane)
    {
        double error = 0;
        for (int i = 0; i < plane.Length; i++)
        {
            double difference = Math.Abs(reference.Values[i] - plane[i]);
            error = Math.Max(error, double.IsNaN(difference) ? double.PositiveInfinity : difference);
        }
        return error;
    }
}
