using System.Runtime.CompilerServices;
using ILGPU;

namespace FastSeg.Kernels;

/// <summary>
/// A thread's sums of a Gaussian: of eight pixels, one behind the other. Fields, because an array would lie in local memory.
/// </summary>
internal struct GaussianSums
{
    /// <summary>Taps of a round, whose pixels are kept in registers.</summary>
    private const int Round = 8;

    /// <summary>The sums in the pixels' order.</summary>
    public float A, B, C, D, E, F, G, H;

    /// <summary>Sums around eight pixels.</summary>
    /// <param name="pixels">Pixels in shared memory.</param>
    /// <param name="centre">The first of the eight.</param>
    /// <param name="step">From a pixel to the next; a constant, as all places behind a base are.</param>
    /// <param name="weights">Taps from the centre outwards.</param>
    /// <param name="radius">Index of the last tap.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static GaussianSums Of(ArrayView<float> pixels, int centre, int step, ArrayView<float> weights, int radius)
    {
        var sums = new GaussianSums();
        int t = radius;
        if (t >= Round)
        {
            // Eight taps of eight pixels read fifteen pixels on a side, seven of which the next eight taps read again.
            ArrayView<float> l = pixels.SubView(centre - (t * step), (7 * step) + 1), r = pixels.SubView(centre + (t * step),
                (7 * step) + 1);
            float l0 = l[0], l1 = l[step], l2 = l[2 * step], l3 = l[3 * step], l4 = l[4 * step], l5 = l[5 * step], l6 = l[6 * step];
            float r8 = r[step], r9 = r[2 * step], ra = r[3 * step], rb = r[4 * step], rc = r[5 * step], rd = r[6 * step], re = r[7 * step];
            for (; t >= Round; t -= Round)
            {
                ArrayView<float> w = weights.SubView(t - 7, Round);
                l = pixels.SubView(centre - ((t - 7) * step), (7 * step) + 1);
                r = pixels.SubView(centre + ((t - 7) * step), (7 * step) + 1);
                float l7 = l[0], l8 = l[step], l9 = l[2 * step], la = l[3 * step], lb = l[4 * step], lc = l[5 * step];
                float ld = l[6 * step], le = l[7 * step];
                float r0 = r[0], r1 = r[step], r2 = r[2 * step], r3 = r[3 * step], r4 = r[4 * step], r5 = r[5 * step];
                float r6 = r[6 * step], r7 = r[7 * step];
                sums.Add(w[7], w[6], l0, l1, l2, l3, l4, l5, l6, l7, l8, r6, r7, r8, r9, ra, rb, rc, rd, re);
                sums.Add(w[5], w[4], l2, l3, l4, l5, l6, l7, l8, l9, la, r4, r5, r6, r7, r8, r9, ra, rb, rc);
                sums.Add(w[3], w[2], l4, l5, l6, l7, l8, l9, la, lb, lc, r2, r3, r4, r5, r6, r7, r8, r9, ra);
                sums.Add(w[1], w[0], l6, l7, l8, l9, la, lb, lc, ld, le, r0, r1, r2, r3, r4, r5, r6, r7, r8);
                (l0, l1, l2, l3, l4, l5, l6) = (l8, l9, la, lb, lc, ld, le);
                (r8, r9, ra, rb, rc, rd, re) = (r0, r1, r2, r3, r4, r5, r6);
            }
        }
        for (; t > 1; t -= 2)
        {
            ArrayView<float> w = weights.SubView(t - 1, 2);
            ArrayView<float> l = pixels.SubView(centre - (t * step), (8 * step) + 1);
            ArrayView<float> r = pixels.SubView(centre + ((t - 1) * step), (8 * step) + 1);
            sums.Add(
                w[1], w[0],
                l[0], l[step], l[2 * step], l[3 * step], l[4 * step], l[5 * step], l[6 * step], l[7 * step], l[8 * step],
                r[0], r[step], r[2 * step], r[3 * step], r[4 * step], r[5 * step], r[6 * step], r[7 * step], r[8 * step]);
        }
        ArrayView<float> own = pixels.SubView(centre, (7 * step) + 1);
        float p0 = own[0], p1 = own[step], p2 = own[2 * step], p3 = own[3 * step], p4 = own[4 * step], p5 = own[5 * step];
        float p6 = own[6 * step], p7 = own[7 * step];
        if (t == 1)
        {
            sums.AddPair(weights[1], pixels[centre - step], p0, p1, p2, p3, p4, p5, p6, p7, pixels[centre + (8 * step)]);
        }
        float middle = weights[0];
        return new GaussianSums
        {
            A = Fma.Of(middle, p0, sums.A),
            B = Fma.Of(middle, p1, sums.B),
            C = Fma.Of(middle, p2, sums.C),
            D = Fma.Of(middle, p3, sums.D),
            E = Fma.Of(middle, p4, sums.E),
            F = Fma.Of(middle, p5, sums.F),
            G = Fma.Of(middle, p6, sums.G),
            H = Fma.Of(middle, p7, sums.H),
        };
    }

    /// <summary>
    /// Adds two taps on both sides, in the promised order. A pixel is the inner one of one sum and the outer one of its neighbour, so
    /// nine a side do for eight sums; those of both sides go in the pixels' order.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Add(
        float outer, float inner,
        float l0, float l1, float l2, float l3, float l4, float l5, float l6, float l7, float l8,
        float r0, float r1, float r2, float r3, float r4, float r5, float r6, float r7, float r8)
    {
        A = Gaussian.Four(outer, inner, l0, l1, r1, r0, A);
        B = Gaussian.Four(outer, inner, l1, l2, r2, r1, B);
        C = Gaussian.Four(outer, inner, l2, l3, r3, r2, C);
        D = Gaussian.Four(outer, inner, l3, l4, r4, r3, D);
        E = Gaussian.Four(outer, inner, l4, l5, r5, r4, E);
        F = Gaussian.Four(outer, inner, l5, l6, r6, r5, F);
        G = Gaussian.Four(outer, inner, l6, l7, r7, r6, G);
        H = Gaussian.Four(outer, inner, l7, l8, r8, r7, H);
    }

    /// <summary>Adds the last tap but the centre's; <paramref name="before"/> and <paramref name="behind"/> lie beside the eight.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void AddPair(
        float tap, float before, float p0, float p1, float p2, float p3, float p4, float p5, float p6, float p7, float behind)
    {
        A = Gaussian.Two(tap, before, p1, A);
        B = Gaussian.Two(tap, p0, p2, B);
        C = Gaussian.Two(tap, p1, p3, C);
        D = Gaussian.Two(tap, p2, p4, D);
        E = Gaussian.Two(tap, p3, p5, E);
        F = Gaussian.Two(tap, p4, p6, F);
        G = Gaussian.Two(tap, p5, p7, G);
        H = Gaussian.Two(tap, p6, behind, H);
    }
}
