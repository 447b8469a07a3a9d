using System.Diagnostics;
using System.Globalization;
using FastSeg.Backends;
using FastSeg.Common;
using FastSeg.Deep;
using FastSeg.Features.Local;
using FastSeg.Files.Runs;
using FastSeg.Images;
using FastSeg.Images.Labels;
using FastSeg.Images.Masks;
using FastSeg.Images.Samples;
using FastSeg.Models;
using FastSeg.Resuming;

namespace FastSeg.Runs;

/// <summary>One application of a model to one image: plan, then run.</summary>
/// <param name="model">The model.</param>
/// <param name="backbone">The transformer of its deep features, or null.</param>
/// <param name="image">The image.</param>
/// <param name="segment">Region, mask, label values.</param>
/// <param name="options">Threads, memory, progress, cancellation.</param>
internal sealed class SegmentRun(Model model, Backbone? backbone, ImageReader image, SegmentOptions segment, ComputeOptions options)
{
    /// <summary>Share of the progress bar that the transformer gets where the model has deep features.</summary>
    private const double MapShare = 0.6;

    /// <summary>Share of the progress bar that the first of two passes gets: it computes, the second one reads and decides.</summary>
    private const double FirstPassShare = 0.95;

    /// <summary>Where a larger part of the looked-at pixels is unsure, the run says so.</summary>
    private const double MostUnsure = 0.5;

    /// <summary>Planes of fewer pixels are not compared.</summary>
    private const long LeastPixels = 1 << 16;

    private readonly Doubts _doubts = new(options);
    private readonly PlaneCheck _planes = new(model);
    private ImageData? _data;
    private KeptPasses _passes = KeptPasses.None;
    private (long From, long To)? _rows;
    private RunFolder? _folder;

    /// <summary>The image's deep features at low resolution where they are known already; the caller keeps owning them.</summary>
    public DeepMaps? KnownMaps { get; init; }

    /// <summary>Where the trees' margins go, in the caller's memory; null where they are not wanted.</summary>
    public ImageWriter? Margins { get; init; }

    /// <summary>Mean and deviation by which samples are standardised; null where the image has its own.</summary>
    public SampleStatistics? KnownSamples { get; init; }

    /// <summary>What is known of the samples already; null where it is found out.</summary>
    public ImageData? KnownData { get; init; }

    /// <summary>Whether the image is compared with those that the model was trained on.</summary>
    public bool Compares { get; init; } = true;

    /// <summary>The plan of <see cref="Run"/>, once it has begun.</summary>
    public Plan? Made { get; private set; }

    /// <summary>Plans of earlier runs with the same model and options; null where this one makes its own.</summary>
    public PlanBook? Plans { get; init; }

    /// <summary>The region a run covers.</summary>
    /// <exception cref="FastSegException">The wanted region is empty or not inside the image.</exception>
    public static Region Area(ImageInfo image, SegmentOptions segment)
    {
        ArgumentNullException.ThrowIfNull(image);
        Region area = segment.Region ?? image.Bounds;
        return !area.IsEmpty && image.Bounds.Contains(area)
            ? area
            : throw new FastSegException(
                $"{image.Name}: the region {area} is not inside the image of {image.Width} x {image.Height} pixels; X,Y,W,H must be.");
    }

    /// <summary>What a run with these outputs would allocate.</summary>
    /// <exception cref="FastSegException">
    /// The region or the mask does not fit the image, the device is not there, or the memory is not enough.
    /// </exception>
    /// <exception cref="ArgumentException">An output's layout is not the one that is needed.</exception>
    public Plan Plan(OutputSketches outputs)
    {
        using KeptPage page = Kept();
        return Prepare(page, outputs, out _).Plan;
    }

