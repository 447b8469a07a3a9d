using FastSeg.Studio.Labels;
using FastSeg.Studio.Projects;
using FastSeg.Studio.Settings;

namespace FastSeg.Studio.Live;

/// <summary>
/// Trains the live model on the labels of a project. Rows of features that were gathered for one training are there for the next, so that
/// a stroke costs only its own pixels. One thread uses it, the live loop's.
/// </summary>
/// <param name="project">The project.</param>
/// <param name="pages">The pages.</param>
/// <param name="backbones">Opens the backbone of deep features; disposed with this object.</param>
/// <param name="rowBytes">Most bytes of rows that are kept though their pixels are not labelled any more.</param>
internal sealed class LiveTrainer(Project project, LivePages pages, Backbones backbones, long rowBytes) : IDisposable
{
    private InteractiveTraining? _training;
    private ProjectSettings? _settings;
    private Backbone? _backbone;
    private int _number;

    /// <summary>Says why the labels are not enough to train on; null where they are.</summary>
    public static string? Missing(IReadOnlyList<LabelledSnapshot> labels)
    {
        int classes = labels.SelectMany(page => Classes(page.Raster)).Distinct().Count();
        return classes switch
        {
            0 => "Draw a few strokes of each class; the segmentation follows.",
            1 => "Draw a stroke of a second class; the segmentation follows.",
            _ => null,
        };
    }

    /// <summary>Trains on all labels.</summary>
    /// <param name="labels">The labelled pages, in the order of the project.</param>
    /// <param name="version">The version of the project that they are of.</param>
    /// <param name="prepare">Measures a page; it goes on when a new stroke comes, because the stroke needs the same.</param>
    /// <param name="options">Threads, memory, and the token that a new stroke cancels.</param>
    /// <exception cref="FastSegException">A page cannot be read, or the memory is not enough.</exception>
    /// <exception cref="OperationCanceledException">The labels changed.</exception>
    public LiveModel Train(
        IReadOnlyList<LabelledSnapshot> labels, long version, Action<PreparedImage, string, int> prepare, ComputeOptions options)
    {
        PreparedImage[] prepared = [.. labels.Select(page => pages.Get(page.Image, page.Page))];
        InteractiveTraining training = Training(prepared, options);
        var pixels = labels.Select(page => page.Raster.LabelledPixels()).ToArray();
        IReadOnlyList<(long[] Positions, byte[] Values)> chosen = LiveSubset.Of(pixels, _settings!.Seed);
        var rows = new List<LabelledPage>();
        for (int i = 0; i < labels.Count; i++)
        {
            prepare(prepared[i], labels[i].Image, labels[i].Page);
            options.Cancellation.ThrowIfCancellationRequested();
            rows.Add(new LabelledPage(prepared[i], chosen[i].Positions, chosen[i].Values));
        }
        Model model = training.Train([.. rows.Where(page => page.Positions.Length > 0)], null, options).Model;
        pages.Trim(labels.Count);
        long all = pixels.Sum(page => page.Positions.LongLength);
        return new LiveModel(model, ++_number, version, _settings.LiveSmoothing(), _backbone)
        {
            Note = all <= LiveSubset.Most
                ? string.Join(' ', LabelDoubts.Of(model.Classes, model.Training?.Balance ?? false))
                : $"trained on {LiveSubset.Most:N0} of {all:N0} labelled pixels; the exported model uses all",
        };
    }

    /// <summary>The training of the newest model where it has deep features, which pages are to have too; null where it has none.</summary>
    public InteractiveTraining? Deep => _settings?.Deep is null ? null : _training;

    /// <summary>The training of the present settings; other settings need other rows.</summary>
    private InteractiveTraining Training(IReadOnlyList<PreparedImage> labelled, ComputeOptions options)
    {
        ProjectSettings settings = project.Settings;
        if (_training is null || settings != _settings)
        {
            _training?.Dispose();
            _training = null;
            DeepOptions? deep = settings.Deep is null ? null : backbones.Options(settings, labelled, options);
            _training = new InteractiveTraining(rowBytes, settings.Features(), settings.Training(), deep, settings.LiveSmoothing());
            (_settings, _backbone) = (settings, deep?.Backbone);
        }
        return _training;
    }

    private static IEnumerable<int> Classes(LabelRaster raster)
    {
        long[] counts = raster.Counts.ToArray();
        return Enumerable.Range(1, counts.Length - 1).Where(value => counts[value] > 0);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _training?.Dispose();
        backbones.Dispose();
    }
}
