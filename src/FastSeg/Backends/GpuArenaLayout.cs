using FastSeg.Common;
using FastSeg.Deep;
using FastSeg.Deep.Upsamplers;
using FastSeg.Features;
using FastSeg.Gpu;
using FastSeg.Kernels;

namespace FastSeg.Backends;

/// <summary>
/// Bytes of every buffer that one tile has on the device, for the largest tile of a grid, and of a worker's page-locked memory.
/// <see cref="GpuArenaViews"/> takes the same buffers from the arena in the same order.
/// </summary>
internal sealed record GpuArenaLayout
{
    /// <summary>The flag that a feature is not a number, in a line of its own.</summary>
    public const long Flag = DeviceArena.Alignment;

    /// <summary>The tile's samples as they are read.</summary>
    public required long Samples { get; init; }

    /// <summary>What the filters work in.</summary>
    public required long Scratch { get; init; }

    /// <summary>Float planes, where they are written or rows are collected from them.</summary>
    public required long Planes { get; init; }

    /// <summary>Byte planes of the forest.</summary>
    public required long Bins { get; init; }

    /// <summary>One class for each pixel.</summary>
    public required long Labels { get; init; }

    /// <summary>Margins, where probabilities are wanted.</summary>
    public required long Margins { get; init; }

    /// <summary>Samples of the image that a learned upsampler looks at.</summary>
    public required long Guidance { get; init; }

    /// <summary>What the learned upsampler works in.</summary>
    public required long Upsampling { get; init; }

    /// <summary>Offsets of the tile's labelled pixels, and behind them their ranks if the rows stay on the device.</summary>
    public required long Positions { get; init; }

    /// <summary>Rows of the labelled pixels; 0 where they stay on the device.</summary>
    public required long Rows { get; init; }

    /// <summary>The buffers by name.</summary>
    public IReadOnlyList<(string Name, long Bytes)> Items =>
        [.. new (string Name, long Bytes)[]
        {
            ("samples", Samples), ("filters", Scratch), ("planes", Planes), ("bins", Bins), ("labels", Labels), ("margins", Margins),
            ("flag", Flag), ("guidance", Guidance), ("upsampler", Upsampling), ("labelled pixels", Positions), ("rows", Rows),
        }.Where(item => item.Bytes > 0).Select(item => (item.Name, DeviceArena.Aligned(item.Bytes)))];

    /// <summary>Bytes of all of them.</summary>
    public long Bytes => Items.Sum(item => item.Bytes);

    /// <summary>Bytes of a worker's page-locked memory: what goes up, then what comes down.</summary>
    public long PinnedBytes => UpBytes + Flag + DownBytes;

    /// <summary>Samples and, behind them, guidance and positions.</summary>
    public long UpBytes => DeviceArena.Aligned(Samples) + DeviceArena.Aligned(Guidance) + DeviceArena.Aligned(Positions);

    /// <summary>The largest of what may come down: rows (or nothing, where they stay), planes, labels, margins.</summary>
    private long DownBytes => Positions > 0 ? Rows : Math.Max(Planes, Math.Max(Labels, Margins));

    /// <summary>The layout for the tiles of a grid.</summary>
    /// <param name="work">What is computed.</param>
    /// <param name="grid">The tiles.</param>
    /// <param name="bytePlanes">Byte planes of the forest.</param>
    public static GpuArenaLayout For(Work work, TileGrid grid, int bytePlanes)
    {
        TileShape shape = Largest(work, grid);
        long core = shape.CorePixels, read = (long)shape.Width * shape.Height;
        bool predicts = work.Verb == TileVerb.Predict, stays = work.ResidentRows > 0;
        long planeBytes = core * work.PlaneCount * sizeof(float);
        long labelled = work.Labels is null ? 0 : Enumerable.Range(0, checked((int)grid.Count)).Max(i => work.Labels.CountIn(grid[i]));
        UpsamplerPlanGpu? upsampler = Upsampler(work, grid);
        return new GpuArenaLayout
        {
            Samples = read * work.Channels * work.Image.Info.Type.Bytes(),
            Scratch = FilterBankGpu.ScratchBytes(work.Features, shape),
            Planes = predicts ? 0 : planeBytes,
            Bins = core * bytePlanes,
            Labels = predicts ? core : 0,
            Margins = work.Margins ? core * work.Forest!.Groups * sizeof(float) : 0,
            Guidance = DeepImageGpu.SampleBytes(work.Image.Info, upsampler),
            Upsampling = DeepImageGpu.ScratchBytes(work.Image.Info, upsampler),
            Positions = labelled * (stays ? 2 : 1) * sizeof(int),
            Rows = stays ? 0 : labelled * work.PlaneCount * sizeof(float),
        };
    }

    /// <summary>The learned upsampler's plan for the tiles of a grid, or null.</summary>
    public static UpsamplerPlanGpu? Upsampler(Work work, TileGrid grid) => work.Deep?.Network is { } network
        ? DeepImageGpu.PlanFor(network, work.Image.Info, (int)grid.MaxCore.Width, (int)grid.MaxCore.Height)
        : null;

    /// <summary>The largest tile of a grid with its halo.</summary>
    public static TileShape Largest(Work work, TileGrid grid)
    {
        Region core = grid.MaxCore;
        int halo = work.Features.Halo;
        ImageInfo image = work.Image.Info;
        return new TileShape
        {
            Width = checked((int)Math.Min(core.Width + (2L * halo), image.Width)),
            Height = checked((int)Math.Min(core.Height + (2L * halo), image.Height)),
            CoreWidth = (int)core.Width,
            CoreHeight = (int)core.Height,
        };
    }
}
