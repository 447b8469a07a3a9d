using System.Diagnostics;
using FastSeg.Backends;
using FastSeg.Common;
using FastSeg.Deep;
using FastSeg.Forest.Saved;
using FastSeg.Forest.Training;
using FastSeg.Images;
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

    /// <summary>Where XGBoost trains. Unless this is set, the backend and the library decide.</summary>
    public TrainingPlace Place
    {
        get => _place ??= TrainingPlace.For(_factory.Kind);
        init => _place = value;
    }

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
    /// Refuses an image in which any sample must not be seen by filters, even far from all labels. Which pixels the tiles read depends on
    /// memory and threads; what is refused must not depend on them.
    /// </summary>
    private void CheckSamples(ImageReader image)
    {
        if (new SampleSearch(image, image.Info.Bounds) { LargestSample = features.LargestSample }.Failure(options) is { } failure)
        {
            throw failure;
        }
    }

    /// <summary>Fits the projection of the deep features to all images.</summary>
    private DeepModel FitDeep(DeepOptions wanted, IReadOnlyList<TrainingImage> images)
    {
        ImageReader[] readers = [.. images.Select(image => image.Image)];
        _plannedPeak = Math.Max(_plannedPeak, DeepModel.FitPeak(wanted, readers, options));
        ComputeOptions how = options with { Progress = PartialProgress.Of(options.Progress, 0, ProjectionShare) };
        return DeepModel.Fit(wanted, readers, training.Seed, _times, how);
    }

    /// <summary>The classes by ascending label value, each with its name and its number of pixels.</summary>
    /// <exception cref="FastSegException">There are fewer than two classes or more than 255, or the names do not fit them.</exception>
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

    /// <summary>Gathers the feature rows of one image's labelled pixels.</summary>
    /// <param name="image">The image.</param>
    /// <param name="labels">The image's labelled pixels, with the row that the first one goes to.</param>
    /// <param name="channels">Channels whose features are computed.</param>
    /// <param name="rows">Receives the rows.</param>
    /// <param name="from">The progress at which this image begins.</param>
    /// <param name="share">The image's share of the progress.</param>
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

    /// <summary>Trains the trees on the rows, and makes the model.</summary>
    private Model Fit(TrainingRows rows, LabelledPixels[] labels, ModelClass[] classes, int channels)
    {
        long mark = Stopwatch.GetTimestamp();
        // XGBoost wants the class of each row as an int. The buffer outlives the training below.
        using var rowClasses = new HostBuffer(rows.Count * sizeof(int));
        int* classOfRow = (int*)rowClasses.Pointer;
        int[] classOfValue = new int[ushort.MaxValue + 1];
        for (int i = 0; i < classes.Length; i++)
        {
            classOfValue[classes[i].Value] = i;
        }
        long row = 0;
        foreach (ushort value in labels.SelectMany(image => image.Values))
        {
            classOfRow[row++] = classOfValue[value];
        }
        IProgress<double>? progress = PartialProgress.Of(options.Progress, Start + GatherShare, 1 - Start - GatherShare);
        void AfterRound(int round) => progress?.Report((double)round / training.Rounds);
        var trees = new TreeTrainer(rows, classOfRow, classes.Length, training, AfterRound, options.Cancellation);
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
