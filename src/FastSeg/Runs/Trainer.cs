using System.Diagnostics;
using FastSeg.Backends;
using FastSeg.Common;
using FastSeg.Deep;
using FastSeg.Deep.Tokens;
using FastSeg.Forest.Saved;
using FastSeg.Forest.Training;
using FastSeg.Images;
using FastSeg.Models;
using FastSeg.Native;

namespace FastSeg.Runs;

/// <summary>From labelled images to a model: features of labelled pixels only, then XGBoost.</summary>
internal sealed unsafe class Trainer(
    FeatureSpec features, TrainingOptions training, DeepOptions? deep, IReadOnlyList<string>? names, ComputeOptions options)
{
    /// <summary>Share of the progress bar that gathering gets; XGBoost gets the rest.</summary>
    private const double GatherShare = 0.3;

    /// <summary>Share of the progress bar that fitting the projection gets, where there are deep features.</summary>
    private const double ProjectionShare = 0.3;

    private readonly BackendFactory _factory = BackendChoice.Choose(options.Backend);
    private readonly StageTimes _times = new();
    private DeepModel? _deepModel;
    private TrainingPlace? _place;
    private string? _note = BackendChoice.PassedOver(options.Backend);
    private long _plannedPeak;

    /// <summary>Where XGBoost trains; follows from the backend and the library where it is not set.</summary>
    public TrainingPlace Place
    {
        get => _place ??= TrainingPlace.For(_factory.Kind);
        init => _place = value;
    }

    private double Start => deep is null ? 0 : ProjectionShare;

    public TrainingResult Train(IReadOnlyList<TrainingImage> images)
    {
        long start = Stopwatch.GetTimestamp();
        features.Check(deep?.Channels ?? 0);
        if (images.Count == 0)
        {
            throw new FastSegException("There is no training image; give at least one image with its labels.");
        }
        _plannedPeak = TrainingMemory.CheckLabels(images, options);
        LabelledPixels[] labels = [.. images.Select(image => new LabelledPixels(image.Image.Info, image.Labels, options.Cancellation))];
        ModelClass[] classes = Classes(labels);
        int channels = images.All(image => SampleSearch.IsGrey(image.Image, options)) ? 1 : 3;
        foreach (TrainingImage image in images)
        {
            CheckSamples(image.Image);
        }
        _times.Add(Stage.Read, start, images.Sum(image => image.Labels.Info.Bounds.Pixels));

        _deepModel = deep is null ? null : FitDeep(deep, images);
        int planes = (features.Names.Count * channels) + (_deepModel?.Description.Channels ?? 0);
        long count = labels.Sum(image => (long)image.Count);
        _plannedPeak = Math.Max(_plannedPeak, TrainingMemory.CheckFit(images, count, planes, classes.Length, training, options));
        using var rows = new TrainingRows(count, planes);
        long first = 0;
        for (int i = 0; i < images.Count; i++)
        {
            labels[i].FirstRow = first;
            Gather(images[i].Image, labels[i], channels, rows, Start + (GatherShare * i / images.Count), GatherShare / images.Count);
            first += labels[i].Count;
        }
        Model model = Fit(rows, labels, classes, channels);
        var run = new RunResult(rows.Count, [], _times.Report(), Stopwatch.GetElapsedTime(start).TotalSeconds, _plannedPeak)
        {
            Backend = _factory.Kind,
            Note = _note,
        };
        return new TrainingResult(model, run);
    }

    /// <summary>
    /// Looks at the whole image, not only at what is computed: which pixels tiles read depends on memory and threads, and what is refused
    /// must not.
    /// </summary>
    private void CheckSamples(ImageReader image)
    {
        if (new SampleSearch(image, image.Info.Bounds) { LargestSample = features.LargestSample }.Failure(options) is { } failure)
        {
            throw failure;
        }
    }

    private DeepModel FitDeep(DeepOptions wanted, IReadOnlyList<TrainingImage> images)
    {
        ImageReader[] readers = [.. images.Select(image => image.Image)];
        _plannedPeak = Math.Max(_plannedPeak, SharedPcaFit.Peak(wanted.Backbone, readers, WindowPolicy.Of(wanted.Backbone), options));
        ComputeOptions how = options with { Progress = PartialProgress.Of(options.Progress, 0, ProjectionShare) };
        return DeepModel.Fit(wanted, readers, training.Seed, _times, how);
    }

    private ModelClass[] Classes(LabelledPixels[] labels)
    {
        var counts = new SortedDictionary<int, long>();
        foreach (ushort value in labels.SelectMany(image => image.Values))
        {
            counts[value] = counts.GetValueOrDefault(value) + 1;
        }
        if (counts.Count == 1)
        {
            throw new FastSegException($"Every labelled pixel has the value {counts.Keys.First()}; draw at least two classes.");
        }
        if (counts.Count > 255)
        {
            throw new FastSegException($"The labels hold {counts.Count} different values; at most 255 classes can be told apart.");
        }
        if (names is not null && names.Count != counts.Count)
        {
            throw new FastSegException(
                $"There are {names.Count} class names for {counts.Count} classes (label values {string.Join(", ", counts.Keys)}); " +
                "give one name a class, in the order of the values.");
        }
        if (names is not null && (names.Any(string.IsNullOrWhiteSpace) || names.Distinct().Count() < names.Count))
        {
            throw new FastSegException(
                $"The class names are {string.Join(", ", names.Select(name => $"\"{name}\""))}; every class needs a name of its own.");
        }
        return [.. counts.Select((pair, i) => new ModelClass(pair.Key, names?[i] ?? $"class {pair.Key}", pair.Value))];
    }

    private void Gather(ImageReader image, LabelledPixels labels, int channels, TrainingRows rows, double from, double share)
    {
        var work = new Work(image, features, channels, _deepModel, null)
        {
            Labels = labels,
            ResidentRows = Place.OnDevice ? rows.Count : 0,
        };
        ComputeOptions how = options with { Progress = PartialProgress.Of(options.Progress, from, share) };
        var run = new TileRun(
            work, image.Info.Bounds, deep?.Backbone, how, _ => 0,
            workers => [("reader", image.HeldBytes(workers)), ("training rows", rows.Count * rows.Planes * sizeof(float))]);
        _plannedPeak = Math.Max(_plannedPeak, run.Plan.PeakBytes);
        rows.OnDevice ??= Place.OnDevice ? run.HoldRows(rows.Count, rows.Planes) : null;
        run.Run(() => new GatherWorker(run.Plan, work, rows), _times, labels.Cores(run.Plan.Grid));
    }

    private Model Fit(TrainingRows rows, LabelledPixels[] labels, ModelClass[] classes, int channels)
    {
        long mark = Stopwatch.GetTimestamp();
        using var numbers = new HostBuffer(rows.Count * sizeof(int));
        int* number = (int*)numbers.Pointer;
        int[] classOf = new int[ushort.MaxValue + 1];
        for (int i = 0; i < classes.Length; i++)
        {
            classOf[classes[i].Value] = i;
        }
        long row = 0;
        foreach (ushort value in labels.SelectMany(image => image.Values))
        {
            number[row++] = classOf[value];
        }
        IProgress<double>? progress = PartialProgress.Of(options.Progress, Start + GatherShare, 1 - Start - GatherShare);
        void AfterRound(int round) => progress?.Report((double)round / training.Rounds);
        var trees = new TreeTrainer(rows, number, classes.Length, training, AfterRound, options.Cancellation);
        byte[] forest = trees.Train();
        _note = trees.Note is null ? _note : $"{_note} {trees.Note}".TrimStart();
        var model = new Model(new ModelParts
        {
            Features = features,
            Channels = channels,
            Deep = _deepModel,
            Classes = classes,
            Training = training,
            XgboostVersion = trees.Trained,
            ForestBytes = forest,
            SelfTest = SelfTest.FromTraining(rows.EvenlySpaced(SelfTest.MostRows), ForestReader.Parse(forest)),
        });
        _times.Add(Stage.Train, mark, rows.Count, rows.Count * rows.Planes * sizeof(float));
        return model;
    }
}
