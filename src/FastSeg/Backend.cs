using FastSeg.Images;

namespace FastSeg;

/// <summary>
/// What the engine asks of a processor. Every worker has buffers of its own inside the backend; calls with different worker numbers may
/// run at the same time.
/// </summary>
internal abstract class Backend : IDisposable
{
    /// <summary>"cpu" and the like, as reports and --backend write it.</summary>
    public abstract string Name { get; }

    /// <summary>Every feature plane of the tile's core: <c>planes x height x width</c> floats.</summary>
    public abstract unsafe void Features(int worker, Tile tile, float* planes, StageTimes times);

    /// <summary>Classes and, where wanted, probabilities of the tile's core.</summary>
    public abstract void Predict(int worker, Tile tile, TileResult result, StageTimes times);

    /// <summary>Feature rows of the labelled pixels in the tile's core, each to the row of its rank.</summary>
    public abstract void Gather(int worker, Tile tile, LabelledPixels pixels, TrainingRows rows, StageTimes times);

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Releases every buffer.</summary>
    protected abstract void Dispose(bool disposing);
}
