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
    /// <summary>
    /// Bytes of the flag that says that a feature is not a number: one int, in a line of device memory that nothing else shares.
    /// </summary>
    public const long Flag = DeviceArena.Alignment;

    /// <summary>Bytes of the tile's samples: the image's type, the model's channels.</summary>
    public required long Samples { get; init; }

    /// <summary>Bytes that the filters work in.</summary>
    public required long Scratch { get; init; }

    /// <summary>Bytes of the float planes; 0 where trees are applied, whose filters store bins.</summary>
    public required long Planes { get; init; }

    /// <summary>Bytes of the forest's byte planes.</summary>
    public required long Bins { get; init; }

    /// <summary>Bytes of the classes, one for each pixel; 0 where no trees are applied.</summary>
    public required long Labels { get; init; }

    /// <summary>Bytes of the trees' margins; 0 where no probabilities are wanted.</summary>
    public required long Margins { get; init; }

    /// <summary>Bytes of the mask, where the device smooths and there is one.</summary>
    public required long Mask { get; init; }

    /// <summary>Bytes of the probabilities that the device smooths.</summary>
    public required long Probabilities { get; init; }

    /// <summary>Bytes of the guided filter's guide.</summary>
    public required long Guide { get; init; }

    /// <summary>Bytes of the smoothed probabilities.</summary>
    public required long Smoothed { get; init; }

    /// <summary>Bytes of the 16-bit probabilities that safe smoothing makes of them.</summary>
    public required long Chosen { get; init; }

    /// <summary>Bytes of what comes down of a smoothed tile; 0 where the device does not smooth.</summary>
    public required long SmoothedResult { get; init; }

    /// <summary>Bytes of the image's samples that a learned upsampler looks at.</summary>
    public required long Guidance { get; init; }

    /// <summary>Bytes that the learned upsampler works in.</summary>
    public required long Upsampling { get; init; }

    /// <summary>
    /// Bytes of the labelled pixels' offsets in the core and, behind them, of their ranks where the rows stay on the device.
    /// </summary>
    public required long Positions { get; init; }

    /// <summary>Bytes of the labelled pixels' rows; 0 where the rows go straight to their place in the device's memory.</summary>
    public required long Rows { get; init; }

    /// <summary>The buffers by name, with their bytes in the arena; empty ones are left out.</summary>
    public IReadOnlyList<(string Name, long Bytes)> Items =>
        [.. new (string Name, long Bytes)[]
        {
            ("samples", Samples), ("filters", Scratch), ("planes", Planes), ("bins", Bins), ("labels", Labels), ("margins", Margins),
            ("flag", Flag), ("mask", Mask), ("probabilities", Probabilities), ("guide", Guide), ("smoothed", Smoothed),
            ("16-bit probabilities", Chosen), ("guidance", Guidance), ("upsampler", Upsampling), ("labelled pixels", Positions),
            ("rows", Rows),
        }.Where(item => item.Bytes > 0).Select(item => (item.Name, DeviceArena.Aligned(item.Bytes)))];

    /// <summary>Bytes of all buffers together.</summary>
    public long Bytes => Items.Sum(item => item.Bytes);

    /// <summary>Bytes of a worker's page-locked memory: what goes up, then the flag, then what comes down.</summary>
    public long PinnedBytes => UpBytes + Flag + DownBytes;

    /// <summary>Bytes of what goes up: samples and, behind them, guidance, positions and the mask.</summary>
    public long UpBytes =>
        DeviceArena.Aligned(Samples) + DeviceArena.Aligned(Guidance) + DeviceArena.Aligned(Positions) + DeviceArena.Aligned(Mask);

    /// <summary>Bytes of the largest result that comes down: rows where pixels are gathered, otherwise planes, labels or margins.</summary>
    private long DownBytes =>
        Positions > 0 ? Rows : SmoothedResult > 0 ? SmoothedResult : Math.Max(Planes, Math.Max(Labels, Margins));

    /// <summary>The layout for the tiles of a grid.</summary>
    /// <param name="work">What is computed.</param>
    /// <param name="grid">The tiles.</param>
    /// <param name="bytePlanes">
    /// Byte planes of the forest; 0 where there is none, or where only <see cref="PinnedBytes"/> is asked for.
    /// </param>
    public static GpuArenaLayout For(Work work, TileGrid grid, int bytePlanes)
    {
        TileShape shape = Largest(work, grid);
        long core = shape.CorePixels, pixelsRead = (long)shape.Width * shape.Height;
        bool predicts = work.Verb == TileVerb.Predict, stays = work.ResidentRows > 0;
        long planeBytes = core * work.PlaneCount * sizeof(float);
        long labelled = work.Labels is null ? 0 : Enumerable.Range(0, checked((int)grid.Count)).Max(i => work.Labels.CountIn(grid[i]));
        IGuidedPlan? upsampler = Upsampler(work, grid);
        // The wanted core is smaller than what is computed by the smoothing's reach, except at the image's border.
        Region smoothed = work.SmoothsOnDevice ? grid.MaxCore : default;
        long values = work.SmoothsOnDevice ? smoothed.Pixels * work.Forest!.Classes : 0;
        return new GpuArenaLayout
        {
            Samples = pixelsRead * work.Channels * work.Image.Info.Type.Bytes(),
            Scratch = Math.Max(
                FilterBankGpu.ScratchBytes(work.Features, shape),
                work.SmoothsOnDevice ? GpuSmoothing.ScratchBytes(work, pixelsRead, smoothed) : 0),
            Planes = predicts ? 0 : planeBytes,
            Bins = core * bytePlanes,
            Labels = predicts ? core : 0,
            Margins = work.Margins ? core * work.Forest!.Groups * sizeof(float) : 0,
            Mask = work.Mask is null ? 0 : smoothed.Pixels,
            Probabilities = values * sizeof(float),
            Guide = smoothed.Pixels * sizeof(float),
            Smoothed = values * sizeof(float),
            Chosen = work.Smoothing.Mode == SmoothingMode.Safe ? values * sizeof(ushort) : 0,
            SmoothedResult = work.SmoothsOnDevice ? GpuSmoothing.ResultBytes(work, smoothed) : 0,
            Guidance = DeepImageGpu.SampleBytes(work.DeepSource.Info, upsampler),
            Upsampling = DeepImageGpu.ScratchBytes(work.DeepSource.Info, upsampler),
            Positions = labelled * (stays ? 2 : 1) * sizeof(int),
            Rows = stays ? 0 : labelled * work.PlaneCount * sizeof(float),
        };
    }

    /// <summary>The plan of an upsampling that looks at the image, for the tiles of a grid; null where none does.</summary>
    public static IGuidedPlan? Upsampler(Work work, TileGrid grid) => work.Deep is { } deep
        ? DeepImageGpu.PlanFor(deep, work.DeepSource.Info, (int)grid.MaxCore.Width, (int)grid.MaxCore.Height)
        : null;

    /// <summary>The shape of a grid's largest tile, with its halo as far as the image goes.</summary>
    public static TileShape Largest(Work work, TileGrid grid)
    {
        Region core = grid.MaxCore;
        int halo = work.Halo;
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
