namespace FastSeg.Backends;

/// <summary>Takes what the trees say about the pixels of a tile, from whichever backend computes it.</summary>
internal abstract unsafe class TilePredictions
{
    /// <summary>Takes the margins of one row, or of a part of it.</summary>
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

    /// <summary>Takes the class of every pixel of the core, where the work wants no margins.</summary>
    /// <param name="classes">One byte a pixel, from 0; the caller's memory, read during the call only.</param>
    /// <param name="pixels">Pixels of the core.</param>
    /// <exception cref="InvalidOperationException">Margins are needed, and the work was planned without.</exception>
    public virtual void TakeClasses(byte* classes, long pixels) =>
        throw new InvalidOperationException("Margins are needed here; the work must ask for them.");
}
