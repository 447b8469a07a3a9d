using System.Diagnostics;
using FastSeg.Backends;
using FastSeg.Common;
using FastSeg.Deep;
using FastSeg.Deep.Tokens;
using FastSeg.Features.Local;
using FastSeg.Forest.Training;
using FastSeg.Images;
using FastSeg.Images.Samples;
using FastSeg.Native;

namespace FastSeg.Runs;

/// <summary>
/// One pass over the tiles of an image. Segmenting, writing features and gathering labelled pixels all take these steps: choose what
/// computes, plan, run the transformer, make the backend and a worker for each thread, and hand the tiles out.
/// </summary>
internal sealed class TileRun
{
    private readonly Backbone? _backbone;
    private readonly ComputeOptions _options;
    private readonly BackendFactory _factory;

    /// <summary>Chooses what computes, and plans; nothing is allocated yet.</summary>
    /// <param name="work">What is computed of which image.</param>
    /// <param name="area">The region to be computed.</param>
    /// <param name="backbone">The transformer; null where the work has no deep features, or their maps are known.</param>
    /// <param name="options">Threads, memory, backend, progress, cancellation.</param>
    /// <param name="outputBytes">Bytes of a worker's outputs, given a tile's core.</param>
    /// <param name="heldItems">What is held for the whole run (readers, writers), given the number of workers.</param>
    /// <param name="secondPass">What a second pass over the tiles needs; null where there is none.</param>
    /// <param name="finishBytes">What is held after the last tile alone, given the number of workers; null for nothing.</param>
    /// <param name="plans">Plans of earlier runs that serve this one where its image has their shape; null where there are none.</param>
    /// <exception cref="FastSegException">The device is not there, or the memory is not enough.</exception>
    public TileRun(
        Work work, Region area, Backbone? backbone, ComputeOptions options, Func<Region, long> outputBytes,
        Func<int, IEnumerable<(string Name, long Bytes)>> heldItems, SecondPass? secondPass = null, Func<int, long>? finishBytes = null,
        PlanBook? plans = null)
    {
        (_backbone, _options) = (backbone, options);
        _factory = BackendChoice.Choose(options.Backend);
        work = work with { Rows = work.Rows ?? (area == work.Image.Info.Bounds ? null : (area.Y, area.Bottom)) };
        // Maps that are known lie in memory already, and a device has its own.
        DeepModel? computed = backbone is null ? null : work.Deep;
        bool onDisk = work.MayUseDisk && !_factory.UpsamplesItself && computed is not null
            && DeepMaps.LieOnDisk(computed, work.Image.Info, options.MostMapBytes, work.NeededMaps);
        work = work with { MapsOnDisk = onDisk };
        work = work with { KeepsDecoded = DecodedPage.Pays(work, area, options.LeastDecodedBytes) };
        Work = work with { Watch = options.Watch ?? new Watch { Cancellation = options.Cancellation } };
        var planner = new Planner(
            work, area, _factory, outputBytes,
            workers =>
            [
                .. heldItems(workers), .. BesidesItems(options), .. DeepImage.SharedItems(computed, work.Image, onDisk),
                .. ChannelItems(work, workers), .. DecodedPage.SharedItems(work, workers),
            ],
            computed is null ? null : new TransformerBuffers(computed, backbone!, work.Image))
        {
            SecondPass = secondPass,
            FinishBytes = finishBytes ?? (_ => 0),
            Shape = options.Tile,
        };
        Plan = options.Planned is { } planned && planned.Area == area ? planned : plans?.Of(planner, options) ?? planner.Make(options);
    }

    /// <summary>What is computed. Once the run has begun, it has the image's mean and deviation where these are needed.</summary>
    public Work Work { get; private set; }

    /// <summary>What the run allocates.</summary>
    public Plan Plan { get; }

    /// <summary>Share of the progress bar that the transformer gets; with 0 the transformer reports nothing.</summary>
    public double MapShare { get; init; }

    /// <summary>The image's deep features at low resolution where they are known already; the caller keeps owning them.</summary>
    public DeepMaps? KnownMaps { get; init; }

    /// <summary>Most bytes of deep features at full resolution that are left with <see cref="KnownMaps"/> to later runs.</summary>
    public long KeepBytes { get; init; }

    /// <summary>Told what the page's samples are like before anything else is computed, where the work has percentiles.</summary>
    public Action<ImageData>? Found { get; init; }

