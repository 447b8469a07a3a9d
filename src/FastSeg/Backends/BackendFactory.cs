using FastSeg.Common;
using FastSeg.Deep;
using FastSeg.Forest.Training;

namespace FastSeg.Backends;

/// <summary>Where a run's work is done: says what a plan must count, and makes the backend that does it.</summary>
internal abstract class BackendFactory
{
    /// <summary>What computes; never auto.</summary>
    public abstract BackendKind Kind { get; }

    /// <summary>Whether the deep features' full resolution is computed by the backend itself, and the image keeps only their map.</summary>
    public virtual bool UpsamplesItself => false;

    /// <summary>Tile shapes to try, those that run fastest first.</summary>
    public virtual IReadOnlyList<(long Width, long Height)> Shapes => [];

    /// <summary>Bytes of a worker's buffers that grow with a tile's core and should stay small.</summary>
    public abstract long TileBytes(Work work, Region core);

    /// <summary>Host buffers of a worker besides tile and outputs.</summary>
    public abstract IEnumerable<(string Name, long Bytes)> WorkerItems(Work work, TileGrid grid);

    /// <summary>Buffers on the device, of all workers; none where the processor computes.</summary>
    public virtual IReadOnlyList<PlanItem> DeviceItems(Work work, TileGrid grid) => [];

    /// <summary>Bytes on the device that the buffers may take; 0 sets no limit.</summary>
    public virtual long DeviceLimit(ComputeOptions options) => 0;

    /// <summary>Memory for rows that stay where they are gathered.</summary>
    /// <param name="count">Rows.</param>
    /// <param name="planes">Features of a row.</param>
    public virtual DeviceRows HoldRows(long count, int planes) =>
        throw new NotSupportedException($"The backend {Kind.Name()} has no memory besides the host's.");

    /// <summary>Makes the backend, with everything that the plan counted.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="work">What is computed.</param>
    /// <param name="deep">The image's deep features, or null; the caller keeps owning them.</param>
    public abstract Backend Create(Plan plan, Work work, DeepImage? deep);
}
