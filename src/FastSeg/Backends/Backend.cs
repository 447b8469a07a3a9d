using FastSeg.Common;
using FastSeg.Images;

namespace FastSeg.Backends;

/// <summary>
/// What a run asks of the processor or a device. Every worker has buffers of its own inside the backend; calls with different worker
/// numbers may run at the same time. The buffers are those of one verb, the work's: asking for another is a mistake of the caller's, and
/// is refused on every backend before anything is touched.
/// </summary>
/// <param name="work">What is computed.</param>
internal abstract class Backend(Work work) : IDisposable
{
    /// <summary>What is computed.</summary>
    protected Work Work { get; } = work;

    /// <summary>Every feature plane of the tile's core: <c>planes x height x width</c> floats.</summary>
    /// <param name="worker">Number of the calling worker.</param>
    /// <param name="tile">The tile.</param>
    /// <param name="planes">Where the planes go.</param>
    /// <param name="times">Where the time is added.</param>
    /// <exception cref="InvalidOperationException">The work is another verb's.</exception>
    public unsafe void Features(int worker, Tile tile, float* planes, StageTimes times)
    {
        Check(TileVerb.Features);
        ComputeFeatures(worker, tile, planes, times);
    }

    /// <summary>Classes and, where wanted, probabilities of the tile's core.</summary>
    /// <param name="worker">Number of the calling worker.</param>
    /// <param name="tile">The tile.</param>
    /// <param name="result">Where the result goes.</param>
    /// <param name="times">Where the time is added.</param>
    /// <exception cref="InvalidOperationException">The work is another verb's.</exception>
    public void Predict(int worker, Tile tile, TileResult result, StageTimes times)
    {
        Check(TileVerb.Predict);
        ComputePredictions(worker, tile, result, times);
    }

    /// <summary>Feature rows of the work's labelled pixels in the tile's core, each to the row of its rank.</summary>
    /// <param name="worker">Number of the calling worker.</param>
    /// <param name="tile">The tile.</param>
    /// <param name="rows">Where the rows go.</param>
    /// <param name="times">Where the time is added.</param>
    /// <exception cref="InvalidOperationException">The work is another verb's.</exception>
    public void Gather(int worker, Tile tile, TrainingRows rows, StageTimes times)
    {
        Check(TileVerb.Gather);
        ComputeRows(worker, tile, rows, times);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Does what <see cref="Features"/> says.</summary>
    protected abstract unsafe void ComputeFeatures(int worker, Tile tile, float* planes, StageTimes times);

    /// <summary>Does what <see cref="Predict"/> says.</summary>
    protected abstract void ComputePredictions(int worker, Tile tile, TileResult result, StageTimes times);

    /// <summary>Does what <see cref="Gather"/> says.</summary>
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
