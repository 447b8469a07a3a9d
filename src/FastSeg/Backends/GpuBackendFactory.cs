using FastSeg.Common;
using FastSeg.Deep;
using FastSeg.Features;
using FastSeg.Forest;
using FastSeg.Forest.Training;
using FastSeg.Gpu;
using FastSeg.Probabilities;

namespace FastSeg.Backends;

/// <summary>A device, opened once and kept with its compiled kernels for all runs of the process.</summary>
internal sealed class GpuBackendFactory : BackendFactory, IDisposable
{
    /// <summary>
    /// Share of a device's memory that buffers may take where no limit is set. The rest is for its driver and for other programs.
    /// </summary>
    private const double DefaultShare = 0.9;

    private readonly GpuThread _thread;

    /// <summary>Opens the device.</summary>
    /// <exception cref="FastSegException">There is no such device; the sentence says why.</exception>
    public GpuBackendFactory(BackendKind kind)
    {
        _thread = new GpuThread(kind);
        Kind = kind;
    }

    /// <inheritdoc/>
    public override BackendKind Kind { get; }

    /// <summary>The thread that owns the device.</summary>
    public GpuThread Thread => _thread;

    /// <inheritdoc/>
    public override bool UpsamplesItself => true;

    /// <inheritdoc/>
    public override bool SmoothsItself => true;

    /// <summary>
    /// Large squares: a halo of 66 pixels adds 27 % to 1024 x 1024. Larger squares would gain little more, and two slots must fit into the
    /// device's memory. Where whole planes come down, or the image is small, the planner goes on to smaller tiles.
    /// </summary>
    public override IReadOnlyList<(long Width, long Height)> Shapes => [(1024, 1024), (512, 512)];

    /// <inheritdoc/>
    public override long TileBytes(Work work, Region core) => 0;

    /// <inheritdoc/>
    public override IEnumerable<(string Name, long Bytes)> WorkerItems(Work work, TileGrid grid)
    {
        yield return ("page-locked", GpuArenaLayout.For(work, grid, 0).PinnedBytes);
    }

    /// <inheritdoc/>
    public override IReadOnlyList<PlanItem> DeviceItems(Work work, TileGrid grid)
    {
        ForestTablesGpu? trees = work.Verb == TileVerb.Predict ? ForestTablesGpu.Of(work.Forest!) : null;
        GpuArenaLayout layout = GpuArenaLayout.For(work, grid, trees?.Bins.Planes ?? 0);
        var items = new List<PlanItem>();
        items.AddRange(layout.Items.Select(item => new PlanItem(item.Name, item.Bytes, GpuThread.Slots, PlanPhase.Tiles)));
        items.Add(new PlanItem("filters' tables", FilterBankGpu.TableBytes(work.Features), 1, PlanPhase.Tiles));
        if (work.Deep is { } deep)
        {
            long maps = DeepImageGpu.Bytes(work.DeepSource.Info, deep, GpuArenaLayout.Upsampler(work, grid));
            items.Add(new PlanItem("deep features", maps, 1, PlanPhase.Tiles));
        }
        if (trees is not null)
        {
            items.Add(new PlanItem("forest", trees.Bytes, 1, PlanPhase.Tiles));
        }
        if (work.SmoothsOnDevice)
        {
            items.Add(new PlanItem("guide's taps", GuideGpu.TableBytes, 1, PlanPhase.Tiles));
        }
        if (work.ResidentRows > 0)
        {
            // The rows exist twice: where they are gathered, and in XGBoost's CUDA context. What XGBoost allocates itself is not planned.
            items.Add(new PlanItem("training rows", DeviceRows.Bytes(work.ResidentRows, work.PlaneCount), 2, PlanPhase.Run));
        }
        return items;
    }

    /// <inheritdoc/>
    public override long DeviceLimit(ComputeOptions options) =>
        Limit(_thread.Device.Kind, options.DeviceMemory, _thread.Device.MemoryBytes);

    /// <summary>
    /// Bytes that a plan may take on a device: what was asked for, or a share of its memory. In OpenCL C a view's place in its buffer is a
    /// 32-bit number of elements, so there all buffers together stay below 2 GiB.
    /// </summary>
    internal static long Limit(BackendKind kind, long asked, long memory)
    {
        long limit = asked > 0 ? asked : (long)(DefaultShare * memory);
        return kind == BackendKind.OpenCl ? Math.Min(limit, int.MaxValue) : limit;
    }

    /// <inheritdoc/>
    public override DeviceRows HoldRows(long count, int planes) => new(_thread, count, planes);

    /// <inheritdoc/>
    public override Backend Create(Plan plan, Work work, DeepImage? deep) => new GpuBackend(this, plan, work, deep);

    /// <inheritdoc/>
    public void Dispose() => _thread.Dispose();
}
