using FastSeg.Common;

namespace FastSeg;

/// <summary>
/// Tiles and every buffer of a run, computed before the first tile. Everything is allocated from it; running allocates nothing of ours.
/// What ONNX Runtime works in is measured.
/// </summary>
/// <param name="Area">The region that is computed.</param>
/// <param name="TileWidth">Columns of a tile's core.</param>
/// <param name="TileHeight">Rows of a tile's core.</param>
/// <param name="Halo">Pixels read around a core.</param>
/// <param name="Channels">Channels the model sees.</param>
/// <param name="Planes">Feature planes of all channels.</param>
/// <param name="Workers">Threads, each with buffers of its own.</param>
/// <param name="Items">The buffers in the process's memory.</param>
/// <param name="DeviceItems">The buffers in a device's memory; none where the processor computes.</param>
/// <param name="ProcessBytes">Resident memory of the process before the buffers, with the code that is still to be compiled.</param>
public sealed record Plan(
    Region Area, long TileWidth, long TileHeight, int Halo, int Channels, int Planes, int Workers,
    IReadOnlyList<PlanItem> Items, IReadOnlyList<PlanItem> DeviceItems, long ProcessBytes)
{
    /// <summary>Tiles.</summary>
    public long Tiles => Grid.Count;

    /// <summary>Most bytes of buffers at a time.</summary>
    public long BufferBytes => Bytes(PlanPhase.Run) + Math.Max(Bytes(PlanPhase.Transformer), Bytes(PlanPhase.Tiles));

    /// <summary>Predicted peak of the process's resident memory.</summary>
    public long PeakBytes => ProcessBytes + BufferBytes;

    /// <summary>Bytes of all buffers on the device.</summary>
    public long DeviceBytes => DeviceItems.Sum(item => item.Bytes);

    internal TileGrid Grid => new(Area, TileWidth, TileHeight);

    internal Region MaxCore => Grid.MaxCore;

    private long Bytes(PlanPhase phase) => Items.Where(item => item.Phase == phase).Sum(item => item.Bytes);
}
