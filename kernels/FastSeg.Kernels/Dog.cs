using ILGPU;

namespace FastSeg.Kernels;

/// <summary>
/// Difference of Gaussians: <c>dog_J_I = G(sigma J) - G(sigma I)</c>, sigma J the smaller one.
/// </summary>
/// <remarks>
/// A pixel costs one subtraction and 12 bytes of memory traffic (two floats read, one written), so memory bandwidth is the bound.
/// Subtraction rounds once on every device: the plane has the same bits as on the CPU.
/// </remarks>
public static class Dog
{
    /// <summary>Threads of a group on a GPU: eight warps hide the latency of the two loads, and neighbours read neighbouring floats.</summary>
    public const int GroupSize = 256;

    /// <summary>Groups that cover a plane.</summary>
    /// <param name="pixels">Pixels of the plane.</param>
    /// <param name="groupSize">Threads of a group, <see cref="GroupSize"/> unless the device allows fewer.</param>
    /// <exception cref="OverflowException">The plane needs more than 2^31 - 1 groups.</exception>
    public static int Groups(long pixels, int groupSize) => checked((int)((pixels + groupSize - 1) / groupSize));

    /// <summary>The device function, explicitly grouped in one dimension; one thread a pixel.</summary>
    /// <param name="fine">G of the smaller sigma.</param>
    /// <param name="coarse">G of the larger sigma, as long as <paramref name="fine"/>.</param>
    /// <param name="difference">Receives fine - coarse; its length is the number of pixels.</param>
    public static void Subtract(ArrayView<float> fine, ArrayView<float> coarse, ArrayView<float> difference)
    {
        long pixel = ((long)Grid.IdxX * Group.DimX) + Group.IdxX;
        if (pixel < difference.Length)
        {
            difference[pixel] = fine[pixel] - coarse[pixel];
        }
    }
}
