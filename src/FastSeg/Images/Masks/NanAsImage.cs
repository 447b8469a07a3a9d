using System.Runtime.InteropServices;

namespace FastSeg.Images.Masks;

/// <summary>An image of floats in which a number stands for every sample that is NaN or infinite. Several threads may read.</summary>
/// <param name="image">The image; stays the caller's.</param>
/// <param name="value">The number.</param>
internal sealed class NanAsImage(ImageReader image, float value) : ImageReader
{
    /// <inheritdoc/>
    public override ImageInfo Info => image.Info;

    /// <inheritdoc/>
    public override bool PrefersWholeRows => image.PrefersWholeRows;

    /// <inheritdoc/>
    internal override bool Decodes => image.Decodes;

    /// <inheritdoc/>
    internal override (long Width, long Height)? StoredPart => image.StoredPart;

    /// <summary>The image so seen; itself where it has no floats, or nothing is to stand for them.</summary>
    public static ImageReader Of(ImageReader image, float? value) =>
        value is { } number && image.Info.Type == SampleType.Float32 ? new NanAsImage(image, number) : image;

    /// <summary>Puts the number in the place of all samples that are not finite.</summary>
    public static void Replace(Span<byte> samples, float value)
    {
        Span<float> values = MemoryMarshal.Cast<byte, float>(samples);
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = float.IsFinite(values[i]) ? values[i] : value;
        }
    }

    /// <inheritdoc/>
    public override long HeldBytes(int threads) => image.HeldBytes(threads);

    /// <inheritdoc/>
    public override void Read(Region region, Span<byte> destination)
    {
        image.Read(region, destination);
        Replace(destination[..checked((int)(region.Pixels * Info.PixelBytes))], value);
    }

    /// <summary>Does nothing: the image is the caller's.</summary>
    protected override void Dispose(bool disposing)
    {
    }
}
