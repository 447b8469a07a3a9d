using FastSeg.Common;
using FastSeg.Deep.Backbones;
using FastSeg.Images;
using FastSeg.Images.Samples;
using FastSeg.Native;

namespace FastSeg.Deep.Upsamplers;

/// <summary>Reads the parts of an image that guide an upsampler, for one worker. Not thread-safe.</summary>
internal sealed unsafe class GuidanceReaderCpu : IDisposable
{
    private readonly Func<Region, Region> _part;
    private readonly ImageReader _image;
    private readonly InputMap _map;
    private readonly HostBuffer _samples;
    private readonly HostBuffer _unit;

    /// <summary>Allocates buffers for at most <paramref name="pixels"/> pixels of guidance.</summary>
    /// <param name="part">The part of the image that a region of the result depends on; it may reach beyond the image.</param>
    /// <param name="image">The image.</param>
    /// <param name="map">What the transformer sees of a sample.</param>
    /// <param name="pixels">Most pixels.</param>
    public GuidanceReaderCpu(Func<Region, Region> part, ImageReader image, InputMap map, long pixels)
    {
        (_part, _image, _map) = (part, image, map);
        _samples = new HostBuffer(pixels * image.Info.PixelBytes);
        _unit = new HostBuffer(pixels * image.Info.Channels * sizeof(float));
    }

    /// <summary>Bytes the constructor allocates.</summary>
    public static long Bytes(ImageInfo image, long pixels) => pixels * (image.PixelBytes + ((long)image.Channels * sizeof(float)));

    /// <summary>Pixels of the largest part that a tile of a grid depends on.</summary>
    public static long Largest(Func<Region, Region> part, ImageInfo image, TileGrid grid)
    {
        long largest = 0;
        for (long i = 0; i < grid.Count; i++)
        {
            largest = Math.Max(largest, part(grid[i]).Intersect(image.Bounds).Pixels);
        }
        return largest;
    }

    /// <summary>Reads the part of the image that a region of the result depends on; valid until the next call.</summary>
    /// <exception cref="FastSegException">The file is corrupt, or a sample is not finite.</exception>
    public GuidanceImage Read(Region region)
    {
        ImageInfo info = _image.Info;
        Region area = _part(region).Intersect(info.Bounds);
        _image.Read(area, _samples.Span<byte>(0, checked((int)(area.Pixels * info.PixelBytes))));
        if (!SampleChecks.AllFinite(_samples.Pointer, area.Pixels * info.Channels, info.Type))
        {
            throw SampleSearch.FirstNotFinite(_image);
        }
        ToUnit(area.Pixels);
        // Grey guidance is shown to the network in all three colours.
        nint planeStride = info.Channels == 1 ? 0 : (nint)area.Pixels;
        return new GuidanceImage((float*)_unit.Pointer, planeStride, (nint)area.Width, area);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _samples.Dispose();
        _unit.Dispose();
    }

    /// <summary>Samples to planes of 0..1, as the transformer saw them.</summary>
    private void ToUnit(long pixels)
    {
        int channels = _image.Info.Channels;
        float* to = (float*)_unit.Pointer;
        byte* bytes = _samples.Pointer;
        float divisor = _image.Info.Type.Divisor();
        for (int channel = 0; channel < channels; channel++, to += pixels)
        {
            switch (_image.Info.Type)
            {
                case SampleType.UInt8:
                    for (long i = 0; i < pixels; i++)
                    {
                        to[i] = _map.Unit(bytes[(i * channels) + channel], divisor);
                    }
                    break;
                case SampleType.UInt16:
                    for (long i = 0; i < pixels; i++)
                    {
                        to[i] = _map.Unit(((ushort*)bytes)[(i * channels) + channel], divisor);
                    }
                    break;
                case SampleType.Int16:
                    for (long i = 0; i < pixels; i++)
                    {
                        to[i] = _map.Unit(((short*)bytes)[(i * channels) + channel], divisor);
                    }
                    break;
                case SampleType.Int8:
                    for (long i = 0; i < pixels; i++)
                    {
                        to[i] = _map.Unit(((sbyte*)bytes)[(i * channels) + channel], divisor);
                    }
                    break;
                case SampleType.Float32:
                    for (long i = 0; i < pixels; i++)
                    {
                        to[i] = _map.Unit(((float*)bytes)[(i * channels) + channel], divisor);
                    }
                    break;
                default:
                    throw _image.Info.Type.NotNarrow();
            }
        }
    }
}
