namespace FastSeg.Deep.Upsamplers;

/// <summary>What a device needs to know beforehand of an upsampling that looks at the image.</summary>
internal interface IGuidedPlan
{
    /// <summary>Bytes of scratch that a tile of at most the largest size needs.</summary>
    long ScratchBytes { get; }

    /// <summary>Most pixels of the image that a tile depends on.</summary>
    long MaxGuidancePixels { get; }

    /// <summary>The part of the image that a region of the result depends on; it may reach beyond the image.</summary>
    Region Guidance(Region region);
}
