using System.Diagnostics;
using FastSeg.Backends;
using FastSeg.Common;
using FastSeg.Images.Samples;
using FastSeg.Probabilities;

namespace FastSeg.Runs;

/// <summary>
/// One thread of the first of two passes: smooths the tiles of the whole page, counts areas, and keeps the probabilities of the region that
/// gets labels.
/// </summary>
internal sealed unsafe class AreaWorker : MaskedWorker
{
    private readonly SmoothedTile _smoothed;
    private readonly CountingGrid _grid;
    private readonly StoredProbabilities _stored;
    private readonly Region _area;
    private readonly int _classes;

    /// <summary>Allocates the tile, its mask and its probabilities; they are freed with this worker.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="work">What is computed.</param>
    /// <param name="what">What is segmented.</param>
    /// <param name="grid">Receives the counted pixels; the caller's.</param>
    /// <param name="stored">Receives the probabilities; the caller's.</param>
    public AreaWorker(Plan plan, Work work, Segmentation what, CountingGrid grid, StoredProbabilities stored)
        : base(work, plan, what)
    {
        (_grid, _stored, _area, _classes) = (grid, stored, what.Area, what.Classes);
        _smoothed = new SmoothedTile(work, plan.MaxCore);
        Areas = new long[what.Classes];
    }

    /// <summary>Counted pixels of each class before smoothing, over the tiles so far.</summary>
    public long[] Areas { get; }

    /// <summary>Bytes of a worker's buffers for mask and smoothing, given the largest core.</summary>
    public static long Bytes(Work work, Segmentation what, Region maxCore) =>
        SmoothedTile.Bytes(work, maxCore) + MaskReader.Bytes(what.Options.Mask, work.Largest(maxCore));

    /// <inheritdoc/>
    public override void Step(Backend backend, int worker, Region core)
    {
        if (!Prepare(core))
        {
            // Nothing is counted, and the second pass does not look at this tile's probabilities.
            return;
        }
        _smoothed.BeginUnsure(Stored, Mask, core, (_grid, Areas));
        backend.Predict(worker, Tile, Before(_smoothed, core), Times);
        long mark = Stopwatch.GetTimestamp();
        _smoothed.End();
        mark = Times.Add(Stage.Forest, mark);
        Region part = core.Intersect(_area);
        if (!part.IsEmpty)
        {
            _stored.Write(part, _smoothed.Cut(part));
            Times.Add(Stage.Write, mark, 0, StoredProbabilities.Bytes(part, _classes));
        }
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        _smoothed.Dispose();
        base.Dispose();
    }
}
