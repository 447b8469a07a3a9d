namespace FastSeg.Deep.Upsamplers;

/// <summary>Sizes of joint bilateral upsampling on a device, for tiles of at most a size.</summary>
/// <param name="Patch">Side of the largest map's cells.</param>
/// <param name="Smallest">Side of the smallest map's cells.</param>
/// <param name="Image">The image.</param>
/// <param name="MaxWidth">Columns of the widest tile.</param>
/// <param name="MaxHeight">Rows of the tallest tile.</param>
internal sealed record JointBilateralPlan(int Patch, int Smallest, ImageInfo Image, int MaxWidth, int MaxHeight) : IGuidedPlan
{
    /// <summary>The mean colours of one map's cells at a time.</summary>
    public long ScratchBytes =>
        JointBilateral.MostCells(MaxWidth, Smallest) * JointBilateral.MostCells(MaxHeight, Smallest) * Image.Channels * sizeof(float);

    /// <inheritdoc/>
    public long MaxGuidancePixels =>
        Math.Min(Image.Width, JointBilateral.MostCells(MaxWidth, Patch) * Patch)
        * Math.Min(Image.Height, JointBilateral.MostCells(MaxHeight, Patch) * Patch);

    /// <inheritdoc/>
    public Region Guidance(Region region) => JointBilateral.Guidance(region, Patch);
}
