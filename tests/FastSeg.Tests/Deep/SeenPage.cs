using FastSeg.Deep.Backbones;
using FastSeg.Images;
using FastSeg.Images.Samples;

namespace FastSeg.Tests.Deep;

/// <summary>What the transformer sees of an image that is standardised as a whole.</summary>
internal static class SeenPage
{
    /// <summary>How its samples are mapped.</summary>
    public static InputMap Of(ImageReader image) =>
        new(InputRange.Bytes, SampleMap.Of(SampleStatisticsPass.Run(image, null, 1, new ComputeOptions()).Statistics));
}
