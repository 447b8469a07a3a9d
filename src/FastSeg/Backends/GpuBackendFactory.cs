using FastSeg.Common;
using FastSeg.Deep;
using FastSeg.Deep.Upsamplers;
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

    /// <summary>
    /// Memory from which on a device gets the largest tiles. Two slots of them take about 1 GiB for filters and trees, and three times as
    /// much for a learned upsampler with 32 channels.
    /// </summary>
    private const long MemoryOfLargest = 8L << 30;

    private readonly GpuThread _thread;
    private readonly BackendKind _limits;

    /// <summary>Opens the device.</summary>
    /// <param name="kind">The kind of device.</param>
    /// <param name="memory">Bytes of its memory, for a simulation that shall be like another device; 0 for what it has.</param>
    /// <param name="limits">The kind of device whose limits count, for such a simulation; null for the device's own.</param>
    /// <exception cref="FastSegException">There is no such device; the sentence says why.</exception>
    public GpuBackendFactory(BackendKind kind, long memory = 0, BackendKind? limits = null)
    {
        _limits = limits ?? kind;
        _thread = new GpuThread(kind);
        Kind = kind;
        MemoryBytes = memory > 0 ? memory : _thread.Device.MemoryBytes;
    }

    /// <inheritdoc/>
    public override BackendKind Kind { get; }

    /// <summary>The thread that owns the device.</summary>
    public GpuThread Thread => _thread;

    /// <inheritdoc/>
    public override bool UpsamplesItself => true;

    /// <inheritdoc/>
    public override bool SmoothsItself => true;

    /// <summary>Bytes of the device's memory.</summary>
    public long MemoryBytes { get; }

    /// <summary>
    /// Large squares: a halo of 66 pixels adds 27 % to 1024 x 1024 and 13 % to 2048 x 2048, whose launches are also a few waves of groups
    /// instead of one. Still larger ones would gain 6 % at most. The limit of device memory, outputs of whole planes and small images make
    /// the planner go on to smaller tiles.
    /// </summary>
    public override IReadOnlyList<(long Width, long Height)> Shapes =>
        MemoryBytes >= MemoryOfLargest ? [(2048, 2048), (1024, 1024), (512, 512)] : [(1024, 1024), (512, 512)];

    /// <summary>
    /// Nothing, except where the learned upsampler's buffers of a tile are so large that a place in them, in floats, has no 32 bits, as the
    /// kernels' have: then as much as nobody has, so that the planner takes smaller tiles.
    /// </summary>
    public override long TileBytes(Work work, Region core)
    {
        IGuidedPlan? upsampler = GpuArenaLayout.Upsampler(work, new TileGrid(work.Image.Info.Bounds, core.Width, core.Height));
        return DeepImageGpu.ScratchBytes(work.DeepSource.Info, upsampler) > (long)int.MaxValue * sizeof(float) ? 1L << 50 : 0;
    }

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
        Limit(_limits, options.DeviceMemory, MemoryBytes);

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
