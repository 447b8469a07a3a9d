namespace FastSeg.Backends;

/// <summary>Takes what the trees say about the pixels of a tile, from whichever backend computes it.</summary>
internal abstract unsafe class TilePredictions
{
    /// <summary>
    /// Takes the margins of a part of a row. Parts come in panels of at most <see cref="Simd.Band.MaxWidth"/> columns, from the left to the
    /// right, each panel from the top to the bottom; or, where <see cref="Deep.DeepImage.ComesInRows"/>, some rows of each panel in turn.
    /// </summary>
    /// <param name="x">Column of the first pixel, in the image.</param>
    /// <param name="y">Row, in the image.</param>
    /// <param name="width">Pixels.</param>
    /// <param name="margins">
    /// Margin of the first pixel in group 0; the caller's memory, read during the call only. The margin of pixel i in group g is g *
    /// groupStride + i floats further on.
    /// </param>
    /// <param name="groupStride">Floats from a group to the next.</param>
    /// <param name="groups">Margins of a pixel: 1 for two classes, otherwise one for each class.</param>
    public abstract void TakeRow(long x, long y, int width, float* margins, nint groupStride, int groups);

    /// <summary>What is smoothed, where the backend smooths.</summary>
    /// <exception cref="InvalidOperationException">Nothing is smoothed here.</exception>
    public virtual SmoothingRequest Smoothing => throw new InvalidOperationException("Nothing is smoothed here.");

    /// <summary>Takes what a backend that smooths made of the wanted core.</summary>
    /// <param name="result">
    /// Of safe smoothing 16 bits a class and pixel and, behind them, the class of each pixel before smoothing; of the guided filter alone
    /// its values, classes x pixels, where probabilities are wanted, and otherwise classes. Valid until the worker's next tile.
    /// </param>
    /// <exception cref="InvalidOperationException">Nothing is smoothed here.</exception>
    public virtual void TakeSmoothed(byte* result) => throw new InvalidOperationException("Nothing is smoothed here.");

    /// <summary>Takes the class of every pixel of the core, where the work wants no margins.</summary>
    /// <param name="classes">One byte a pixel, from 0; the caller's memory, read during the call only.</param>
    /// <param name="pixels">Pixels of the core.</param>
    /// <exception cref="InvalidOperationException">Margins are needed, and the work was planned without.</exception>
    public virtual void TakeClasses(byte* classes, long pixels) =>
        throw new InvalidOperationException("Margins are needed here; the work must ask for them.");
}
