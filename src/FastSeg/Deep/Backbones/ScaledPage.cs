using FastSeg.Images;
using FastSeg.Images.Samples;
using FastSeg.Native;

namespace FastSeg.Deep.Backbones;

/// <summary>
/// An image's page at one scale, from which a transformer's windows are cut: scale 1 is the page itself, scale 2 the page enlarged by
/// <see cref="Enlargement"/>, of which no more than a window ever exists. Not thread-safe.
/// </summary>
internal sealed unsafe class ScaledPage : IDisposable
{
    private readonly ImageReader _image;
    private readonly BackboneInput _input;
    private readonly int _scale;
    private readonly bool _wholeRows;
    private readonly HostBuffer _samples;
    private readonly HostBuffer? _page;
    private readonly HostBuffer? _line;

    /// <summary>Allocates what windows of one size need.</summary>
    /// <param name="backbone">The network that will see the windows.</param>
    /// <param name="image">The image.</param>
    /// <param name="map">Input range.</param>
    /// <param name="scale">1 or 2.</param>
    /// <param name="width">Columns of a window.</param>
    /// <param name="height">Rows of a window.</param>
    /// <param name="wholeRows">Whether a row of windows may be read at once, because windows come in order.</param>
    public ScaledPage(Backbone backbone, ImageReader image, InputMap map, int scale, int width, int height, bool wholeRows)
    {
        (_image, _scale) = (image, scale);
        _wholeRows = wholeRows && ReadsWholeRows(image, scale, height);
        _input = new BackboneInput(backbone.Description, map, image.Info.Type);
        _samples = new HostBuffer(SampleBytes(image, scale, width, height, wholeRows));
        if (scale != 1)
        {
            _page = new HostBuffer(PageBytes(image.Info, width, height));
            _line = new HostBuffer(Enlargement.LineFloats(width) * sizeof(float));
        }
    }

    /// <summary>Bytes the constructor allocates.</summary>
    public static long Bytes(ImageReader image, int scale, int width, int height, bool wholeRows) =>
        SampleBytes(image, scale, width, height, wholeRows)
        + (scale == 1 ? 0 : PageBytes(image.Info, width, height) + (Enlargement.LineFloats(width) * sizeof(float)));

    /// <summary>Makes the network's input of a window. Allocates nothing.</summary>
    /// <param name="window">The window, in pixels of the scaled page; its right and lower part may lie outside.</param>
    /// <param name="first">Whether it is the first window of its row. Where whole rows are read, only that one reads.</param>
    /// <param name="planes">Three planes of the window's height x width floats.</param>
    /// <exception cref="FastSegException">The file is corrupt there, or a sample is not finite.</exception>
    public void Load(Region window, bool first, float* planes)
    {
        ImageInfo info = _image.Info;
        Region part = (_scale == 1 ? window : Enlargement.Source(window)).Intersect(info.Bounds);
        Region area = _wholeRows ? part with { X = 0, Width = info.Width } : part;
        if (first || !_wholeRows)
        {
            _image.Read(area, _samples.Span<byte>(0, checked((int)(area.Pixels * info.PixelBytes))));
            if (!SampleChecks.AllFinite(_samples.Pointer, area.Pixels * info.Channels, info.Type))
            {
                throw SampleSearch.FirstNotFinite(_image);
            }
        }
        if (_scale == 1)
        {
            _input.Fill(_samples.Pointer, area, info, window, planes);
            return;
        }
        float* page = (float*)_page!.Pointer;
        _input.Unit(_samples.Pointer, area, info, part, page);
        for (int channel = 0; channel < info.Channels; channel++)
        {
            Enlargement.Fill(
                page + (channel * (nint)part.Pixels), part, info.Width, info.Height, window, (float*)_line!.Pointer,
                planes + (channel * (nint)window.Pixels));
        }
        _input.Normalise(planes, (nint)window.Pixels, info.Channels);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _samples.Dispose();
        _page?.Dispose();
        _line?.Dispose();
    }

    /// <summary>Pixels along one side of the page that a window looks at.</summary>
    private static long Source(int scale, long side) => scale == 1 ? side : Enlargement.SourceSide(side);

    /// <summary>Whether a whole row of windows is read at once, because the file gives whole rows anyway.</summary>
    private static bool ReadsWholeRows(ImageReader image, int scale, int height) =>
        image.PrefersWholeRows && image.Info.Width * Source(scale, height) * image.Info.PixelBytes <= int.MaxValue;

    private static long SampleBytes(ImageReader image, int scale, int width, int height, bool wholeRows)
    {
        ImageInfo info = image.Info;
        long columns = wholeRows && ReadsWholeRows(image, scale, height) ? info.Width : Math.Min(info.Width, Source(scale, width));
        return columns * Math.Min(info.Height, Source(scale, height)) * info.PixelBytes;
    }

    private static long PageBytes(ImageInfo info, int width, int height) =>
        Math.Min(info.Width, Enlargement.SourceSide(width)) * Math.Min(info.Height, Enlargement.SourceSide(height))
            * info.Channels * sizeof(float);
}
