using System.Diagnostics;
using FastSeg.Deep;
using FastSeg.Features;
using FastSeg.Images;
using FastSeg.Native;

namespace FastSeg;

/// <summary>Computes the feature stack of one image and writes it, tile by tile.</summary>
internal static unsafe class FeatureRun
{
    /// <summary>Share of the progress bar that fitting a projection gets.</summary>
    private const double FitShare = 0.4;

    /// <summary>The smallest tile of more planes is past the 2 GiB that a writer takes at once.</summary>
    private const int MostPlanes = int.MaxValue / (256 * 256 * sizeof(float));

    /// <summary>Fits a projection to the image first, with seed 0.</summary>
    public static RunResult Fitted(
        ImageReader image, FeatureSpec features, int channels, DeepOptions deep, Func<IReadOnlyList<string>, ImageWriter> output, RunOptions options)
    {
        long start = Stopwatch.GetTimestamp();
        PartialProgress? Part(double from, double share) => options.Progress is { } whole ? new PartialProgress(whole, from, share) : null;
        long peak = SharedPcaFit.Peak(deep.Backbone, [image], WindowPolicy.Of(deep.Backbone), options);
        var times = new StageTimes();
        using DeepModel model = DeepModel.Fit(deep, [image], 0, times, options with { Progress = Part(0, FitShare) });
        RunResult run = Run(image, features, channels, model, deep.Backbone, output, options with { Progress = Part(FitShare, 1 - FitShare) }, times);
        return run with { Seconds = Stopwatch.GetElapsedTime(start).TotalSeconds, PlannedPeakBytes = Math.Max(peak, run.PlannedPeakBytes) };
    }

    /// <summary>
    /// Deep features alone, of a projection that is fitted to the image, twice: each cell's repeated over its pixels, and upsampled. The
    /// fit and the transformer run once.
    /// </summary>
    public static RunResult AtBothResolutions(
        ImageReader image, DeepOptions deep, Func<IReadOnlyList<string>, ImageWriter> low, Func<IReadOnlyList<string>, ImageWriter> full, RunOptions options)
    {
        long start = Stopwatch.GetTimestamp();
        FeatureSpec none = FeatureSpec.Paper with { Families = Families.None };
        long peak = SharedPcaFit.Peak(deep.Backbone, [image], WindowPolicy.Of(deep.Backbone), options);
        var times = new StageTimes();
        using DeepModel model = DeepModel.Fit(deep, [image], 0, times, options with { Progress = null });
        using DeepModel cells = model.Interpolated(Upsampling.Nearest);
        using LowResolution map = DeepImage.Map(model, deep.Backbone, image, times, options);
        Run(image, none, 0, cells, null, low, options with { Progress = null }, times, map);
        RunResult run = Run(image, none, 0, model, null, full, options with { Progress = null }, times, map);
        return run with { Seconds = Stopwatch.GetElapsedTime(start).TotalSeconds, PlannedPeakBytes = Math.Max(peak, run.PlannedPeakBytes) };
    }

    /// <summary>Computes the stack; the deep planes from a model that is fitted already, which may have taken some time before, and from the image's map where that is known.</summary>
    public static RunResult Run(
        ImageReader image, FeatureSpec features, int channels, DeepModel? deepModel, Backbone? backbone, Func<IReadOnlyList<string>, ImageWriter> output, RunOptions options,
        StageTimes? before = null, LowResolution? known = null)
    {
        long start = Stopwatch.GetTimestamp();
        int seen = channels != 0 ? channels : SampleChecks.IsGrey(image, options) ? 1 : 3;
        Engine engine = Engines.Choose(options.Backend);
        var work = new Work(image, features, seen, deepModel, null);
        features.Check(work.DeepChannels);
        IReadOnlyList<string> names = [.. features.PlaneNames(seen), .. Enumerable.Range(0, work.DeepChannels).Select(i => $"deep_{i}")];
        if (names.Count > MostPlanes)
        {
            throw new FastSegException($"{image.Info.Name}: {names.Count} features are too many for one stack, which holds at most {MostPlanes}; give fewer sigmas or families.");
        }
        using ImageWriter writer = output(names);
        var planner = new Planner(
            work, image.Info.Bounds, engine, core => core.Pixels * names.Count * sizeof(float),
            workers => [("reader", image.HeldBytes(workers)), ("writer", writer.HeldBytes(workers)), .. DeepImage.SharedItems(deepModel, image)],
            DeepImage.TransformerItems(deepModel, backbone, image));
        Plan plan = planner.Make(options);
        TileGrid grid = plan.Grid;
        StageTimes all = before ?? new StageTimes();
        using DeepImage? deep = deepModel is null ? null : new DeepImage(
            deepModel, known ?? DeepImage.Map(deepModel, backbone!, image, all, options with { Progress = null }), owned: known is null, image, engine.UpsamplesItself ? null : plan);
        using Backend backend = engine.Create(plan, work, deep);
        StageTimes[] times = [.. Enumerable.Range(0, plan.Workers).Select(_ => new StageTimes())];
        Tile[] tiles = [.. times.Select(_ => new Tile(plan.MaxCore, plan.Halo, seen, image.Info) { LargestSample = features.LargestSample })];
        HostBuffer[] planes = [.. times.Select(_ => new HostBuffer(plan.MaxCore.Pixels * names.Count * sizeof(float)))];
        try
        {
            Workers.Run(plan.Workers, grid.Count, options, (worker, i) =>
            {
                Tile tile = tiles[worker];
                long mark = Stopwatch.GetTimestamp();
                tile.Fill(image, grid[i]);
                times[worker].Add(Stage.Read, mark, tile.Bounds.Pixels, tile.Bounds.Pixels * image.Info.PixelBytes);
                backend.Features(worker, tile, (float*)planes[worker].Pointer, times[worker]);
                mark = Stopwatch.GetTimestamp();
                long bytes = tile.Core.Pixels * names.Count * sizeof(float);
                writer.Write(tile.Core, planes[worker].Span<byte>(0, checked((int)bytes)));
                times[worker].Add(Stage.Write, mark, tile.Core.Pixels, bytes);
            });
        }
        finally
        {
            Array.ForEach(tiles, tile => tile.Dispose());
            Array.ForEach(planes, buffer => buffer.Dispose());
        }
        long commit = Stopwatch.GetTimestamp();
        writer.Commit();
        all.Add(Stage.Write, commit);
        Array.ForEach(times, worker => all.Add(worker, plan.Workers));
        return new RunResult(plan.Area.Pixels, [], all.Report(), Stopwatch.GetElapsedTime(start).TotalSeconds, plan.PeakBytes)
        {
            Backend = engine.Name,
            Note = Engines.PassedOver(options.Backend),
        };
    }
}
