using FastSeg.Common;
using FastSeg.Pages;
using FastSeg.Training;
using static FastSeg.Common.Arguments;

namespace FastSeg;

/// <summary>
/// Trains again and again while labels are drawn. The feature rows of labelled pixels stay, so a training computes those of new pixels
/// only; each training grows all trees anew and gives the model that <see cref="Segmenter.Train"/> gives for the same pages, labels and
/// options, byte for byte.
/// </summary>
/// <remarks>
/// One call at a time; a second one waits. Rows of pixels that are not labelled any more stay too, so undoing costs nothing, as long as all
/// rows fit the limit; those that were not used for longest go first. XGBoost always trains on the CPU here.
/// </remarks>
public sealed class InteractiveTraining : IDisposable
{
    private readonly SemaphoreSlim _alone = new(1, 1);
    private readonly InteractiveState _state;
    private readonly long _keepBytes;

    /// <summary>Takes the settings that all trainings have in common.</summary>
    /// <param name="keepBytes">
    /// Most bytes that rows may take between two trainings. While a training runs, the rows of its pixels are held beside them, as in
    /// <see cref="Segmenter.Train"/>.
    /// </param>
    /// <param name="features">Which classical features; null for <see cref="FeatureSpec.Paper"/>.</param>
    /// <param name="training">How the trees are trained; null for the defaults.</param>
    /// <param name="deep">
    /// Deep features behind the classical ones, or null. Their projection must be fixed: the backbone's own, or
    /// <see cref="DeepOptions.Projection"/>, which <see cref="FitProjection"/> makes.
    /// </param>
    /// <param name="smooth">What is done to the probabilities of an image that is segmented with the model; null for nothing.</param>
    /// <exception cref="FastSegException">
    /// The options contradict each other, augment, or would fit a projection to the labelled images of the moment.
    /// </exception>
    public InteractiveTraining(
        long keepBytes, FeatureSpec? features = null, TrainingOptions? training = null, DeepOptions? deep = null,
        Smoothing? smooth = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(keepBytes);
        _keepBytes = keepBytes;
        _state = new InteractiveState(features ?? FeatureSpec.Paper, training ?? new TrainingOptions(), deep, smooth ?? Smoothing.None);
        _state.Check();
    }

    /// <summary>Feature rows that are kept.</summary>
    public long KeptRows => _state.Rows?.Count ?? 0;

    /// <summary>Bytes that they take.</summary>
    public long KeptBytes => _state.Rows?.Bytes ?? 0;

    /// <summary>Trains on all pages together, in their order.</summary>
    /// <param name="pages">Pages with labelled pixels, each with a key of its own.</param>
    /// <param name="names">A name for each class, by ascending label value; null for names such as "class 7".</param>
    /// <param name="options">Threads, memory, backend, progress, cancellation; null for the defaults.</param>
    /// <exception cref="FastSegException">As for <see cref="Segmenter.Train"/>.</exception>
    /// <exception cref="ArgumentException">Positions or values are not as they must be, or two pages have one key.</exception>
    /// <exception cref="OperationCanceledException">
    /// It was cancelled, between two rounds or within 16 rows of at most 320 columns; rows that were gathered by then are kept.
    /// </exception>
    public TrainingResult Train(
        IReadOnlyList<LabelledPage> pages, IReadOnlyList<string>? names = null, ComputeOptions? options = null)
    {
        ComputeOptions how = options ?? new ComputeOptions();
        _alone.Wait(how.Cancellation);
        try
        {
            return new InteractiveRun(_state, names, how).Train(NoneNull(pages));
        }
        finally
        {
            _state.Rows?.Trim(_keepBytes);
            _alone.Release();
        }
    }

    /// <summary>
    /// Fits a projection to pages once, for a training whose projection must not change: the one that <see cref="Segmenter.Train"/> fits to
    /// the same images with the same seed.
    /// </summary>
    /// <param name="pages">The pages; they need no labels.</param>
    /// <param name="deep">Which deep features; their projection is not looked at, and the scale must be 1 alone.</param>
    /// <param name="features">Says how the pages are standardised; null for <see cref="FeatureSpec.Paper"/>.</param>
    /// <param name="training">Says the seed; null for the defaults.</param>
    /// <param name="options">Threads, memory, progress, cancellation; null for the defaults.</param>
    /// <exception cref="FastSegException">
    /// There is no page, a page is corrupt, the scales are others, memory is not enough, or ONNX Runtime failed.
    /// </exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static ProjectionFile FitProjection(
        IReadOnlyList<PreparedImage> pages, DeepOptions deep, FeatureSpec? features = null, TrainingOptions? training = null,
        ComputeOptions? options = null) => FixedProjection.Fit(
            NoneNull(pages), NotNull(deep), features ?? FeatureSpec.Paper, training ?? new TrainingOptions(),
            options ?? new ComputeOptions());

    /// <summary>
    /// Computes the deep features at low resolution of a page, or reads them from a file, as
    /// <see cref="PreparedImage.ComputeDeep(Model, Backbone, string, ComputeOptions)"/> does for a model. A training does it itself where
    /// nobody did, without a file.
    /// </summary>
    /// <param name="page">The page.</param>
    /// <param name="cache">A file that keeps them, or null.</param>
    /// <param name="options">Threads, memory, progress, cancellation; null for the defaults.</param>
    /// <exception cref="FastSegException">Memory is not enough, the page is corrupt, or ONNX Runtime failed.</exception>
    /// <exception cref="InvalidOperationException">
    /// There are no deep features, or their range is taken from the labelled images, which only a training knows: give one, or standardise.
    /// </exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public RunResult ComputeDeep(PreparedImage page, string? cache = null, ComputeOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(page);
        ComputeOptions how = options ?? new ComputeOptions();
        _alone.Wait(how.Cancellation);
        try
        {
            _state.NeedFixedRange();
            bool grey = page.Measure(how with { Progress = null }).IsGrey;
            int channels = grey ? 1 : page.Info.Channels;
            _state.UpdateDeep([page], channels, new StageTimes(), how);
            using SharedMaps? maps = _state.MapsOf(page, channels, cache, how, out RunResult? result);
            return result!;
        }
        finally
        {
            _alone.Release();
        }
    }

    /// <summary>Removes the rows of a page: of one that is not wanted any more, or whose content changed under its key.</summary>
    public void Forget(string key)
    {
        ArgumentNullException.ThrowIfNull(key);
        _alone.Wait();
        try
        {
            _state.Rows?.Forget(key);
        }
        finally
        {
            _alone.Release();
        }
    }

    /// <summary>Frees the rows. No call may be running.</summary>
    public void Dispose()
    {
        _state.Dispose();
        _alone.Dispose();
    }
}
