using System.Diagnostics;
using FastSeg.Backends;
using FastSeg.Common;
using FastSeg.Images.Samples;
using FastSeg.Probabilities;
using FastSeg.Resuming;

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
    private readonly CountedRows? _rows;
    private readonly long[] _before;

    /// <summary>Allocates the tile, its mask and its probabilities; they are freed with this worker.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="work">What is computed.</param>
    /// <param name="what">What is segmented.</param>
    /// <param name="grid">Receives the counted pixels; the caller's.</param>
    /// <param name="stored">Receives the probabilities; the caller's.</param>
    /// <param name="rows">Told each tile that is counted; null where nobody goes on with what is counted.</param>
    public AreaWorker(
        Plan plan, Work work, Segmentation what, CountingGrid grid, StoredProbabilities stored, CountedRows? rows)
        : base(work, plan, what)
    {
        (_grid, _stored, _area, _classes, _rows) = (grid, stored, what.Area, what.Classes, rows);
        _smoothed = new SmoothedTile(work, plan.MaxCore);
        (Areas, _before) = (new long[what.Classes], new long[what.Classes]);
    }

    /// <summary>Counted pixels of each class before smoothing, over the tiles so far.</summary>
    public long[] Areas { get; }

    /// <summary>Bytes of a worker's buffers for mask and smoothing, given the largest core.</summary>
    public static long Bytes(Work work, Segmentation what, Region maxCore) =>
        SmoothedTile.Bytes(work, maxCore) + MaskReader.Bytes(what.Options.Mask, work.Largest(maxCore));

    /// <inheritdoc/>
    public override void Step(Backend backend, int worker, Region core)
    {
        Areas.CopyTo(_before, 0);
        // Of a tile that the mask leaves out nothing is counted, and the second pass does not look at its probabilities.
        if (Prepare(core))
        {
            Count(backend, worker, core);
        }
        if (_rows is not null)
        {
            for (int c = 0; c < _classes; c++)
            {
                _before[c] = Areas[c] - _before[c];
            }
            _rows.Add(core, _before);
        }
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        _smoothed.Dispose();
        base.Dispose();
    }

    /// <summary>Smooths a tile, puts it into the grid and stores its probabilities.</summary>
    private void Count(Backend backend, int worker, Region core)
    {
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
}
