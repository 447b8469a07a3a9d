using FastSeg.Common;
using FastSeg.Images;
using FastSeg.Images.Samples;

namespace FastSeg.Backends;

/// <summary>
/// What a run asks of the processor or of a device. A backend has buffers for each worker, so calls with different worker numbers may run
/// at the same time. The buffers are those of the work's verb: calling another verb is the caller's mistake, which every backend refuses
/// before it touches anything.
/// </summary>
/// <param name="work">What is computed.</param>
internal abstract class Backend(Work work) : IDisposable
{
    /// <summary>What is computed.</summary>
    protected Work Work { get; } = work;

    /// <summary>Computes every feature plane of the tile's core.</summary>
    /// <param name="worker">Number of the calling worker.</param>
    /// <param name="tile">The tile, filled.</param>
    /// <param name="target">Where the planes go; the caller's memory, which is written during the call only.</param>
    /// <param name="times">Where the time is added.</param>
    /// <exception cref="InvalidOperationException">The work's verb is another one.</exception>
    public void Features(int worker, Tile tile, in PlaneTarget target, StageTimes times)
    {
        Check(TileVerb.Features);
        ComputeFeatures(worker, tile, target, times);
    }

    /// <summary>Applies the trees to every pixel of the tile's core.</summary>
    /// <param name="worker">Number of the calling worker.</param>
    /// <param name="tile">The tile, filled.</param>
    /// <param name="predictions">
    /// Receives margins where the work wants them, otherwise margins or classes; its core must be the tile's.
    /// </param>
    /// <param name="times">Where the time is added.</param>
    /// <exception cref="InvalidOperationException">The work's verb is another one.</exception>
    /// <exception cref="FastSegException">A device met a feature that is not a number.</exception>
    public void Predict(int worker, Tile tile, TilePredictions predictions, StageTimes times)
    {
        Check(TileVerb.Predict);
        ComputePredictions(worker, tile, predictions, times);
    }

    /// <summary>
    /// Computes the feature rows of the work's labelled pixels in the tile's core, and puts each into the row of its rank.
    /// </summary>
    /// <param name="worker">Number of the calling worker.</param>
    /// <param name="tile">The tile, filled.</param>
    /// <param name="rows">Receives the rows.</param>
    /// <param name="times">Where the time is added.</param>
    /// <exception cref="InvalidOperationException">The work's verb is another one.</exception>
    public void Gather(int worker, Tile tile, TrainingRows rows, StageTimes times)
    {
        Check(TileVerb.Gather);
        if ((rows.OnDevice is not null) != (Work.ResidentRows > 0))
        {
            throw new InvalidOperationException(
                "Rows stay on the device exactly where the work was planned so; these do not fit the work.");
        }
        ComputeRows(worker, tile, rows, times);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Does what <see cref="Features"/> says; the verb is checked already.</summary>
    protected abstract void ComputeFeatures(int worker, Tile tile, in PlaneTarget target, StageTimes times);

    /// <summary>Does what <see cref="Predict"/> says; the verb is checked already.</summary>
    protected abstract void ComputePredictions(int worker, Tile tile, TilePredictions predictions, StageTimes times);

    /// <summary>Does what <see cref="Gather"/> says; the verb is checked already.</summary>
    protected abstract void ComputeRows(int worker, Tile tile, TrainingRows rows, StageTimes times);

    /// <summary>Releases every buffer.</summary>
    protected abstract void Dispose(bool disposing);

    private void Check(TileVerb verb)
    {
        if (Work.Verb != verb)
        {
            throw new InvalidOperationException(
                $"{verb} was called on a backend whose buffers were planned for {Work.Verb}; make one for this verb's work.");
        }
    }
}
