using FastSeg.Common;
using FastSeg.Deep;
using FastSeg.Deep.Upsamplers;
using FastSeg.Features;
using FastSeg.Gpu;
using FastSeg.Kernels;

namespace FastSeg.Backends;

/// <summary>
/// What a half of the device's arena holds for the largest tile of a grid, and what a worker's page-locked memory holds: bytes by name.
/// The backend carves the same rooms in the same order.
/// </summary>
/// <param name="Samples">The tile's samples as they are read.</param>
/// <param name="Scratch">What the filters work in.</param>
/// <param name="Planes">Float planes, where they are written or rows are collected from them.</param>
/// <param name="Bins">Byte planes of the forest.</param>
/// <param name="Labels">A class a pixel.</param>
/// <param name="Margins">Margins, where probabilities are wanted.</param>
/// <param name="Guidance">Samples that a learned upsampler looks at.</param>
/// <param name="Upsampling">What it works in.</param>
/// <param name="Positions">Where a tile's labelled pixels lie, where their rows are collected, and their rows' numbers where those stay.</param>
/// <param name="Rows">Those rows; none where they stay on the device.</param>
internal sealed record GpuArenaLayout(long Samples, long Scratch, long Planes, long Bins, long Labels, long Margins, long Guidance, long Upsampling, long Positions,
    long Rows)
{
    /// <summary>The flag that a feature is not a number, in a line of its own.</summary>
    public const long Flag = DeviceArena.Alignment;

    /// <summary>Rooms of a half, by name.</summary>
    public IReadOnlyList<(string Name, long Bytes)> Items =>
        [.. new (string Name, long Bytes)[]
        {
            ("samples", Samples), ("filters", Scratch), ("planes", Planes), ("bins", Bins), ("labels", Labels), ("margins", Margins), ("flag", Flag), ("guidance", Guidance),
            ("upsampler", Upsampling), ("labelled pixels", Positions), ("rows", Rows),
        }.Where(item => item.Bytes > 0).Select(item => (item.Name, DeviceArena.Aligned(item.Bytes)))];

    /// <summary>Bytes of a half.</summary>
    public long Bytes => Items.Sum(item => item.Bytes);

    /// <summary>Bytes of a worker's page-locked memory: what goes up, then what comes down.</summary>
    public long PinnedBytes => UpBytes + Flag + DownBytes;

    /// <summary>Samples and, behind them, guidance and positions.</summary>
    public long UpBytes => DeviceArena.Aligned(Samples) + DeviceArena.Aligned(Guidance) + DeviceArena.Aligned(Positions);

    /// <summary>The largest of what may come down: rows (or nothing, where they stay), planes, labels, margins.</summary>
    private long DownBytes => Positions > 0 ? Rows : Math.Max(Planes, Math.Max(Labels, Margins));

    /// <summary>The rooms for the tiles of a grid.</summary>
    /// <param name="work">What is computed.</param>
    /// <param name="grid">The tiles.</param>
    /// <param name="bytePlanes">Byte planes of the forest.</param>
    public static GpuArenaLayout For(Work work, TileGrid grid, int bytePlanes)
    {
        TileShape shape = Largest(work, grid);
        long core = shape.CorePixels, read = (long)shape.Width * shape.Height;
        bool predicts = work.Verb == TileVerb.Predict;
        long planes = predicts ? 0 : core * work.PlaneCount * sizeof(float);
        long labelled = work.Labels is null ? 0 : Enumerable.Range(0, checked((int)grid.Count)).Max(i => work.Labels.CountIn(grid[i]));
        UpsamplerPlanGpu? upsampler = Upsampler(work, grid);
        return new GpuArenaLayout(
            read * work.Channels * work.Image.Info.Type.Bytes(), FilterBankGpu.ScratchBytes(work.Features, shape), planes,
            core * bytePlanes, predicts ? core : 0, work.Margins ? core * work.Forest!.Groups * sizeof(float) : 0,
            DeepImageGpu.SampleBytes(work.Image.Info, upsampler), DeepImageGpu.ScratchBytes(work.Image.Info, upsampler),
            labelled * (work.ResidentRows > 0 ? 2 : 1) * sizeof(int), work.ResidentRows > 0 ? 0 : labelled * work.PlaneCount * sizeof(float));
    }

    /// <summary>The learned upsampler's plan for the tiles of a grid, or null.</summary>
    public static UpsamplerPlanGpu? Upsampler(Work work, TileGrid grid) => work.Deep?.Network is not { } network ? null : DeepImageGpu.PlanFor(
        network, work.Image.Info, (int)grid.MaxCore.Width, (int)grid.MaxCore.Height);

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
