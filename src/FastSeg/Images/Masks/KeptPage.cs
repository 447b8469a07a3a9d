using FastSeg.Common;
using FastSeg.Images.Samples;

namespace FastSeg.Images.Masks;

/// <summary>
/// A page as a run sees it: with a number for what is NaN, without its data bar, and mended where pixels are left out. It owns what that
/// takes, not the image or the mask.
/// </summary>
internal sealed class KeptPage : IDisposable
{
    private readonly ImageReader _image;
    private readonly MendedImage? _mended;

    /// <summary>Looks at a page as far as it must be known before a run is planned.</summary>
    /// <param name="image">The page.</param>
    /// <param name="mask">What is kept of it; null for all.</param>
    /// <param name="nanAs">What stands for samples that are NaN or infinite; null for nothing.</param>
    /// <param name="bar">Whether a data bar is looked for.</param>
    /// <param name="options">Threads, cancellation.</param>
    /// <exception cref="FastSegException">The mask does not fit the page, or the page is corrupt.</exception>
    public KeptPage(ImageReader image, ImageReader? mask, float? nanAs, DataBar bar, ComputeOptions options)
    {
        Check(image.Info, mask?.Info);
        _image = NanAsImage.Of(image, nanAs);
        Bar = bar == DataBar.Auto ? DataBarSearch.Find(_image, options) : null;
        Mask = Bar is { IsEmpty: false } rows ? new BarMask(image.Info, mask, rows) : mask;
        if (Mask is not null && (image.Info.Channels > 1 || _image.Info.Type == SampleType.Float32))
        {
            _mended = new MendedImage(_image, Mask, options with { Progress = null });
        }
    }

    /// <summary>0 where a pixel is left out; null where none is.</summary>
    public ImageReader? Mask { get; }

    /// <summary>The rows of the data bar, empty where there is none; null where none was looked for.</summary>
    public Region? Bar { get; }

    /// <summary>What filters see of the page.</summary>
    public ImageReader Image => _mended ?? _image;

    /// <summary>Whether all pixels that are kept are grey.</summary>
    public bool IsGrey(ComputeOptions options)
    {
        Take(1);
        return SampleSearch.IsGrey(Image, options);
    }

    /// <summary>Says how many channels the model sees. To be called before anything else reads the page.</summary>
    public void Take(int channels)
    {
        if (_mended is not null)
        {
            _mended.GreyWhereLeftOut = channels == 1 && _image.Info.IsColour;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _mended?.Dispose();

    /// <summary>Refuses a mask of another size or of another form than one channel of whole numbers.</summary>
    private static void Check(ImageInfo image, ImageInfo? mask)
    {
        if (mask is not { } info)
        {
            return;
        }
        if (info.Width != image.Width || info.Height != image.Height)
        {
            throw new FastSegException(
                $"{info.Name}: the mask is {info.Width} x {info.Height} pixels, but {image.Name} is {image.Width} x {image.Height}; " +
                "they must have the same size.");
        }
        if (info.Channels != 1 || !info.Type.HoldsLabels())
        {
            throw new FastSegException(
                $"{info.Name}: a mask must be one channel of uint8 or uint16; this has {info.Channels} of {info.Type.Name()}.");
        }
    }
}
