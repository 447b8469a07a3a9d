using System.Diagnostics;
using FastSeg.Common;
using FastSeg.Runs;

namespace FastSeg.Pages;

/// <summary>Applies a model to a prepared image: a run over its reader that finds out nothing which is known.</summary>
internal static class PageRun
{
    /// <summary>Share of the progress that the transformer gets where it must run first.</summary>
    private const double MapShare = 0.6;

    /// <summary>Labels every pixel of the wanted region.</summary>
    /// <param name="model">The model.</param>
    /// <param name="backbone">The transformer of its deep features; null where there are none, or the page has them already.</param>
    /// <param name="page">The page.</param>
    /// <param name="outputs">Where results go.</param>
    /// <param name="segment">Region, mask, label values.</param>
    /// <param name="options">Threads, memory, progress, cancellation.</param>
    /// <exception cref="FastSegException">As for a run over the reader.</exception>
    /// <exception cref="OperationCanceledException">The run was cancelled.</exception>
    public static RunResult Segment(
        Model model, Backbone? backbone, PreparedImage page, SegmentOutputs outputs, SegmentOptions segment, ComputeOptions options)
    {
        // What is known holds for the whole page as it is stored, and a mask or a data bar leaves out some of it.
        bool asStored = (segment.NanAs ?? model.Features.NanAs) is null && (segment.DataBar ?? model.Features.DataBar) == DataBar.None;
        if (segment.Mask is not null || !asStored)
        {
            return new SegmentRun(model, backbone, page.Image, segment, options).Run(outputs);
        }
        long start = Stopwatch.GetTimestamp();
        SegmentRun.Area(page.Info, segment);
        bool smooths = (segment.Smoothing ?? model.Smoothing).Mode != SmoothingMode.None;
        SampleStatistics? samples = smooths || model.Features.Standardise == Standardisation.Image
            ? page.Measure(options with { Progress = null }).Statistics
            : null;
        ComputeOptions before = options with { Progress = PartialProgress.Of(options.Progress, 0, MapShare) }, rest = options;
        RunResult? found = null;
        using SharedMaps? maps = model.Deep is { } deep
            ? page.Maps(new MapsWork(deep, model.Features, model.Channels, backbone), before, out found)
            : null;
        if (found is { Pixels: > 0 })
        {
            rest = options with { Progress = PartialProgress.Of(options.Progress, MapShare, 1 - MapShare) };
        }
        RunResult result = new SegmentRun(model, backbone, page.Image, segment, rest)
        {
            KnownSamples = samples,
            KnownData = page.Samples?.Data,
            KnownMaps = maps?.Maps,
        }.Run(outputs);
        return result with { Seconds = Stopwatch.GetElapsedTime(start).TotalSeconds };
    }
}
