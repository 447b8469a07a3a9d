using System.Diagnostics;
using FastSeg.Backends;
using FastSeg.Common;
using FastSeg.Images.Samples;

namespace FastSeg.Runs;

/// <summary>One thread of a segmentation in one pass. It takes each tile through four stages: read, features, forest, write.</summary>
internal sealed unsafe class SegmentWorker : MaskedWorker
{
    private readonly ResultWriter _results;
    private readonly SmoothedTile? _smoothed;
    private readonly Weighing? _weighing;

    /// <summary>Allocates the tile, its mask and its results, each for the plan's largest core; they are freed with this worker.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="work">What is computed.</param>
    /// <param name="what">What is segmented.</param>
    public SegmentWorker(Plan plan, Work work, Segmentation what) : base(work, plan, what)
    {
        _results = new ResultWriter(what, plan.MaxCore);
        if (what.Smoothing.Mode != SmoothingMode.None)
        {
            _smoothed = new SmoothedTile(work, plan.MaxCore);
        }
        if (what.Options.ClassWeights is { } weights)
        {
            _weighing = new Weighing(weights);
        }
    }

    /// <summary>Pixels of each class, over the tiles so far.</summary>
    public long[] ClassPixels => _results.Result.ClassPixels;

    /// <summary>Counts unsure pixels, over the tiles so far.</summary>
    public UnsureCount Unsure => _results.Result.Unsure;

    /// <summary>Adds the pixels of each class to others, and begins to count anew.</summary>
    public void MoveClassPixels(long[] to)
    {
        for (int c = 0; c < ClassPixels.Length; c++)
        {
            to[c] += ClassPixels[c];
            ClassPixels[c] = 0;
        }
    }

    /// <summary>Bytes of a worker's buffers for results, mask and smoothing, given the largest core.</summary>
    public static long Bytes(Work work, Segmentation what, Region maxCore) =>
        ResultWriter.Bytes(what, maxCore) + MaskReader.Bytes(what.Options.Mask, work.Largest(maxCore)) +
        (what.Smoothing.Mode == SmoothingMode.None ? 0 : SmoothedTile.Bytes(work, maxCore)) +
        (what.Options.ClassWeights is null ? 0 : Weighing.Bytes(what.Classes));

    /// <inheritdoc/>
    public override void Step(Backend backend, int worker, Region core)
    {
        _results.Result.Core = core;
        bool anything = Prepare(core);
        Unsure.Mask = Mask;
        if (anything)
        {
            Predict(backend, worker, core);
        }
        long mark = Stopwatch.GetTimestamp();
        Times.Add(Stage.Write, mark, core.Pixels, _results.Write(anything, Mask));
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        _results.Dispose();
        _smoothed?.Dispose();
        _weighing?.Dispose();
        base.Dispose();
    }

    private void Predict(Backend backend, int worker, Region core)
    {
        if (_smoothed is null)
        {
            backend.Predict(worker, Tile, Before(_results.Result, core), Times);
            return;
        }
        if (_weighing is null)
        {
            _smoothed.Begin(Stored, Mask, _results.Result);
        }
        else
        {
            _smoothed.BeginUnsure(Stored, Mask, core);
        }
        backend.Predict(worker, Tile, Before(_smoothed, core), Times);
        long mark = Stopwatch.GetTimestamp();
        _smoothed.End();
        _weighing?.Run(_smoothed.Values, _results.Result);
        Times.Add(Stage.Forest, mark);
    }
}
