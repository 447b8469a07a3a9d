namespace FastSeg.Deep.Tokens;

/// <summary>How windows are laid over an image. It is kept in the model, because features depend on it.</summary>
/// <param name="Tokens">Cells of a window's side.</param>
/// <param name="Overlap">Cells that neighbouring windows share.</param>
/// <param name="FlipAverage">Whether tokens are averaged over the four flips of a window.</param>
internal sealed record WindowPolicy(int Tokens, int Overlap, bool FlipAverage)
{
    /// <summary>Cells from one window to the next.</summary>
    public int Stride => Tokens - Overlap;

    /// <summary>What a backbone's graph and description ask for.</summary>
    /// <param name="backbone">The backbone.</param>
    /// <param name="flipAverage">Whether tokens are averaged over flips; null for what the description says.</param>
    public static WindowPolicy Of(Backbone backbone, bool? flipAverage = null) =>
        new(backbone.WindowTokens, backbone.OverlapTokens, flipAverage ?? backbone.Description.FlipAverage);

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
