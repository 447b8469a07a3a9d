namespace FastSeg.Gpu;

/// <summary>
/// What a kernel costs for each pixel of a tile, counted in its code: see <c>GpuCounts</c>. Halos and rims are not
/// counted.
/// </summary>
/// <param name="Kernel">What is launched.</param>
/// <param name="Bytes">Bytes that go through device memory; what another group reads again comes from a cache and is not counted.</param>
/// <param name="Flops">
/// Float32 additions, subtractions, products, quotients, roots, minima and maxima; a fused multiply-add counts as two.
/// </param>
/// <param name="Instructions">Issue slots of a lane when an assembler leaves ILGPU's PTX as it is, but for moves between registers.</param>
/// <param name="Folded">The same when it folds addresses into loads and stores as it should.</param>
/// <param name="Shared">Reads and writes of shared memory.</param>
internal sealed record KernelCount(string Kernel, double Bytes, double Flops, double Instructions, double Folded, double Shared)
{
    /// <summary>How often it is launched for a tile.</summary>
    public int Launches { get; init; } = 1;

    /// <summary>The same for a part of the pixels.</summary>
    public KernelCount Times(double share) => this with
    {
        Bytes = Bytes * share,
        Flops = Flops * share,
        Instructions = Instructions * share,
        Folded = Folded * share,
        Shared = Shared * share,
    };
}

/// <summary>A GPU as its maker describes it, for predictions: nothing of it was measured.</summary>
/// <param name="Name">Its name.</param>
/// <param name="BytesPerSecond">Bandwidth of its memory.</param>
/// <param name="Multiprocessors">Multiprocessors, of 128 lanes and 32 words of shared memory a cycle each.</param>
internal sealed record GpuModel(string Name, double BytesPerSecond, int Multiprocessors)
{
    private const double Cycles = 1.7e9, Lanes = 128, SharedWords = 32;

    /// <summary>NVIDIA H100 SXM.</summary>
    public static readonly GpuModel H100 = new("H100", 3.35e12, 132);

    /// <summary>NVIDIA A10.</summary>
    public static readonly GpuModel A10 = new("A10", 600e9, 72);

    /// <summary>Pixels a second that launches one behind the other should reach; the lower or the higher prediction.</summary>
    /// <param name="launches">The launches of a tile.</param>
    /// <param name="folded">Whether the assembler folds addresses: the higher one.</param>
    public double PixelsPerSecond(IEnumerable<KernelCount> launches, bool folded) => 1 / launches.Sum(count => Bound(count, folded).Seconds);

    /// <summary>Seconds a pixel of a kernel, and what they come from.</summary>
    public (double Seconds, string By) Bound(KernelCount count, bool folded)
    {
        double memory = count.Bytes / BytesPerSecond, shared = count.Shared / (Multiprocessors * SharedWords * Cycles);
        double issue = (folded ? count.Folded : count.Instructions) / (Multiprocessors * Lanes * Cycles), most = Math.Max(memory, Math.Max(shared, issue));
        return (most, most == memory ? "memory" : most == issue ? "instructions" : "shared memory");
    }
}
