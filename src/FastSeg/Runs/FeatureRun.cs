using System.Diagnostics;
using FastSeg.Backends;
using FastSeg.Common;
using FastSeg.Deep;
using FastSeg.Features.Local;
using FastSeg.Images;
using FastSeg.Images.Masks;
using FastSeg.Images.Samples;
using FastSeg.Models;

namespace FastSeg.Runs;

/// <summary>Computes the feature stack of one image and writes it, tile by tile.</summary>
/// <param name="image">The image.</param>
/// <param name="options">Threads, memory, progress, cancellation.</param>
internal sealed class FeatureRun(ImageReader image, ComputeOptions options)
{
    /// <summary>Share of the progress bar that fitting a projection gets.</summary>
    private const double FitShare = 0.4;

    /// <summary>
    /// Most planes of a stack. With more of them even the smallest tile, 256 x 256, has more than the 2 GiB that a writer takes at once.
    /// </summary>
    private const int MostPlanes = int.MaxValue / (256 * 256 * sizeof(float));

    private readonly long _start = Stopwatch.GetTimestamp();
    private readonly StageTimes _times = new();
    private readonly Doubts _doubts = new(options);
    private DataCheck? _check;
    private ImageData? _data;

    /// <summary>The writers so far, whose results must stay as they are.</summary>
    private readonly List<ImageWriter> _written = [];

    /// <summary>Mean and deviation by which samples are standardised; null where the image has its own.</summary>
    public SampleStatistics? KnownSamples { get; init; }

    /// <summary>0 where a pixel is left out, as a model's segmentation leaves it out; null where none is.</summary>
    public ImageReader? Mask { get; init; }

    /// <summary>Computes the planes that a model sees.</summary>
    /// <param name="features">Classical features.</param>
    /// <param name="channels">Channels whose features are computed; null for 1 where the image is grey, else for all of its own.</param>
    /// <param name="model">Deep features behind the classical ones, or null.</param>
    /// <param name="backbone">The transformer of the deep features; null where there are none.</param>
    /// <param name="output">Makes the writer, given the planes' names; it is committed and disposed here.</param>
    /// <exception cref="FastSegException">
    /// The features cannot be computed, the image is corrupt or has a sample that filters must not see, memory is not enough, or the result
    /// cannot be written.
    /// </exception>
    public RunResult Run(
        FeatureSpec features, ChannelSet? channels, DeepModel? model, Backbone? backbone,
        Func<IReadOnlyList<string>, ImageWriter> output)
    {
        using KeptPage page = Kept(features);
        return Releasing(() => Write(page, features, channels, model, backbone, output, null, options, KnownSamples));
    }

    /// <summary>Computes the planes that a model sees, and says what makes them doubtful.</summary>
    /// <param name="model">The model.</param>
    /// <param name="backbone">The transformer of its deep features; null where there are none.</param>
    /// <param name="output">Makes the writer, given the planes' names; it is committed and disposed here.</param>
    /// <exception cref="FastSegException">As above; also where something is doubtful and the run is strict.</exception>
    public RunResult Run(Model model, Backbone? backbone, Func<IReadOnlyList<string>, ImageWriter> output)
    {
        _check = new DataCheck(model, model.Features.Standardise);
        return Run(model.Features, model.ChannelSet, model.Deep, backbone, output);
    }

    /// <summary>What a run with the same features would allocate with a writer that is there already.</summary>
    /// <param name="features">Classical features.</param>
    /// <param name="channels">Channels whose features are computed, as there.</param>
    /// <param name="model">Deep features behind the classical ones, or null.</param>
    /// <param name="backbone">The transformer of the deep features; null where there are none.</param>
    /// <param name="writer">Would receive the planes.</param>
    /// <exception cref="FastSegException">The features cannot be computed, or memory is not enough.</exception>
    public Plan Plan(FeatureSpec features, ChannelSet? channels, DeepModel? model, Backbone? backbone, ImageWriter writer)
    {
        using KeptPage page = Kept(features);
        Work work = WorkOn(page, features, Channels(page, channels, options), model, KnownSamples);
        return Prepare(page, work, backbone, writer, null, options).Plan;
    }

