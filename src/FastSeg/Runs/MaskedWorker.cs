using System.Diagnostics;
using FastSeg.Backends;
using FastSeg.Common;
using FastSeg.Images.Samples;

namespace FastSeg.Runs;

/// <summary>One thread of a run that applies trees to the pixels that a mask keeps.</summary>
internal abstract class MaskedWorker : TileWorker
{
    private readonly Work _work;
    private readonly MaskReader _mask;
    private readonly MarginRows? _margins;

    /// <summary>Allocates the tile and its mask.</summary>
    protected MaskedWorker(Work work, Plan plan, Segmentation what) : base(work, plan)
    {
        _work = work;
        _mask = new MaskReader(what.Options.Mask, plan.Computed.MaxCore);
        _margins = what.Margins is null ? null : new MarginRows(what.Margins);
    }

    /// <summary>Which pixels are segmented, around the core that was last prepared.</summary>
    protected TileMask Mask => _mask.Mask;

    /// <inheritdoc/>
    public override void Dispose()
    {
        _mask.Dispose();
        base.Dispose();
    }

    /// <summary>
    /// What takes the trees' results: <paramref name="predictions"/>, behind a copy of the margins where they are wanted.
    /// </summary>
    protected TilePredictions Before(TilePredictions predictions, Region core) => _margins?.Before(predictions, core) ?? predictions;

    /// <summary>Reads the mask and the samples of a core. Returns whether the mask keeps any pixel of it.</summary>
    protected bool Prepare(Region core)
    {
        long mark = Stopwatch.GetTimestamp();
        bool anything = _mask.Read(_work.Computed(core), core);
        Times.Add(Stage.Read, mark);
        // A tile that the mask leaves out is read all the same where samples can be refused: what is refused must not depend on the tiles.
        if (anything || Tile.CanBeRefused)
        {
            Read(core);
        }
        else
        {
            Times.Add(Stage.Read, Stopwatch.GetTimestamp(), core.Pixels);
        }
        return anything;
    }
}