    /// <summary>Told mean and deviation of the page's samples as soon as they are taken.</summary>
    public Action<SampleStatistics>? Sampled { get; init; }

    /// <summary>Whether the caller wants the maps for later runs over the image: <see cref="Maps"/>.</summary>
    public bool KeepsMaps { get; init; }

    /// <summary>The maps of a run that keeps them; the caller owns them. Null where the work has no deep features.</summary>
    public DeepMaps? Maps { get; private set; }

    /// <summary>The backbone, which a model with deep features cannot do without.</summary>
    /// <exception cref="FastSegException">There is none.</exception>
    public static Backbone RequiredBackbone(Backbone? backbone, DeepModel model) => backbone ?? throw new FastSegException(
        $"The model needs the backbone {model.Description.Backbone}, and none was given; open it and hand it to the segmenter.");

    /// <summary>Computes all tiles.</summary>
    /// <param name="makeWorker">Makes the worker of one thread, which is disposed when the run ends.</param>
    /// <param name="times">Where the workers' times are added.</param>
    /// <param name="cores">The cores to compute; null for every tile of the plan's grid.</param>
    /// <exception cref="FastSegException">
    /// The image is corrupt, a sample must not be seen by filters, or a backbone is needed and was not given.
    /// </exception>
    /// <exception cref="OperationCanceledException">The run was cancelled.</exception>
    public void Run(Func<TileWorker> makeWorker, StageTimes times, IReadOnlyList<Region>? cores = null)
    {
        try
        {
            RunPasses(makeWorker, times, cores);
        }
        finally
        {
            LocalReader.Release(Work.Image);
        }
        // A run that was cancelled during its last tile must not commit what it wrote.
        _options.Cancellation.ThrowIfCancellationRequested();
    }

    /// <summary>Takes what is needed of the whole page, then runs the tiles: over its decoded samples, where these are kept.</summary>
    private void RunPasses(Func<TileWorker> makeWorker, StageTimes times, IReadOnlyList<Region>? cores)
    {
        ImageReader source = Work.Image;
        using DecodedPage? decoded = Work.KeepsDecoded ? DecodedPage.Of(source) : null;
        try
        {
            Work = Work with { Image = decoded ?? source };
            TakeSamples(times);
            decoded?.Complete();
            RunTiles(makeWorker, times, cores);
        }
        finally
        {
            Work = Work with { Image = source };
        }
    }

    /// <summary>Runs the transformer, then the tiles.</summary>
    private void RunTiles(Func<TileWorker> makeWorker, StageTimes times, IReadOnlyList<Region>? cores)
    {
        TileGrid grid = Plan.Grid;
        // The transformer runs first: its buffers are gone before those of the tiles are made.
        using DeepImage? deep = DeepFeatures(times, cores);
        using Backend backend = _factory.Create(Plan, Work, deep);
        // The tiles' progress begins where the transformer's ended.
        ComputeOptions tiles = deep is null
            ? _options
            : _options with { Progress = PartialProgress.Of(_options.Progress, MapShare, 1 - MapShare) };
        var workers = new TileWorker[Plan.Workers];
        try
        {
            for (int i = 0; i < workers.Length; i++)
            {
                workers[i] = makeWorker();
            }
            Workers.Run(
                workers.Length, cores?.Count ?? grid.Count, tiles,
                (worker, i) =>
                {
                    long before = GC.GetAllocatedBytesForCurrentThread();
                    workers[worker].Step(backend, worker, cores is null ? grid[i] : cores[(int)i]);
                    FreedMemory.Limit(before);
                });
        }
        finally
        {
            Array.ForEach(workers, worker => worker?.Dispose());
        }
        Array.ForEach(workers, worker => times.Add(worker.Times, workers.Length));
    }

    /// <summary>Takes mean and deviation of the page's samples where they are needed, and computes no tile.</summary>
    /// <exception cref="FastSegException">The image is corrupt, or a sample must not be seen by filters.</exception>
    public void Sample(StageTimes times)
    {
        try
        {
            TakeSamples(times);
        }
        finally
        {
            LocalReader.Release(Work.Image);
        }
    }

    /// <summary>Memory for training rows that stay on the device where they are gathered.</summary>
    /// <param name="count">Rows.</param>
    /// <param name="planes">Features of a row.</param>
    public DeviceRows HoldRows(long count, int planes) => _factory.HoldRows(count, planes);

