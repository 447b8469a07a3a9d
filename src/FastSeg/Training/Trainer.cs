using System.Diagnostics;
using FastSeg.Backends;
using FastSeg.Common;
using FastSeg.Deep;
using FastSeg.Features.Local;
using FastSeg.Forest.Training;
using FastSeg.Images;
using FastSeg.Images.Labels;
using FastSeg.Images.Masks;
using FastSeg.Images.Samples;
using FastSeg.Models;
using FastSeg.Native;
using FastSeg.Runs;

namespace FastSeg.Training;

/// <summary>Trains a model: computes the features of labelled pixels, and gives them to XGBoost.</summary>
/// <param name="features">Classical features.</param>
/// <param name="training">How the trees are trained.</param>
/// <param name="deep">Deep features behind the classical ones, or null.</param>
/// <param name="names">A name for each class, by ascending label value, or null.</param>
/// <param name="options">Threads, memory, backend, progress, cancellation.</param>
internal sealed unsafe class Trainer(
    FeatureSpec features, TrainingOptions training, DeepOptions? deep, IReadOnlyList<string>? names, ComputeOptions options)
{
    /// <summary>Share of the progress bar that gathering gets; XGBoost and what is held out get the rest.</summary>
    private const double GatherShare = 0.3;

    /// <summary>Share of the progress bar that fitting the projection gets, where there are deep features.</summary>
    private const double ProjectionShare = 0.3;

    private readonly BackendFactory _factory = BackendChoice.Choose(options.Backend);
    private readonly StageTimes _times = new();
    private readonly Doubts _doubts = new(options);
    private readonly long _start = Stopwatch.GetTimestamp();
    private KeptPage[] _pages = [];
    private SampleMoments[] _moments = [];
    private ImageData[] _data = [];
    private DeepModel? _deepModel;
    private TrainingPlace? _place;
    private DeepMaps?[] _maps = [];
    private long _plannedPeak;

    /// <summary>Where XGBoost trains. Unless this is set, the backend and the library decide.</summary>
    public TrainingPlace Place
    {
        get => _place ??= TrainingPlace.For(_factory.Kind, training.Booster);
        init => _place = value;
    }

    /// <summary>What is done to the probabilities of an image that is segmented with the model, unless held-out pixels choose it.</summary>
    public Smoothing Smoothing { get; init; } = Smoothing.None;

    /// <summary>What is found out from labelled pixels that are held out.</summary>
    public HeldOut HeldOut { get; init; }

    /// <summary>Share of the progress bar that XGBoost gets for the model itself; the models of the folds get the rest.</summary>
    private double TrainShare => (1 - Start - GatherShare) / (HeldOut == HeldOut.Nothing ? 1 : 3);

    /// <summary>The progress at which gathering begins.</summary>
    private double Start => deep is null ? 0 : ProjectionShare;

    /// <summary>Trains on all images together.</summary>
    /// <exception cref="FastSegException">
    /// There is no image, labels do not fit an image, there are not two to 255 classes, an option is out of range, memory is not enough, or
    /// XGBoost is missing or fails.
    /// </exception>
    /// <exception cref="OperationCanceledException">Training was cancelled.</exception>
    public TrainingResult Train(IReadOnlyList<TrainingImage> images)
    {
        try
        {
            ImageReader[] labels = LabelSet.Of(
                [.. images.Select(image => image.Labels)], new LabelOptions(), LabelSet.Values, owned: false);
            return TrainOn([.. images.Select((image, i) => image with
            {
                Image = NarrowedImage.Of(image.Image),
                Labels = labels[i],
                Mask = LabelSet.OfMask(image.Mask),
            })]);
        }
        finally
        {
            Array.ForEach(_maps, maps => maps?.Dispose());
            Array.ForEach(_pages, page => page?.Dispose());
        }
    }

    private TrainingResult TrainOn(IReadOnlyList<TrainingImage> given)
    {
        long start = Stopwatch.GetTimestamp();
        features.Check(deep?.Channels ?? 0);
        Smoothing.Check();
        deep?.CheckRange(features.Standardise);
        if (given.Count == 0)
        {
            throw new FastSegException("There is no training image; give at least one image with its labels.");
        }
        ImageReader?[] read = [.. given.SelectMany(image => (ImageReader?[])[image.Image, image.Labels, image.Mask])];
        _doubts.AddAll(UnchosenPage.Warnings(read));
        _doubts.AddAll(OrientedImage.Warnings(read));
        _doubts.AddAll(MapAsImage.Warnings(given.Select(image => image.Image)));
        _doubts.AddAll(LabelDoubts.Guesses(given.Select(image => image.Labels)));
        TrainingImage[] images = Keep(given);
        _plannedPeak = TrainingMemory.CheckLabels(images, training.Augment, options);
        LabelledImage[] originals = LabelledImage.Originals(images, options.Cancellation);
        foreach (LabelledImage image in originals)
        {
            LabelDoubts.RefuseImage(
                given[image.Original].Image, given[image.Original].Labels, image.Pixels.Count, options.Cancellation);
        }
        UnlikelyLabels.Refuse(given, [.. originals.Select(image => image.Pixels)], names);
        ModelClass[] classes = DrawnClasses.Of(originals.Select(image => image.Pixels), names, given.Select(image => image.Labels));
        _doubts.AddAll(LabelDoubts.Of(classes, training.Balance));
        if (names is null && DrawnClasses.Contradiction(given.Select(image => image.Labels)) is { } contradiction)
        {
            _doubts.Add(contradiction);
        }
        _doubts.AddAll(Dropped(images));
        bool[] grey = [.. _pages.Select(page => page.IsGrey(options))];
        ChannelSet seen = ChannelSet.Of([.. images.Select(image => image.Image.Info)], grey);
        Array.ForEach(_pages, page => page.Take(seen.Count));
        int channels = seen.Count;
        TakeSamples(images, grey);
        LabelledImage[] all = [.. originals, .. LabelledImage.Copies(images, training.Augment, options.Cancellation)];
        _times.Add(Stage.Read, start, images.Sum(image => image.Labels.Info.Bounds.Pixels));

        _deepModel = deep is null ? null : FitDeep(deep, images, channels);
        int planes = (features.Names.Count * channels) + (_deepModel?.Description.Channels ?? 0);
        long count = all.Sum(image => (long)image.Pixels.Count);
        string reason = "";
        Folds? folds = HeldOut == HeldOut.Nothing ? null : Folds.Make([.. originals.Select(image => image.Pixels)], classes, out reason);
        _plannedPeak = Math.Max(_plannedPeak, TrainingMemory.CheckFit(
            images.Select(image => image.Image), count, folds?.MostOutside(all) ?? 0, planes, classes.Length, training, options));
        _maps = new DeepMaps?[images.Length];
        bool keepMaps = KeepsMaps(images);
        using var rows = new TrainingRows(count, planes);
        Gather(all, channels, rows, keepMaps);
        FreedMemory.ReturnAll();
        using HostBuffer rowClasses = DrawnClasses.OfRows(all.Select(image => image.Pixels), classes, rows.Count);
        int* classOfRow = (int*)rowClasses.Pointer;
        var fit = new ModelFit(features, training, options)
        {
            Channels = seen,
            Opening = ImageOptions.Of(images.Select(image => image.Image)),
            Deep = _deepModel,
            Classes = classes,
            Images = originals.Select(image => image.Image.Info),
            Moments = _moments,
            Data = _data,
            Progress = PartialProgress.Of(options.Progress, Start + GatherShare, TrainShare),
        };
        ModelParts parts = fit.Run(rows, classOfRow, _times);
        HeldOutScore? score = null;
        if (folds is not null)
        {
            score = Score(folds, parts, all, rows, classOfRow, out reason);
        }
        else if (reason.Length > 0)
        {
            reason += SafeWithoutScore;
        }
        var model = new Model(parts with
        {
            Smoothing = HeldOut == HeldOut.ChooseSmoothing ? score?.Smoothing ?? Smoothing.Safe : Smoothing,
            HeldOut = score?.Summary,
        });
        long drawn = classes.Sum(entry => entry.Pixels);
        string? passedOver = BackendChoice.PassedOver(options.Backend);
        var run = new RunResult(drawn, [], _times.Report(), Stopwatch.GetElapsedTime(_start).TotalSeconds, _plannedPeak)
        {
            Backend = _factory.Kind,
            Standardise = features.Standardise,
            Samples = [.. _moments.Select(moments => moments.Statistics)],
            DataBars = [.. _pages.Where(page => page.Bar is not null).Select(page => page.Bar!.Value)],
            Data = _data,
            Warnings = _doubts.Sentences,
            Note = fit.Note is null ? passedOver : $"{passedOver} {fit.Note}".TrimStart(),
        };
        return new TrainingResult(model, run) { HeldOut = score, NotHeldOut = reason.Length == 0 ? null : reason };
    }

    /// <summary>The images as the model sees them, with the masks that their data bars add, and without labels where a mask is 0.</summary>
    private TrainingImage[] Keep(IReadOnlyList<TrainingImage> given)
    {
        _pages = new KeptPage[given.Count];
        var kept = new TrainingImage[given.Count];
        for (int i = 0; i < kept.Length; i++)
        {
            KeptPage page = _pages[i] = new KeptPage(given[i].Image, given[i].Mask, features.NanAs, features.DataBar, options);
            ImageReader labels = page.Mask is null ? given[i].Labels : MaskedLabels.Of(given[i].Labels, page.Mask, given[i].Image.Info);
            kept[i] = new TrainingImage(page.Image, labels) { Mask = page.Mask };
        }
        return kept;
    }

    /// <summary>A sentence for each image that was labelled where its mask is 0; to be asked once the labels were read.</summary>
    private IEnumerable<string> Dropped(IEnumerable<TrainingImage> images) => images
        .Select((image, i) => (Labels: image.Labels as MaskedLabels, Image: image.Image.Info, _pages[i].Bar))
        .Where(image => image.Labels is { Dropped: > 0 })
        .Select(image =>
            $"{image.Labels!.Info.Name}: {image.Labels.Dropped} labelled pixels lie where the mask " +
            $"{(image.Bar is { IsEmpty: false } bar ? $"is 0 or in the data bar (rows {bar.Y} to {bar.Bottom - 1})" : "is 0")}; " +
            "they were not trained on.");

    /// <summary>Takes mean, deviation and percentiles of each image, and looks at all samples.</summary>
    private void TakeSamples(IReadOnlyList<TrainingImage> images, bool[] grey)
    {
        bool standardises = features.Standardise == Standardisation.Image;
        _plannedPeak = Math.Max(_plannedPeak, TrainingMemory.CheckSamples(images, options));
        var moments = new SampleMoments[images.Count];
        _data = new ImageData[images.Count];
        for (int i = 0; i < images.Count; i++)
        {
            (ImageReader image, ImageReader? mask) = (images[i].Image, images[i].Mask);
            using var pass = new SampleStatisticsPass(image, mask, options.WorkerCount, Percentiles.OfTraining);
            moments[i] = Moments(pass, image, standardises);
            // An image without a labelled pixel that a mask keeps was refused, so there are samples.
            _data[i] = pass.Data(moments[i], grey[i])!;
            SampleMap map = standardises ? SampleMap.Of(moments[i].Statistics) : default;
            // What a mask leaves out was not looked at by the pass.
            if (mask is not null || !map.Limits(features.LargestSample).Hold(pass.Range))
            {
                CheckSamples(image, map);
            }
        }
        _moments = standardises ? moments : [];
        _data = DoubtsOfData.Say(_doubts, features.Standardise, [.. images.Select(image => image.Image.Info.Name)], _data);
    }

    /// <summary>The moments of an image; where it has none, the failure is about the first sample that filters refuse.</summary>
    private SampleMoments Moments(SampleStatisticsPass pass, ImageReader image, bool standardises)
    {
        try
        {
            return pass.Run(options with { Progress = null });
        }
        catch (FastSegException) when (!standardises)
        {
            CheckSamples(image, default);
            throw;
        }
    }

    /// <summary>Mean and deviation of one of the caller's images; null where it is not standardised by them.</summary>
    private SampleStatistics? SamplesOf(int image) => _moments.Length == 0 ? null : _moments[image].Statistics;

    /// <summary>
    /// Refuses an image in which any sample must not be seen by filters, even far from all labels. Which pixels the tiles read depends on
    /// memory and threads; what is refused must not depend on them.
    /// </summary>
    private void CheckSamples(ImageReader image, SampleMap map)
    {
        if (new SampleSearch(image, image.Info.Bounds) { Limits = map.Limits(features.LargestSample) }.Failure(options) is { } failure)
        {
            throw failure;
        }
    }

    /// <summary>Fits the projection of the deep features to all images.</summary>
    private DeepModel FitDeep(DeepOptions wanted, IReadOnlyList<TrainingImage> images, int channels)
    {
        ImageReader[] readers = [.. images.Select(image => LocalReader.Of(image.Image, image.Mask, features, channels))];
        _plannedPeak = Math.Max(_plannedPeak, DeepModel.FitPeak(wanted, readers, options));
        ComputeOptions how = options with { Progress = PartialProgress.Of(options.Progress, 0, ProjectionShare) };
        SampleMap[] maps = [.. images.Select((_, i) => Work.MapOf(features.Standardise, SamplesOf(i)))];
        try
        {
            return DeepModel.Fit(
                wanted, readers, training.Seed, _times, how, features.Standardise == Standardisation.None ? null : maps,
                features.Standardise);
        }
        finally
        {
            Array.ForEach(readers, LocalReader.Release);
        }
    }

    /// <summary>Gathers the feature rows of all labelled pixels, image by image.</summary>
    private void Gather(LabelledImage[] all, int channels, TrainingRows rows, bool keepMaps)
    {
        var gather = new RowGather(features, channels, _deepModel, deep?.Backbone, rows, _times) { OnDevice = Place.OnDevice };
        long first = 0;
        for (int i = 0; i < all.Length; i++)
        {
            (LabelledImage image, double from) = (all[i], Start + (GatherShare * i / all.Length));
            image.Pixels.FirstRow = first;
            first += image.Pixels.Count;
            IProgress<double>? progress = PartialProgress.Of(options.Progress, from, GatherShare / all.Length);
            gather.Run(
                image.Image, image.Pixels, SamplesOf(image.Original), null, options with { Progress = progress }, image.Mask,
                keepMaps && image.Flip is null ? maps => _maps[image.Original] ??= maps : null);
        }
        _plannedPeak = Math.Max(_plannedPeak, gather.PlannedPeak);
    }

    /// <summary>
    /// Whether the maps of deep features stay for the segmentations that held-out pixels are counted in: where there will be any, and the
    /// memory limit leaves room. Otherwise the transformer runs again.
    /// </summary>
    private bool KeepsMaps(IReadOnlyList<TrainingImage> images)
    {
        bool segments = HeldOut == HeldOut.ChooseSmoothing || (HeldOut == HeldOut.Score && Smoothing.Mode != SmoothingMode.None);
        long bytes = images.Sum(image => DeepImage.SharedItems(_deepModel, image.Image).Sum(item => item.Bytes));
        if (!segments || (options.Memory > 0 && _plannedPeak + bytes > options.Memory))
        {
            return false;
        }
        _plannedPeak += bytes;
        return true;
    }

    /// <summary>Holds out each fold in turn; null where the memory is not enough for it.</summary>
    private HeldOutScore? Score(
        Folds folds, ModelParts parts, LabelledImage[] images, TrainingRows rows, int* classOfRow, out string reason)
    {
        reason = "";
        rows.Land();
        double from = Start + GatherShare + TrainShare;
        var run = new FoldRun(
            folds, images, rows, classOfRow, parts, options with { Progress = PartialProgress.Of(options.Progress, from, 1 - from) })
        {
            Backbone = deep?.Backbone,
            Maps = _maps,
            Times = _times,
        };
        try
        {
            HeldOutScore score = HeldOut == HeldOut.ChooseSmoothing
                ? run.Run(SmoothingChoice.Candidates, scores => SmoothingChoice.Of(scores[0], scores[1], scores[2]))
                : run.Run([Smoothing], _ => Smoothing);
            _plannedPeak = Math.Max(_plannedPeak, run.PlannedPeak);
            return score;
        }
        catch (FastSegException e) when (e.Setting == Setting.Memory)
        {
            // The trees are trained already: a model without a score is worth more than none.
            reason = $"There is no held-out score: {e.Message}{SafeWithoutScore}";
            return null;
        }
    }

    /// <summary>What follows the reason for a missing score where the score was to choose the smoothing.</summary>
    private string SafeWithoutScore =>
        HeldOut == HeldOut.ChooseSmoothing ? " The smoothing is safe, as nothing says otherwise." : "";
}
