using FastSeg.Backends;
using FastSeg.Common;
using FastSeg.Deep;
using FastSeg.Features.Local;
using FastSeg.Images;
using FastSeg.Images.Samples;
using FastSeg.Pages;

namespace FastSeg.Training;

/// <summary>
/// What the trainings of an <see cref="InteractiveTraining"/> have in common: their settings, and what one leaves to the next.
/// </summary>
/// <param name="Features">Classical features.</param>
/// <param name="Training">How the trees are trained.</param>
/// <param name="Deep">Deep features behind the classical ones, or null.</param>
/// <param name="Smoothing">What a model does to probabilities.</param>
internal sealed record InteractiveState(FeatureSpec Features, TrainingOptions Training, DeepOptions? Deep, Smoothing Smoothing)
    : IDisposable
{
    private int _channels;
    private DeepModel? _deepOfRows;
    private string? _rangeOf;
    private bool _disposed;

    /// <summary>The rows that are kept; null before the first training.</summary>
    public KeptRows? Rows { get; private set; }

    /// <summary>The deep features of the last training; null where there are none, or before the first.</summary>
    public DeepModel? DeepModel { get; private set; }

    /// <summary>Refuses settings that contradict each other, or that a training of its own cannot have.</summary>
    /// <exception cref="FastSegException">Which, and what would be right.</exception>
    public void Check()
    {
        Features.Check(Deep?.Channels ?? 0);
        Training.Check();
        Smoothing.Check();
        Deep?.CheckRange(Features.Standardise);
        Deep?.CheckScales();
        if (Training.Augment != Augmentation.None)
        {
            throw new FastSegException("A training that keeps rows cannot augment; train the final model with augmentation instead.");
        }
        if (Features.NanAs is not null || Features.DataBar != DataBar.None)
        {
            throw new FastSegException(
                "A training that keeps rows sees pages as they are stored; leave NanAs and DataBar out, and train the final model " +
                    "with them.");
        }
        if (Deep is { } deep && (deep.Scales != DeepScales.One || deep.ChooseProjection().Stored is null))
        {
            throw new FastSegException(
                $"{deep.Backbone.Folder}: a training that keeps rows needs a projection that does not change with the labelled images; " +
                "fit one, give it, and take scale 1 alone.", Setting.Projection, "a projection");
        }
    }

    /// <summary>Refuses to go on where there are no deep features, or what a training's images decide is needed.</summary>
    /// <exception cref="InvalidOperationException">Which.</exception>
    public void NeedFixedRange()
    {
        if (Deep is null || (Deep.Range is null && Features.Standardise == Standardisation.None))
        {
            throw new InvalidOperationException(Deep is null
                ? "The training has no deep features."
                : "The range of samples is taken from the labelled images; state one, or standardise the images.");
        }
    }

    /// <summary>
    /// Makes <see cref="DeepModel"/> what a training on these pages has: the same every time, unless the range of samples is taken from
    /// the images and these changed.
    /// </summary>
    public void UpdateDeep(
        IReadOnlyList<PreparedImage> pages, int channels, StageTimes times, ComputeOptions options)
    {
        if (Deep is null)
        {
            return;
        }
        bool standardises = Features.Standardise != Standardisation.None;
        string rangeOf = standardises || Deep.Range is not null ? "" : string.Join('\n', pages.Select(page => page.Key));
        if (DeepModel is not null && rangeOf == _rangeOf)
        {
            return;
        }
        ImageReader[] images = [.. pages.Select(page => LocalReader.Of(page.Image, null, Features, channels))];
        SampleMap[] maps = [.. pages.Select(page => Work.MapOf(Features.Standardise, page.Measure(options).Statistics))];
        DeepModel made = DeepModel.Fit(
            Deep, images, Training.Seed, times, options with { Progress = null }, standardises ? maps : null, Features.Standardise);
        _rangeOf = rangeOf;
        // Rows and maps stay where the range did not change with the images.
        DeepModel = DeepModel?.Description.Range == made.Description.Range ? DeepModel : made;
    }

    /// <summary>The maps of a page, held for the caller; null where there are no deep features.</summary>
    public SharedMaps? MapsOf(PreparedImage page, int channels, string? cache, ComputeOptions options, out RunResult? result)
    {
        result = null;
        return DeepModel is null
            ? null
            : page.Maps(new MapsWork(DeepModel, Features, channels, Deep!.Backbone) { Cache = cache }, options, out result);
    }

    /// <summary>Begins a training. Rows of other channels or deep features are dropped.</summary>
    public KeptRows Begin(int channels, int planes)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (Rows is null || channels != _channels || planes != Rows.Planes || DeepModel != _deepOfRows)
        {
            Rows?.Dispose();
            Rows = new KeptRows(planes);
            (_channels, _deepOfRows) = (channels, DeepModel);
        }
        Rows.Begin();
        return Rows;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _disposed = true;
        Rows?.Dispose();
        Rows = null;
    }
}