    /// <summary>Labels every pixel, and gives the outputs their final names.</summary>
    /// <exception cref="FastSegException">
    /// As in <see cref="Plan"/>; also where the image is corrupt or does not fit the model, or a result cannot be written or would lie
    /// over the image or another result.
    /// </exception>
    /// <exception cref="ArgumentException">An output's layout is not the one that is needed.</exception>
    /// <exception cref="OperationCanceledException">The run was cancelled.</exception>
    public RunResult Run(SegmentOutputs outputs)
    {
        long start = Stopwatch.GetTimestamp();
        _doubts.AddAll(MapAsImage.Warnings(image));
        using KeptPage page = Kept();
        (_passes, _folder) = (KeptPasses.Of(outputs.Folder), outputs.Folder);
        TakeAreas();
        _rows = MissingCores.Rows([.. outputs.Writers], Area(image.Info, segment));
        TileRun run = Prepare(page, OutputSketches.Of(outputs), out Segmentation what);
        RefuseUnprepared(run, what);
        (what, Made) = (what with { Outputs = outputs }, run.Plan);
        _doubts.AddAll(UnchosenPage.OfImage(image, segment.Mask));
        _doubts.AddAll(OrientedImage.Warnings(image, segment.Mask));
        _doubts.AddAll([.. outputs.Writers.SelectMany(writer => writer.Warnings)]);
        Compare(KnownData);
        Overlap.Refuse([image, segment.Mask], [.. outputs.Writers]);
        var times = new StageTimes();
        long[] classPixels;
        UnsureCount unsure;
        IReadOnlyList<double>? weights = what.Options.ClassWeights;
        IReadOnlyList<Region>? cores = MissingCores.Of(
            [.. outputs.Writers], run.Plan.Grid with { Area = what.Area }, what.Area, run.Work.Image.PrefersWholeRows);
        long computed = cores is null || (what.Counts && cores.Count > 0) ? what.Area.Pixels : cores.Sum(core => core.Pixels);
        bool computesAll = computed == what.Area.Pixels;
        if (what.Counts && cores?.Count != 0)
        {
            var passes = new AreaRun(run, what, options with { Progress = Part(FirstPassShare, 1 - FirstPassShare) })
            {
                Weighed = Keep,
            };
            (classPixels, weights) = passes.Run(times);
            unsure = passes.Unsure;
        }
        else
        {
            (classPixels, unsure) = OnePass(run, what, times, cores);
        }
        // Part of an image may hold nothing but one grain.
        ComparePlanes(computesAll ? run.Work.Planes : null);
        double? unsureShare = computesAll ? unsure.Share : null;
        SayEmpty(computesAll && classPixels.Sum() == 0 ? segment.Mask : null);
        SayUnsure(unsureShare);
        long commit = Stopwatch.GetTimestamp();
        ImageWriter.CommitTogether([.. outputs.Writers], options.Cancellation);
        times.Add(Stage.Write, commit);
        if (!computesAll && _folder is { Block: null } && outputs.Labels is { } labels)
        {
            classPixels = LabelCount.Of(labels, Labels(model, segment), run.Plan.Workers, options);
        }
        return run.Result(computed, classPixels, times, Stopwatch.GetElapsedTime(start).TotalSeconds) with
        {
            ClassWeights = weights,
            DataBars = page.Bar is { } bar ? [bar] : [],
            Data = _data is null ? [] : [_data],
            Unsure = unsureShare,
            Warnings = _doubts.Sentences,
        };
    }

    /// <summary>Labels every pixel as soon as its tile is computed. Returns the pixels of each class, and how many are unsure.</summary>
    private static (long[] ClassPixels, UnsureCount Unsure) OnePass(
        TileRun run, Segmentation what, StageTimes times, IReadOnlyList<Region>? cores)
    {
        var workers = new List<SegmentWorker>();
        SegmentWorker Make()
        {
            workers.Add(new SegmentWorker(run.Plan, run.Work, what));
            return workers[^1];
        }
        if (cores?.Count != 0)
        {
            run.Run(Make, times, cores);
        }
        var unsure = new UnsureCount();
        workers.ForEach(worker => unsure.Add(worker.Unsure));
        return ([.. Enumerable.Range(0, what.Classes).Select(c => workers.Sum(worker => worker.ClassPixels[c]))], unsure);
    }

    /// <summary>The label of each class.</summary>
    public static IReadOnlyList<int> Labels(Model model, SegmentOptions segment) =>
        [.. model.Classes.Select((one, i) => segment.KeepValues ? one.Value : i + 1)];

    /// <summary>
    /// Finds out what a run needs of the whole image, and keeps it in the run's folder for starts that go on and for blocks.
    /// </summary>
    /// <param name="folder">The run's folder. Where it does a share, it is that of the areas of safe smoothing.</param>
    /// <param name="samplesAlone">Whether mean and deviation are enough, because shares of the areas follow.</param>
    /// <returns>Whether anything was needed that was not there.</returns>
    /// <exception cref="FastSegException">As in <see cref="Run"/>; also where a share needs mean and deviation.</exception>
    /// <exception cref="OperationCanceledException">The run was cancelled.</exception>
    public bool PrepareFor(RunFolder folder, bool samplesAlone)
    {
        using KeptPage page = Kept();
        (_passes, _folder) = (KeptPasses.Of(folder), folder);
        TakeAreas();
        TileRun run = Prepare(page, new OutputSketches(null, null, null), out Segmentation what);
        bool samples = run.Work.NeedsSamples && run.Work.Samples is null;
        if (folder.Block is { } share)
        {
            return what.Counts && KeepShare(run, what, share, samples);
        }
        if (what.Counts && !samplesAlone)
        {
            Keep(new AreaRun(run, what, options).FindWeights(new StageTimes()));
            return true;
        }
        if (samples)
        {
            run.Sample(new StageTimes());
        }
        return samples;
    }

