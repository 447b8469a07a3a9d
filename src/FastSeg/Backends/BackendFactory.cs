using FastSeg.Common;
using FastSeg.Deep;
using FastSeg.Forest.Training;
using FastSeg.Images.Samples;

namespace FastSeg.Backends;

/// <summary>Makes a backend, and says beforehand what a plan must count for it.</summary>
internal abstract class BackendFactory
{
    /// <summary>What computes; never auto.</summary>
    public abstract BackendKind Kind { get; }

    /// <summary>
    /// Whether the backend brings deep features to full resolution itself; a <see cref="DeepImage"/> then keeps the low-resolution map
    /// only.
    /// </summary>
    public virtual bool UpsamplesItself => false;

    /// <summary>Whether the backend smooths probabilities itself; a <see cref="SmoothedTile"/> then only passes on what it made.</summary>
    public virtual bool SmoothsItself => false;

    /// <summary>Tile shapes to try, those that run fastest first.</summary>
    public virtual IReadOnlyList<(long Width, long Height)> Shapes => [];

    /// <summary>
    /// Bytes of a worker's buffers, besides the outputs, that grow with a tile's core; the planner prefers tiles for which they are few.
    /// </summary>
    public abstract long TileBytes(Work work, Region core);

    /// <summary>Host buffers of one worker, besides the tile and the outputs.</summary>
    public abstract IEnumerable<(string Name, long Bytes)> WorkerItems(Work work, TileGrid grid);

    /// <summary>Buffers on the device, of all workers together; none where the processor computes.</summary>
    public virtual IReadOnlyList<PlanItem> DeviceItems(Work work, TileGrid grid) => [];

    /// <summary>Bytes on the device that a plan's buffers may take; 0 sets no limit.</summary>
    public virtual long DeviceLimit(ComputeOptions options) => 0;

    /// <summary>Allocates memory for training rows that stay on the device where they are gathered. The caller disposes it.</summary>
    /// <param name="count">Rows.</param>
    /// <param name="planes">Features of a row.</param>
    /// <exception cref="NotSupportedException">The backend has no memory besides the host's.</exception>
    public virtual DeviceRows HoldRows(long count, int planes) =>
        throw new NotSupportedException($"The backend {Kind.Name()} has no memory besides the host's.");

    /// <summary>Makes the backend, with every buffer that the plan counted for it.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="work">What is computed.</param>
    /// <param name="deep">The image's deep features, or null; the caller keeps owning them.</param>
    public abstract Backend Create(Plan plan, Work work, DeepImage? deep);
}
