using FastSeg.Backends;

namespace FastSeg.Runs;

/// <summary>One thread of a training run: collects the rows of the labelled pixels of a tile.</summary>
internal sealed class GatherWorker(Plan plan, Work work, TrainingRows rows) : TileWorker(work, plan)
{
    /// <inheritdoc/>
    public override void Step(Backend backend, int worker, Region core)
    {
        Read(core);
        backend.Gather(worker, Tile, rows, Times);
    }
}
