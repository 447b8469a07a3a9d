namespace FastSeg;

/// <summary>
/// What somebody who imports an upsampler's checkpoint knows of the network and the checkpoint may not say. Where the checkpoint says
/// otherwise, the import is refused.
/// </summary>
public sealed record UpsamplerImport
{
    /// <summary>
    /// Whether features are divided by their L1 norm over the channels; null leaves it to the checkpoint, and where that says nothing they
    /// are, as for the published weights.
    /// </summary>
    public bool? NormaliseL1 { get; init; }

    /// <summary>
    /// Where the bilinear doublings take their values; null leaves it to the checkpoint, and where that says nothing corners lie on
    /// corners, as in the paper.
    /// </summary>
    public Align? Align { get; init; }
}