    /// <summary>Fits a projection of deep features to the image, with seed 0, and computes the planes with it.</summary>
    /// <param name="features">Classical features.</param>
    /// <param name="channels">Channels whose features are computed; null for 1 where the image is grey, else for all of its own.</param>
    /// <param name="deep">Deep features behind the classical ones.</param>
    /// <param name="output">Makes the writer, given the planes' names; it is committed and disposed here.</param>
    /// <exception cref="FastSegException">
    /// The features cannot be computed, the image is corrupt or has a sample that filters must not see, memory is not enough, or the result
    /// cannot be written.
    /// </exception>
    public RunResult Fitted(
        FeatureSpec features, ChannelSet? channels, DeepOptions deep, Func<IReadOnlyList<string>, ImageWriter> output)
    {
        using KeptPage page = Kept(features);
        ChannelSet seen = Channels(page, channels, options);
        ImageReader standardised = LocalReader.Of(page.Image, page.Mask, features, seen.Count);
        long peak = DeepModel.FitPeak(deep, [standardised], options);
        SampleStatistics? samples = TakeSamples(page, features.Standardise);
        using DeepModel model =
            Fit(deep, standardised, features.Standardise, samples, PartialProgress.Of(options.Progress, 0, FitShare));
        ComputeOptions afterFit = options with { Progress = PartialProgress.Of(options.Progress, FitShare, 1 - FitShare) };
        RunResult run = Releasing(() => Write(page, features, seen, model, deep.Backbone, output, null, afterFit, samples));
        return run with { PlannedPeakBytes = Math.Max(peak, run.PlannedPeakBytes) };
    }

    /// <summary>
    /// Writes the image's deep features twice, without classical ones: once with each cell's features repeated over its pixels, and once
    /// upsampled. The projections are fitted to the image, and the transformer run, once for both. Every scale has cells of its own size.
    /// </summary>
    /// <param name="deep">Which features.</param>
    /// <param name="low">Makes the writer of the cells' features, given the planes' names; it is committed and disposed here.</param>
    /// <param name="full">Makes the writer of the upsampled features, likewise.</param>
    /// <param name="standardise">How samples are brought to one mean and deviation.</param>
    /// <exception cref="FastSegException">
    /// The features cannot be computed, the image is corrupt or has a sample that filters must not see, memory is not enough, or the result
    /// cannot be written.
    /// </exception>
    public RunResult AtBothResolutions(
        DeepOptions deep, Func<IReadOnlyList<string>, ImageWriter> low, Func<IReadOnlyList<string>, ImageWriter> full,
        Standardisation standardise)
    {
        FeatureSpec none = FeatureSpec.Paper with { Families = Families.None, Standardise = standardise };
        using KeptPage page = Kept(none);
        ChannelSet seen = Channels(page, null, options);
        ImageReader standardised = LocalReader.Of(page.Image, page.Mask, none, seen.Count);
        long peak = DeepModel.FitPeak(deep, [standardised], options);
        SampleStatistics? samples = TakeSamples(page, standardise);
        using DeepModel model = Fit(deep, standardised, standardise, samples, null);
        using DeepModel cells = model.Interpolated(Upsampling.Nearest);
        int atOnce = new TransformerBuffers(model, deep.Backbone, standardised).Fitting(options);
        using DeepMaps maps =
            DeepMaps.Compute(model, deep.Backbone, standardised, Work.MapOf(standardise, samples), _times, options, atOnce);
        LocalReader.Release(standardised);
        ComputeOptions quiet = options with { Progress = null };
        RunResult run = Releasing(() =>
        {
            Write(page, none, seen, cells, null, low, maps, quiet, samples, last: false);
            return Write(page, none, seen, model, null, full, maps, quiet, samples);
        });
        return run with { PlannedPeakBytes = Math.Max(peak, run.PlannedPeakBytes) };
    }

    /// <summary>Runs something, and disposes the writers that it made.</summary>
    private RunResult Releasing(Func<RunResult> run)
    {
        try
        {
            return run();
        }
        finally
        {
            _written.ForEach(writer => writer.Dispose());
        }
    }

    /// <summary>Fits the projection to the image, with seed 0.</summary>
    private DeepModel Fit(
        DeepOptions deep, ImageReader standardised, Standardisation mode, SampleStatistics? samples, IProgress<double>? progress)
    {
        deep.CheckRange(mode);
        IReadOnlyList<SampleMap>? maps = mode == Standardisation.None ? null : [Work.MapOf(mode, samples)];
        try
        {
            return DeepModel.Fit(deep, [standardised], 0, _times, options with { Progress = progress }, maps, mode);
        }
        finally
        {
            LocalReader.Release(standardised);
        }
    }

    /// <summary>
    /// The channels whose features are computed: those that were asked for, or else 1 where the image is grey, or all of its own.
    /// </summary>
    private ChannelSet Channels(KeptPage page, ChannelSet? wanted, ComputeOptions how)
    {
        wanted?.Check(image.Info, "this computes");
        ChannelSet channels = wanted ?? (page.IsGrey(how) ? ChannelSet.Grey : ChannelSet.Of(image.Info));
        page.Take(channels.Count);
        return channels;
    }

    /// <summary>The page as such features see it; the caller disposes it.</summary>
    private KeptPage Kept(FeatureSpec features) => new(image, Mask, features.NanAs, features.DataBar, options);

