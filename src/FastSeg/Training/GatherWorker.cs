using FastSeg.Backends;
using FastSeg.Images.Samples;
using FastSeg.Runs;

namespace FastSeg.Training;

/// <summary>One thread of a training run: collects the feature rows of a tile's labelled pixels.</summary>
/// <param name="plan">The plan.</param>
/// <param name="work">What is computed; it has the labelled pixels.</param>
/// <param name="rows">Receives the rows.</param>
internal sealed class GatherWorker(Plan plan, Work work, TrainingRows rows) : TileWorker(work, plan)
{
    /// <inheritdoc/>
    public override void Step(Backend backend, int worker, Region core)
    {
        Read(core);
        backend.Gather(worker, Tile, rows, Times);
    }
}
