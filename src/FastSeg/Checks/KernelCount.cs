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
/// <param name="Slots">
/// Issue slots of a lane: an instruction takes one, and as many more as it runs at a lower rate than one a clock and lane.
/// </param>
/// <param name="Shared">Reads and writes of shared memory.</param>
internal sealed record KernelCount(string Kernel, double Bytes, double Flops, double Slots, double Shared)
{
    /// <summary>Where the slots come from.</summary>
    public CountSource Source { get; init; }

    /// <summary>How often the kernel is launched for a tile.</summary>
    public int Launches { get; init; } = 1;

    /// <summary>The cost where the kernel runs for a share of the pixels only.</summary>
    public KernelCount Times(double share) => this with
    {
        Bytes = Bytes * share,
        Flops = Flops * share,
        Slots = Slots * share,
        Shared = Shared * share,
    };
}

/// <summary>Where a kernel's issue slots come from.</summary>
internal enum CountSource
{
    /// <summary>Read from its PTX by hand, with addresses folded.</summary>
    Ptx,

    /// <summary>From the machine code of an earlier state, times what its PTX executes now over what it executed then.</summary>
    Scaled,

    /// <summary>From its machine code.</summary>
    Assembler,
}
