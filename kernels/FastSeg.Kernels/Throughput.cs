using ILGPU;

namespace FastSeg.Kernels;

/// <summary>
/// Measures what a device can do at most: bytes copied and multiply-adds a second. Other kernels are compared with these rates.
/// </summary>
/// <remarks>
/// Copy moves 8 bytes a float; a thread loads its four floats before it stores the first. MultiplyAdds runs eight chains that do not
/// depend on each other, which hides a latency of four cycles on four schedulers. A round has 32 multiply-adds and three instructions for
/// the loop, so the rate is at least 91 % of the device's. Both use no shared memory and take groups of any size in one dimension.
/// </remarks>
public static class Throughput
{
    /// <summary>Floats that a thread copies.</summary>
    public const int Copies = 4;

    /// <summary>Multiply-adds of a thread in a round.</summary>
    public const int RoundFmas = 32;

    /// <summary>Copies floats; needs one thread for every <see cref="Copies"/> of them.</summary>
    /// <param name="from">Source; its length is a multiple of <see cref="Copies"/>.</param>
    /// <param name="to">Destination of the same length.</param>
    public static void Copy(ArrayView<float> from, ArrayView<float> to)
    {
        long part = to.Length / Copies, i = ((long)Grid.IdxX * Group.DimX) + Group.IdxX;
        if (i < part)
        {
            float a = from[i], b = from[i + part], c = from[i + (2 * part)], d = from[i + (3 * part)];
            to[i] = a;
            to[i + part] = b;
            to[i + (2 * part)] = c;
            to[i + (3 * part)] = d;
        }
    }

    /// <summary>
    /// Runs the chains of every thread: they begin at the thread's number and the seven numbers after it, and go on as
    /// x = x * gain + step. Their sum is stored, so that no compiler leaves them out.
    /// </summary>
    /// <param name="rounds">Rounds of <see cref="RoundFmas"/> multiply-adds, four a chain.</param>
    /// <param name="gain">The factor.</param>
    /// <param name="step">The term that is added.</param>
    /// <param name="sums">Receives one float a thread.</param>
    public static void MultiplyAdds(int rounds, float gain, float step, ArrayView<float> sums)
    {
        int thread = (Grid.IdxX * Group.DimX) + Group.IdxX;
        float a = thread, b = a + 1, c = a + 2, d = a + 3, e = a + 4, f = a + 5, g = a + 6, h = a + 7;
        for (int round = 0; round < rounds; round++)
        {
            a = Four(a, gain, step);
            b = Four(b, gain, step);
            c = Four(c, gain, step);
            d = Four(d, gain, step);
            e = Four(e, gain, step);
            f = Four(f, gain, step);
            g = Four(g, gain, step);
            h = Four(h, gain, step);
        }
        if (thread < sums.Length)
        {
            sums[thread] = a + b + (c + d) + (e + f + (g + h));
        }
    }

    private static float Four(float x, float gain, float step) =>
        Fma.Of(Fma.Of(Fma.Of(Fma.Of(x, gain, step), gain, step), gain, step), gain, step);
}
