namespace FastSeg;

/// <summary>What <see cref="BackboneOptimiser"/> made of a network.</summary>
/// <param name="Folder">The new folder.</param>
/// <param name="Gelus">GELUs that were written out and are one operator now.</param>
/// <param name="Attentions">Attentions that were written out and are one operator now.</param>
/// <param name="RotaryAttentions">Those of them with rotary positions.</param>
/// <param name="Layers">Linear layers, in the order of the graph.</param>
/// <param name="Tokens">How far the tokens are from the old network's.</param>
public sealed record OptimisedBackbone(
    string Folder, int Gelus, int Attentions, int RotaryAttentions, IReadOnlyList<BackboneLayer> Layers, TokenError Tokens)
{
    /// <summary>Sample windows that ranges and errors were measured on.</summary>
    public int Windows { get; init; }

    /// <summary>Cells of a window's side.</summary>
    public int WindowTokens { get; init; }

    /// <summary>Cells that neighbouring windows share.</summary>
    public int OverlapTokens { get; init; }

    /// <summary>Threads that the two times are of.</summary>
    public int Threads { get; init; }

    /// <summary>Milliseconds that the old network took for a window: the fastest of several, in turns with the new one.</summary>
    public double MillisecondsBefore { get; init; }

    /// <summary>Milliseconds that the new network takes for it.</summary>
    public double MillisecondsAfter { get; init; }

    /// <summary>What became of the old folder's projection and upsampler; empty where it has none.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];
}
