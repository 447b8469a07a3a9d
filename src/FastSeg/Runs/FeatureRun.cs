using System.Diagnostics;
using FastSeg.Backends;
using FastSeg.Common;
using FastSeg.Deep;
using FastSeg.Deep.Tokens;
using FastSeg.Images;

namespace FastSeg.Runs;

/// <summary>Computes the feature stack of one image and writes it, tile by tile.</summary>
/// <param name="image">The image.</param>
/// <param name="options">Threads, memory, progress, cancellation.</param>
internal sealed class FeatureRun(ImageReader image, ComputeOptions options)
{
    /// <summary>Share of the progress bar that fitting a projection gets.</summary>
    private const double FitShare = 0.4;

    /// <summary>The smallest tile of more planes is past the 2 GiB that a writer takes at once.</summary>
    private const int MostPlanes = int.MaxValue / (256 * 256 * sizeof(float));

    private readonly long _start = Stopwatch.GetTimestamp();
    private readonly StageTimes _times = new();

    /// <summary>Computes the planes that a model sees.</summary>
    /// <param name="features">Classical features.</param>
    /// <param name="channels">Channels to featurise (1 or 3); 0 takes 1 for a grey image and 3 for colour.</param>
    /// <param name="model">Deep features behind them, or null.</param>
    /// <param name="backbone">Their transformer, or null.</param>
    /// <param name="output">Makes the writer, given the planes' names.</param>
    public RunResult Run(
        FeatureSpec features, int channels, DeepModel? model, Backbone? backbone, Func<IReadOnlyList<string>, ImageWriter> output) =>
        Write(features, channels, model, backbone, output, null, options);

    /// <summary>Fits a projection to the image first, with seed 0.</summary>
    /// <param name="features">Classical features.</param>
    /// <param name="channels">Channels to featurise (1 or 3); 0 takes 1 for a grey image and 3 for colour.</param>
    /// <param name="deep">Deep features behind them.</param>
    /// <param name="output">Makes the writer, given the planes' names.</param>
    public RunResult Fitted(FeatureSpec features, int channels, DeepOptions deep, Func<IReadOnlyList<string>, ImageWriter> output)
    {
        long peak = SharedPcaFit.Peak(deep.Backbone, [image], WindowPolicy.Of(deep.Backbone), options);
        using DeepModel model = Fit(deep, PartialProgress.Of(options.Progress, 0, FitShare));
        ComputeOptions rest = options with { Progress = PartialProgress.Of(options.Progress, FitShare, 1 - FitShare) };
        RunResult run = Write(features, channels, model, deep.Backbone, output, null, rest);
        return run with { PlannedPeakBytes = Math.Max(peak, run.PlannedPeakBytes) };
    }

    /// <summary>
    /// Deep features alone, of a projection that is fitted to the image, twice: each cell's repeated over its pixels, and upsampled. The
    /// fit and the transformer run once.
    /// </summary>
    /// <param name="deep">Which features.</param>
    /// <param name="low">Makes the writer of the cells' features, given the planes' names.</param>
    /// <param name="full">Makes the writer of the upsampled features.</param>
    public RunResult AtBothResolutions(
        DeepOptions deep, Func<IReadOnlyList<string>, ImageWriter> low, Func<IReadOnlyList<string>, ImageWriter> full)
    {
        FeatureSpec none = FeatureSpec.Paper with { Families = Families.None };
        long peak = SharedPcaFit.Peak(deep.Backbone, [image], WindowPolicy.Of(deep.Backbone), options);
        using DeepModel model = Fit(deep, null);
        using DeepModel cells = model.Interpolated(Upsampling.Nearest);
        using LowResolution map = DeepImage.Map(model, deep.Backbone, image, _times, options);
        ComputeOptions quiet = options with { Progress = null };
        Write(none, 0, cells, null, low, map, quiet);
        RunResult run = Write(none, 0, model, null, full, map, quiet);
        return run with { PlannedPeakBytes = Math.Max(peak, run.PlannedPeakBytes) };
    }

    private DeepModel Fit(DeepOptions deep, IProgress<double>? progress) =>
        DeepModel.Fit(deep, [image], 0, _times, options with { Progress = progress });

    private RunResult Write(
        FeatureSpec features, int channels, DeepModel? model, Backbone? backbone, Func<IReadOnlyList<string>, ImageWriter> output,
        LowResolution? map, ComputeOptions how)
    {
        int seen = channels != 0 ? channels : SampleSearch.IsGrey(image, how) ? 1 : 3;
        var work = new Work(image, features, seen, model, null);
        features.Check(work.DeepChannels);
        IReadOnlyList<string> names = [.. features.PlaneNames(seen), .. Enumerable.Range(0, work.DeepChannels).Select(i => $"deep_{i}")];
        if (names.Count > MostPlanes)
        {
            throw new FastSegException(
                $"{image.Info.Name}: {names.Count} features are too many for one stack, which holds at most {MostPlanes}; " +
                "give fewer sigmas or families.");
        }
        using ImageWriter writer = output(names);
        var run = new TileRun(
            work, image.Info.Bounds, backbone, how, core => FeatureWorker.PlaneBytes(core, names.Count),
            workers => [("reader", image.HeldBytes(workers)), ("writer", writer.HeldBytes(workers))])
        {
            KnownMap = map,
        };
        run.Run(() => new FeatureWorker(run.Plan, work, writer), _times);
        long commit = Stopwatch.GetTimestamp();
        writer.Commit();
        _times.Add(Stage.Write, commit);
        return run.Result(run.Plan.Area.Pixels, [], _times, Stopwatch.GetElapsedTime(_start).TotalSeconds);
    }
}
