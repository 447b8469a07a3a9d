using FastSeg.Cli.Sessions;

namespace FastSeg.Cli.Scaling;

/// <summary>What `scaling` measures.</summary>
/// <param name="Sizes">Columns and rows of the images, ascending.</param>
/// <param name="Memory">Most bytes that a run may use.</param>
/// <param name="Mosaic">Makes the images.</param>
/// <param name="Description">What is applied to what, in words.</param>
/// <param name="Jobs">
/// The jobs of each size under their names; image and side come later. It is given the session and a folder for what it has to make.
/// </param>
internal sealed record ScalingSettings(
    IReadOnlyList<int> Sizes, long Memory, Mosaic Mosaic, string Description,
    Func<Session, string, IReadOnlyList<(string Name, PointJob Job)>> Jobs);
