namespace FastSeg.Features;

/// <summary>
/// The separable Gaussian: a row of taps, used along x and then along y. Every backend, vector width and tile gives the same bits,
/// because the order of summation is fixed: small terms first, each step a fused multiply-add onto a sum that starts at 0. While more
/// than one tap is left on a side, the two outermost are taken: left (upper) outer, left inner, right outer, right inner pixel; then,
/// where the radius is odd, the left and the right neighbour; the centre last.
/// </summary>
internal static class Gaussian
{
    /// <summary>Taps 0 (the centre) to <paramref name="radius"/>: exp(-i^2 / 2 s^2) normalised to sum 1 in float64, then rounded once.</summary>
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
