using FastSeg.Backends;
using FastSeg.Common;
using FastSeg.Deep;
using FastSeg.Features.Local;
using FastSeg.Runs;

namespace FastSeg.Training;

/// <summary>Gathers the feature rows of labelled pixels, image by image.</summary>
/// <param name="features">Classical features.</param>
/// <param name="channels">Channels whose features are computed.</param>
/// <param name="deep">Deep features behind the classical ones, or null.</param>
/// <param name="backbone">Their transformer; null where there are none, or all maps are known.</param>
/// <param name="rows">Receives the rows.</param>
/// <param name="times">Where times are added.</param>
internal sealed class RowGather(
    FeatureSpec features, int channels, DeepModel? deep, Backbone? backbone, TrainingRows rows, StageTimes times)
{
    /// <summary>Whether the rows stay on the device that gathers them.</summary>
    public bool OnDevice { get; init; }

    /// <summary>The largest of the planned peaks.</summary>
    public long PlannedPeak { get; private set; }

    /// <summary>Gathers the rows of one image's labelled pixels, which go where these say.</summary>
    /// <param name="image">The image.</param>
    /// <param name="pixels">Its labelled pixels, with the row that the first one goes to.</param>
    /// <param name="samples">The image's mean and deviation, where they are needed.</param>
    /// <param name="known">The image's maps, where they are known; the caller keeps owning them.</param>
    /// <param name="options">Threads, memory, backend, progress, cancellation.</param>
    /// <param name="mask">0 where a pixel is left out; null where none is.</param>
    /// <param name="keep">Takes the maps that were computed, also where the run fails later; null where they are not kept.</param>
    /// <exception cref="FastSegException">The image is corrupt, memory is not enough, or ONNX Runtime fails.</exception>
    /// <exception cref="OperationCanceledException">The run was cancelled.</exception>
    public void Run(
        ImageReader image, LabelledPixels pixels, SampleStatistics? samples, DeepMaps? known, ComputeOptions options,
        ImageReader? mask = null, Action<DeepMaps?>? keep = null)
    {
        ImageReader seen = LocalReader.Of(image, mask, features, channels);
        var work = new Work(seen, features, channels, deep, null)
        {
            Labels = pixels,
            Samples = samples,
            ResidentRows = OnDevice ? rows.Count : 0,
        };
        var run = new TileRun(
            work, image.Info.Bounds, known is null ? backbone : null, options, _ => 0,
            workers =>
            [
                ("reader", seen.HeldBytes(workers) + (mask?.HeldBytes(workers) ?? 0)),
                ("training rows", rows.Count * rows.Planes * sizeof(float)),
            ])
        {
            KnownMaps = known,
            KeepsMaps = keep is not null,
        };
        PlannedPeak = Math.Max(PlannedPeak, run.Plan.PeakBytes);
        rows.OnDevice ??= OnDevice ? run.HoldRows(rows.Count, rows.Planes) : null;
        try
        {
            run.Run(() => new GatherWorker(run.Plan, run.Work, rows), times, pixels.Cores(run.Plan.Grid));
        }
        finally
        {
            keep?.Invoke(run.Maps);
        }
    }
}