    /// <summary>Mean and deviation of the image, where it is standardised by them.</summary>
    private SampleStatistics? TakeSamples(KeptPage page, Standardisation standardise)
    {
        if (standardise != Standardisation.Image)
        {
            return null;
        }
        long start = Stopwatch.GetTimestamp();
        SampleMoments moments = SampleStatisticsPass.Run(page.Image, page.Mask, options.WorkerCount, options);
        _times.Add(Stage.Read, start, image.Info.Bounds.Pixels, image.Info.Bounds.Pixels * image.Info.PixelBytes);
        return moments.Statistics;
    }

    /// <summary>
    /// Plans, computes and writes one stack; the last one is committed together with those before. With <paramref name="maps"/> given, the
    /// deep features come from them and the transformer does not run.
    /// </summary>
    private RunResult Write(
        KeptPage page, FeatureSpec features, ChannelSet? channels, DeepModel? model, Backbone? backbone,
        Func<IReadOnlyList<string>, ImageWriter> output, DeepMaps? maps, ComputeOptions how, SampleStatistics? samples = null,
        bool last = true)
    {
        ChannelSet seen = Channels(page, channels, how);
        Work work = WorkOn(page, features, seen, model, samples);
        _doubts.AddAll(UnchosenPage.Warnings(image, Mask));
        _doubts.AddAll(OrientedImage.Warnings(image));
        // A device that is not there is said before a file is made.
        BackendChoice.Choose(how.Backend);
        ImageWriter writer = output(Names(work, seen))
            ?? throw new ArgumentException("The function that is to make the writer gave none.", nameof(output));
        _written.Add(writer);
        TileRun run = Prepare(page, work, backbone, writer, maps, how);
        Overlap.Refuse([image, Mask], [.. _written]);
        run.Run(() => new FeatureWorker(run.Plan, run.Work, writer), _times);
        long commit = Stopwatch.GetTimestamp();
        if (last)
        {
            ImageWriter.CommitTogether(_written, how.Cancellation);
        }
        _times.Add(Stage.Write, commit);
        return run.Result(run.Plan.Area.Pixels, [], _times, Stopwatch.GetElapsedTime(_start).TotalSeconds) with
        {
            DataBars = page.Bar is { } bar ? [bar] : [],
            Data = _data is null ? [] : [_data],
            Warnings = _doubts.Sentences,
        };
    }

    /// <summary>What is computed of the image, once it was checked.</summary>
    private Work WorkOn(KeptPage page, FeatureSpec features, ChannelSet seen, DeepModel? model, SampleStatistics? samples)
    {
        ImageReader standardised = LocalReader.Of(page.Image, page.Mask, features, seen.Count);
        var work = new Work(standardised, features, seen.Count, model, null)
        {
            Samples = samples,
            Mask = page.Mask,
            Percentiles = _check is null ? Percentiles.None : Percentiles.OfRun,
        };
        features.Check(work.DeepChannels);
        return work.PlaneCount <= MostPlanes
            ? work
            : throw new FastSegException(
                $"{image.Info.Name}: {work.PlaneCount} features are too many for one stack, which holds at most {MostPlanes}; " +
                "give fewer sigmas or families.");
    }

    /// <summary>Plans one stack.</summary>
    private TileRun Prepare(KeptPage page, Work work, Backbone? backbone, ImageWriter writer, DeepMaps? maps, ComputeOptions how)
    {
        CheckLayout(writer.Layout, work.PlaneCount);
        return new TileRun(
            work, image.Info.Bounds, backbone, how, core => FeatureWorker.Bytes(writer, core, work.PlaneCount),
            workers =>
            [
                (Planner.Reader, work.Image.HeldBytes(workers) + (page.Mask?.HeldBytes(workers) ?? 0)),
                ("writer", writer.HeldBytes(workers)),
            ])
        {
            KnownMaps = maps,
            Found = Compare,
        };
    }

    /// <summary>Compares the image's samples with those that the model was trained on, where there is one.</summary>
    private void Compare(ImageData found)
    {
        if (_check is not null)
        {
            (_data, IReadOnlyList<string> sentences) = _check.Of(image.Info.Name, found);
            _doubts.AddAll(sentences);
        }
    }

    /// <summary>Names of the planes.</summary>
    private static IReadOnlyList<string> Names(Work work, ChannelSet seen) =>
        [.. seen.PlaneNames(work.Features.Names), .. Enumerable.Range(0, work.DeepChannels).Select(i => $"deep_{i}")];

    /// <summary>Refuses a writer of another size or type than the stack has.</summary>
    private void CheckLayout(ImageLayout layout, int planes)
    {
        ImageInfo info = image.Info;
        if ((layout.Width, layout.Height, layout.Pages, layout.Type) != (info.Width, info.Height, planes, SampleType.Float32))
        {
            throw new ArgumentException(
                $"The output has {layout.Width} x {layout.Height} pixels and {layout.Pages} pages of {layout.Type.Name()}; " +
                $"{info.Width} x {info.Height} and {planes} of float32 are needed.");
        }
    }
}
