namespace FastSeg.Features;

/// <summary>The separable Gaussian: one row of taps, applied along x and then along y.</summary>
/// <remarks>
/// Every backend, vector width and tile gives the same bits, because the order of summation is fixed. The sum starts at 0 and every step
/// is a fused multiply-add. While more than one tap is left on a side, the two outermost are taken, in the order left outer, left inner,
/// right outer, right inner pixel (along y: upper for left). Where the radius is odd, the left and the right neighbour follow. The centre
/// comes last: small terms first lose least.
/// </remarks>
internal static class Gaussian
{
    /// <summary>Pixels around the wanted ones that are blurred too: the second derivatives look that far.</summary>
    public const int Border = 2;

    /// <summary>Index of the last tap for a standard deviation s: floor(4 s + 0.5).</summary>
    public static int Radius(double deviation) => (int)Math.Floor((4 * deviation) + 0.5);

    /// <summary>
    /// Taps 0 (the centre) to <paramref name="radius"/>: exp(-i^2 / 2 s^2), normalised in float64 so that the whole row sums to 1, then
    /// rounded once.
    /// </summary>
    /// <param name="deviation">Standard deviation s, in pixels; above 0.</param>
    /// <param name="radius">Taps on each side.</param>
    public static float[] Taps(double deviation, int radius)
    {
        double[] weights = new double[radius + 1];
        double sum = 0;
        for (int i = radius; i >= 0; i--)
        {
            weights[i] = Math.Exp(-((double)i * i) / (2 * deviation * deviation));
            sum += i == 0 ? weights[i] : 2 * weights[i];
        }
        return Array.ConvertAll(weights, weight => (float)(weight / sum));
    }
}
