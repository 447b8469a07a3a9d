using FastSeg.Common;
using FastSeg.Images.Samples;
using FastSeg.Runs;

namespace FastSeg.Sessions;

/// <summary>
/// Segments one image after another, of whatever size: the model, the threads and a plan for each shape are there from the first image on.
/// Each image is read and written in tiles, as in a run of its own, and gets the same result.
/// </summary>
internal sealed class ImageSeries : IDisposable
{
    private readonly Model _model;
    private readonly Backbone? _backbone;
    private readonly ComputeOptions _options;
    private readonly Team _team;

    /// <summary>Starts the threads.</summary>
    /// <param name="model">The model.</param>
    /// <param name="backbone">The transformer of its deep features, or null. The caller keeps owning it.</param>
    /// <param name="options">Threads, memory, backend, cancellation.</param>
    public ImageSeries(Model model, Backbone? backbone, ComputeOptions options)
    {
        (_model, _backbone) = (model, backbone);
        _team = new Team(options.WorkerCount);
        _options = options with { Team = _team };
    }

    /// <summary>The plans so far.</summary>
    public PlanBook Plans { get; } = new();

    /// <summary>Segments an image; exceptions are those of <see cref="Segmenter"/>.</summary>
    /// <param name="image">The image.</param>
    /// <param name="outputs">Where results go; the caller keeps owning the writers.</param>
    /// <param name="segment">Region, mask, label values, smoothing.</param>
    public RunResult Segment(ImageReader image, SegmentOutputs outputs, SegmentOptions segment) =>
        new SegmentRun(_model, _backbone, NarrowedImage.Of(image), segment, _options) { Plans = Plans }.Run(outputs);

    /// <summary>Ends the threads.</summary>
    public void Dispose() => _team.Dispose();
}