    /// <summary>What a finished run reports.</summary>
    /// <param name="pixels">Pixels that were computed.</param>
    /// <param name="classPixels">Pixels of each class; empty where nothing was segmented.</param>
    /// <param name="times">Time by stage.</param>
    /// <param name="seconds">Wall time.</param>
    public RunResult Result(long pixels, IReadOnlyList<long> classPixels, StageTimes times, double seconds) =>
        new(pixels, classPixels, times.Report(), seconds, Plan.PeakBytes)
        {
            Backend = _factory.Kind,
            Standardise = Work.Features.Standardise,
            Samples = Work.Features.Standardise == Standardisation.Image && Work.Samples is { } samples ? [samples] : [],
            Note = BackendChoice.PassedOver(_options.Backend),
        };

    private static IEnumerable<(string, long)> BesidesItems(ComputeOptions options) =>
        options.HeldBesides > 0 ? [("earlier images", options.HeldBesides)] : [];

    /// <summary>What choosing channels for deep features, or taking their mean, holds beyond the image itself.</summary>
    private static IEnumerable<(string, long)> ChannelItems(Work work, int workers) => work.DeepSource is var source && source != work.Image
        ? [("channels", source.HeldBytes(workers) - work.Image.HeldBytes(workers))]
        : [];

    /// <summary>
    /// Takes mean and deviation of the image, unless they are known or not needed, and percentiles where they are wanted: of the same pass,
    /// or, where there is none, of a few rows.
    /// </summary>
    private void TakeSamples(StageTimes times)
    {
        long start = Stopwatch.GetTimestamp();
        ImageInfo info = Work.Stored.Info;
        if (Work.NeedsSamples && Work.Samples is null)
        {
            using var pass = new SampleStatisticsPass(Work.Stored, Work.Mask, Plan.Workers, Work.Percentiles);
            SampleMoments moments = pass.Run(_options with { Progress = null });
            Work = Work with { Samples = moments.Statistics };
            Sampled?.Invoke(moments.Statistics);
            if (Found is not null && pass.Data(moments) is { } data)
            {
                Found(data);
            }
            times.Add(Stage.Read, start, info.Bounds.Pixels, info.Bounds.Pixels * info.PixelBytes);
        }
        else if (Found is not null && Work.Percentiles != Percentiles.None && FewRows.Look(Work.Stored, Work.Mask) is { } few)
        {
            Found(few.Spread.Data(info, few.Statistics));
            times.Add(Stage.Read, start);
        }
    }

    /// <summary>
    /// Runs the transformer, unless its maps are known, and prepares the upsampling; null where the work has no deep features.
    /// </summary>
    /// <param name="times">Gets the transformer's time.</param>
    /// <param name="cores">The cores that are computed: the transformer looks at nothing that none of them needs. Null for all.</param>
    private DeepImage? DeepFeatures(StageTimes times, IReadOnlyList<Region>? cores)
    {
        if (Work.Deep is not { } model)
        {
            return null;
        }
        bool all = KeepsMaps || KnownMaps is not null || (cores is null && Plan.Area == Work.Image.Info.Bounds);
        NeededPixels? needed = all ? null : DeepImage.NeededFor(
            model, Work.Image.Info, (cores ?? [Plan.Area]).Select(Work.Computed), checked((int)Plan.Computed.MaxCore.Width));
        DeepMaps maps = KnownMaps ?? DeepMaps.Compute(
            model, RequiredBackbone(_backbone, model), Work.Image, Work.Map, times,
            _options with { Progress = MapShare > 0 ? PartialProgress.Of(_options.Progress, 0, MapShare) : null }, Plan.WindowsAtOnce,
            needed, Work.MapsOnDisk);
        Maps = KeepsMaps ? maps : null;
        bool owned = KnownMaps is null && !KeepsMaps;
        return new DeepImage(model, maps, owned, Work.Image, Work.Map, _factory.UpsamplesItself ? null : Plan, RoomToKeep(maps));
    }

    /// <summary>Bytes that tiles may take which are kept: those that the memory limit leaves, beside what is kept already.</summary>
    private long RoomToKeep(DeepMaps maps) => _options.Memory <= 0
        ? KeepBytes
        : Math.Min(KeepBytes, Math.Max(0, _options.Memory - Plan.PeakBytes) + maps.Kept.Bytes);
}
