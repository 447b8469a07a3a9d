namespace FastSeg.Checks;

/// <summary>
/// What a kernel costs for each pixel of a tile, counted in its code. What it does for halos and rims is left out.
/// </summary>
/// <param name="Kernel">Name of the kernel.</param>
/// <param name="Bytes">
/// Bytes that go through device memory. A byte that another group reads again comes from a cache and counts once.
/// </param>
/// <param name="Flops">
/// Float32 additions, subtractions, products, quotients, roots, minima and maxima; a fused multiply-add counts as two.
/// </param>
/// <param name="Instructions">Issue slots of a lane when an assembler leaves ILGPU's PTX as it is, but for moves between registers.</param>
/// <param name="Folded">Issue slots when the assembler folds addresses into loads and stores, as it should.</param>
/// <param name="Shared">Reads and writes of shared memory.</param>
internal sealed record KernelCount(string Kernel, double Bytes, double Flops, double Instructions, double Folded, double Shared)
{
    /// <summary>How often the kernel is launched for a tile.</summary>
    public int Launches { get; init; } = 1;

    /// <summary>The cost where the kernel runs for a share of the pixels only.</summary>
    public KernelCount Times(double share) => this with
    {
        Bytes = Bytes * share,
        Flops = Flops * share,
        Instructions = Instructions * share,
        Folded = Folded * share,
        Shared = Shared * share,
    };
}