    /// <summary>Looks for the areas in what is missing of a share of the page's rows. Returns whether anything was.</summary>
    private bool KeepShare(TileRun run, Segmentation what, RunBlock share, bool samples)
    {
        KeptAreas.Sweep(_folder!);
        (long Top, long Bottom) rows = share.Share(image.Info.Height);
        if (KeptAreas.Has(_folder!, rows))
        {
            return false;
        }
        if (samples)
        {
            throw new FastSegException(
                $"{image.Info.Name}: {share} needs mean and deviation of the whole image; prepare its samples first.");
        }
        new AreaRun(run, what, options).KeepShare(new StageTimes(), KeptAreas.Missing(_folder!, rows), _folder!);
        return true;
    }

    /// <summary>Makes the weights of safe smoothing from the shares of the areas, where all are there.</summary>
    private void TakeAreas()
    {
        bool counts = (segment.Smoothing ?? model.Smoothing).Mode == SmoothingMode.Safe && segment.ClassWeights is null;
        if (counts && _folder is not null && _passes.Weights is null
            && KeptAreas.Weights(_folder.Hidden, image.Info, model.Classes.Count, options) is { } weights)
        {
            Keep(weights);
        }
    }

    /// <summary>Refuses a block of a run whose whole image has not been looked at: each block would do that again.</summary>
    private void RefuseUnprepared(TileRun run, Segmentation what)
    {
        if (_folder?.Block is { } block && (what.Counts || (run.Work.NeedsSamples && run.Work.Samples is null)))
        {
            throw new FastSegException(
                $"{image.Info.Name}: {block} needs {(what.Counts ? "the areas of the classes" : "mean and deviation")} of the whole image; "
                + "prepare the run first.");
        }
    }

    private void Keep(SampleStatistics samples) => _passes = (_passes with { Samples = samples }).Save(_folder);

    private void Keep(double[] weights) => _passes = (_passes with { Weights = weights }).Save(_folder);

    /// <summary>Says where most labels are little better than a guess, unless the model knows nothing of its images.</summary>
    private void SayUnsure(double? share)
    {
        if (share > MostUnsure && model.Data is not null)
        {
            _doubts.Add(string.Create(
                CultureInfo.InvariantCulture,
                $"{image.Info.Name}: for {100 * share.Value:F0} % of the pixels the label is hardly more probable than the next " +
                $"class; draw strokes on this image, or on one like it, and train with them."));
        }
    }

    /// <summary>Says that a mask left nothing to segment.</summary>
    private void SayEmpty(ImageReader? mask)
    {
        if (mask is not null)
        {
            _doubts.Add(
                $"{mask.Info.Name} leaves out every pixel of {image.Info.Name}, so all labels are 0; "
                + "a mask is above 0 where pixels are kept.");
        }
    }

    /// <summary>The page as the model sees it; the caller disposes it.</summary>
    private KeptPage Kept()
    {
        Area(image.Info, segment);
        var page = new KeptPage(
            image, segment.Mask, segment.NanAs ?? model.Features.NanAs, segment.DataBar ?? model.Features.DataBar, options);
        page.Take(model.Channels);
        return page;
    }

