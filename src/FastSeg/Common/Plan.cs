using FastSeg.Common;

namespace FastSeg;

/// <summary>
/// The tiles of a run and every buffer it needs, computed before the first tile. All buffers of the run are in the plan, and a tile
/// allocates none. The memory that ONNX Runtime works in is planned as it was measured; what XGBoost takes is not part of a plan.
/// </summary>
/// <param name="Area">The region that is computed.</param>
/// <param name="TileWidth">Columns of a tile's core.</param>
/// <param name="TileHeight">Rows of a tile's core.</param>
/// <param name="Halo">Pixels that are read around a core, on each side.</param>
/// <param name="Channels">Channels whose features are computed.</param>
/// <param name="Planes">Feature planes: features times channels, then the deep channels.</param>
/// <param name="Workers">Threads, each with buffers of its own.</param>
/// <param name="Items">The buffers in the process's memory.</param>
/// <param name="DeviceItems">The buffers in a device's memory; none where the processor computes.</param>
/// <param name="ProcessBytes">
/// Resident memory of the process before the buffers, with what is added for code that is still to be compiled.
/// </param>
public sealed record Plan(
    Region Area, long TileWidth, long TileHeight, int Halo, int Channels, int Planes, int Workers,
    IReadOnlyList<PlanItem> Items, IReadOnlyList<PlanItem> DeviceItems, long ProcessBytes)
{
    /// <summary>
    /// Pixels around a core that get features and probabilities too, because smoothing looks at them; 0 where nothing is smoothed.
    /// </summary>
    public int Reach { get; init; }

    /// <summary>
    /// Bytes of unnamed files in the temporary folder: deep features of a large image at low resolution, and the first pass's probabilities
    /// in a run of two passes. 0 where there are none.
    /// </summary>
    public long DiskBytes { get; init; }

    /// <summary>Windows of the transformer that run at once; 0 where none runs.</summary>
    public int WindowsAtOnce { get; init; }

    /// <summary>Whether a run of two passes keeps the first one's probabilities in such a file.</summary>
    internal bool ProbabilitiesOnDisk { get; init; }

    /// <summary>Number of tiles.</summary>
    public long Tiles => Grid.Count;

    /// <summary>
    /// Most bytes of buffers at any time: those of the whole run, and those of the phase that has most of its own.
    /// </summary>
    public long BufferBytes => Bytes(PlanPhase.Run)
        + ((PlanPhase[])[PlanPhase.Statistics, PlanPhase.Transformer, PlanPhase.Tiles, PlanPhase.Weighing, PlanPhase.Finish]).Max(Bytes);

    /// <summary>How samples are brought to one mean and deviation.</summary>
    public Standardisation Standardise { get; init; }

    /// <summary>Predicted peak of the process's resident memory.</summary>
    public long PeakBytes => ProcessBytes + BufferBytes;

    /// <summary>Bytes of all buffers on the device.</summary>
    public long DeviceBytes => DeviceItems.Sum(item => item.Bytes);

    /// <summary>A pixel at which four tiles would meet; null stands for the area's upper left corner.</summary>
    internal (long X, long Y)? Origin { get; init; }

    /// <summary>Size of the whole page, which no tile's surroundings leave.</summary>
    internal Region Page { get; init; } = Area;

    /// <summary>The area cut into tiles.</summary>
    internal TileGrid Grid => new(Area, TileWidth, TileHeight) { Origin = Origin };

    /// <summary>
    /// The same tiles with their <see cref="Reach"/>, cut off at the page: the pixels that get features and margins. Buffers for these have
    /// the size of the largest one.
    /// </summary>
    internal TileGrid Computed => Grid with { Reach = Reach, Page = Page };

    /// <summary>The size of the largest core, at the origin.</summary>
    internal Region MaxCore => Grid.MaxCore;

    private long Bytes(PlanPhase phase) => Items.Where(item => item.Phase == phase).Sum(item => item.Bytes);
}

/// <summary>Buffers of one kind in a plan.</summary>
/// <param name="Name">What they hold.</param>
/// <param name="BytesEach">Bytes of one of them.</param>
/// <param name="Count">How many there are.</param>
/// <param name="Phase">When they exist.</param>
public sealed record PlanItem(string Name, long BytesEach, int Count, PlanPhase Phase)
{
    /// <summary>Bytes of all of them together.</summary>
    public long Bytes => BytesEach * Count;
}
