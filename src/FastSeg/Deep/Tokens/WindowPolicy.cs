namespace FastSeg.Deep.Tokens;

/// <summary>How windows are laid over an image. It is kept in the model, because features depend on it.</summary>
/// <param name="Tokens">Cells of a window's side.</param>
/// <param name="Overlap">Cells that neighbouring windows share.</param>
/// <param name="FlipAverage">Whether tokens are averaged over the four flips of a window.</param>
internal sealed record WindowPolicy(int Tokens, int Overlap, bool FlipAverage)
{
    private const int DefaultOverlap = 12, SmallShare = 3;

    /// <summary>Cells from one window to the next.</summary>
    public int Stride => Tokens - Overlap;

    /// <summary>What a backbone's graph and description ask for.</summary>
    public static WindowPolicy Of(Backbone backbone) => Usual(
        backbone.FixedTokens ?? backbone.Description.WindowTokens ?? BackboneDescription.DefaultWindowTokens,
        backbone.Description.FlipAverage);

    /// <summary>
    /// The usual overlap: 12 cells, or a third of a window where that is less. With 12 of 13 cells, every cell would be in 169 windows.
    /// </summary>
    public static WindowPolicy Usual(int tokens, bool flipAverage) =>
        new(tokens, Math.Min(DefaultOverlap, tokens / SmallShare), flipAverage);

    /// <summary>Refuses sizes that give no grid.</summary>
    /// <exception cref="FastSegException">The window is empty, or windows overlap by their whole size.</exception>
    public void Check()
    {
        if (Tokens < 1 || Overlap < 0 || Overlap >= Tokens)
        {
            throw new FastSegException(
                $"Windows of {Tokens} cells that overlap by {Overlap} cover nothing; "
                + "a window needs at least one cell, and an overlap smaller than it.");
        }
    }
}