    /// <summary>Checks region, outputs and smoothing, and plans the run.</summary>
    private TileRun Prepare(KeptPage page, OutputSketches outputs, out Segmentation what)
    {
        SegmentOptions kept = segment with { Mask = page.Mask, ClassWeights = segment.ClassWeights ?? _passes.Weights };
        var all = new Segmentation(model, kept, Area(image.Info, segment), outputs.Kinds) { Margins = Margins };
        what = all;
        model.ChannelSet.Check(image.Info);
        CheckLayouts(outputs, all.Area);
        all.CheckSmoothing();
        if (KnownMaps is null && model.Deep is { } deep)
        {
            TileRun.RequiredBackbone(backbone, deep);
        }
        Work work = all.WorkOn(page.Image, options.Backend) with
        {
            Samples = KnownSamples ?? _passes.Samples,
            // A run that keeps none looks for those that one with the same tiles left.
            KeepsTiles = segment.KeepDeepBytes > 0 || KnownMaps?.Kept.Bytes > 0,
            // The areas of the classes take the whole page.
            Rows = all.Counts ? null : _rows,
            ResultBytes = outputs.SampleBytes + (all.Counts ? AreaRun.SecondPass(all).StoredBytes : 0),
            Percentiles = Compares && KnownData is null ? Percentiles.OfRun : Percentiles.None,
            Planes = ComparesPlanes(all.Area, kept.Mask) ? new PlaneSamples(all.Area, _planes.Numbers) : null,
        };
        ImageReader seen = work.Image;
        IEnumerable<(string, long)> Held(int workers) =>
        [
            (Planner.Reader, seen.HeldBytes(workers) + (kept.Mask?.HeldBytes(workers) ?? 0)),
            ("writer", outputs.HeldBytes(workers)),
            .. all.Counts ? AreaRun.SharedItems(image.Info, all) : [],
        ];
        return new TileRun(
            work, all.Counts ? image.Info.Bounds : all.Area, KnownMaps is null ? backbone : null,
            options with { Progress = all.Counts ? Part(0, FirstPassShare) : options.Progress },
            core => all.Counts ? AreaWorker.Bytes(work, all, core) : SegmentWorker.Bytes(work, all, core),
            Held, all.Counts ? AreaRun.SecondPass(all) : null, outputs.FinishBytes, Plans)
        {
            MapShare = MapShare,
            KnownMaps = KnownMaps,
            KeepBytes = segment.KeepDeepBytes,
            Found = Compare,
            Sampled = Keep,
        };
    }

    /// <summary>Compares the image's samples with those of the training, once they are known.</summary>
    private void Compare(ImageData? found)
    {
        if (found is null)
        {
            return;
        }
        // What a label map's file says of itself was said already.
        bool map = image.Info.IsLabelMap;
        (ImageData data, IReadOnlyList<string> sentences) =
            new DataCheck(model, model.Features.Standardise).Of(image.Info.Name, map ? found with { Values = 0 } : found);
        _data = data with { Doubts = data.Doubts | (map ? DataDoubts.Labels : DataDoubts.None) };
        _doubts.AddAll(sentences);
    }

    /// <summary>
    /// Whether planes are compared: not in a small part, which may hold nothing but one grain, and not where a mask leaves something out,
    /// which would count, too.
    /// </summary>
    private bool ComparesPlanes(Region area, ImageReader? mask) => Compares && KnownData is null && mask is null
        && _planes.Numbers.Length > 0 && area.Pixels >= LeastPixels && 2 * area.Pixels >= image.Info.Bounds.Pixels;

    /// <summary>Compares the planes that were noted with those of the training; a device notes none.</summary>
    private void ComparePlanes(PlaneSamples? noted)
    {
        double[] means = noted is null ? [] : [.. _planes.Numbers.Select((_, i) => noted.Mean(i)).OfType<double>()];
        if (means.Length == _planes.Numbers.Length && means.Length > 0 && _planes.Of(image.Info.Name, means) is { } sentence)
        {
            _data = _data is null ? null : _data with { Doubts = _data.Doubts | DataDoubts.Sharpness };
            _doubts.Add(sentence);
        }
    }

    /// <summary>A part of the progress; null where nobody listens.</summary>
    private PartialProgress? Part(double from, double share) => PartialProgress.Of(options.Progress, from, share);

    /// <summary>Refuses outputs of another size, other pages or another type than the results have.</summary>
    private void CheckLayouts(OutputSketches outputs, Region area)
    {
        foreach (OutputSketch output in outputs.All)
        {
            ImageLayout layout = output.Layout;
            int pages = output == outputs.Probabilities ? model.Classes.Count : 1;
            if (layout.Width != area.Width || layout.Height != area.Height || layout.Pages != pages)
            {
                throw new ArgumentException(
                    $"An output has {layout.Width} x {layout.Height} pixels and {layout.Pages} pages; " +
                    $"{area.Width} x {area.Height} and {pages} are needed.");
            }
        }
        if (segment.KeepValues && outputs.Labels?.Layout.Type == SampleType.UInt8 && model.Classes[^1].Value > byte.MaxValue)
        {
            throw new ArgumentException(
                $"The label value {model.Classes[^1].Value} is kept, and uint8 labels cannot hold it; make the writer with LabelLayout.");
        }
        if (outputs.Labels?.Layout.Type.HoldsLabels() == false
            || outputs.Probabilities is { Layout.Type: not (SampleType.Float32 or SampleType.UInt8) })
        {
            throw new ArgumentException("Labels are uint8 or uint16, probabilities float32 or uint8.");
        }
        if (outputs.Confidence is { Layout.Type: not SampleType.Float32 })
        {
            throw new ArgumentException("The confidence is float32; make the writer with ConfidenceLayout.");
        }
    }
}
