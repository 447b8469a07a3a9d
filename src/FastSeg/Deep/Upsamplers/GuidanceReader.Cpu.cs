using FastSeg.Common;
using FastSeg.Deep.Backbones;
using FastSeg.Images;
using FastSeg.Images.Samples;
using FastSeg.Native;

namespace FastSeg.Deep.Upsamplers;

/// <summary>
/// Reads the parts of an image that guide an upsampler, for one worker. The samples of a part are held as they are stored, and mapped to
/// what the network sees a row at a time: floats of the whole part would be four times as much of an 8-bit image. Not thread-safe.
/// </summary>
internal sealed unsafe class GuidanceReaderCpu : IDisposable
{
    /// <summary>
    /// Mapped rows that are held for a network: it asks for them from top to bottom at each level, the levels some rows apart, and a row
    /// that is no longer held is mapped again.
    /// </summary>
    public const int UsualRows = 32;

    private readonly Func<Region, Region> _part;
    private readonly ImageReader _image;
    private readonly InputMap _map;
    private readonly HostBuffer _samples;

    /// <summary>The mapped rows: row, channel, column. Row r of the part is at r modulo their number.</summary>
    private readonly HostBuffer _unit;

    /// <summary>Which row of the part each of them is, or -1.</summary>
    private readonly int[] _mapped;
    private Region _area;

    /// <summary>Allocates buffers for the largest part that a tile of a grid depends on.</summary>
    /// <param name="part">The part of the image that a region of the result depends on; it may reach beyond the image.</param>
    /// <param name="image">The image.</param>
    /// <param name="map">What the transformer sees of a sample.</param>
    /// <param name="grid">The tiles.</param>
    /// <param name="rows">How many mapped rows are held at most; no more than a part has.</param>
    public GuidanceReaderCpu(Func<Region, Region> part, ImageReader image, InputMap map, TileGrid grid, int rows = UsualRows)
    {
        (_part, _image, _map) = (part, image, map);
        Region largest = Largest(part, image.Info, grid, out long pixels);
        rows = (int)Math.Min(rows, largest.Height);
        _samples = new HostBuffer(pixels * image.Info.PixelBytes);
        _unit = new HostBuffer(RowBytes(image.Info, largest.Width, rows));
        _mapped = new int[rows];
    }

    /// <summary>Bytes the constructor allocates.</summary>
    public static long Bytes(Func<Region, Region> part, ImageInfo image, TileGrid grid, int rows = UsualRows)
    {
        Region largest = Largest(part, image, grid, out long pixels);
        return (pixels * image.PixelBytes) + RowBytes(image, largest.Width, Math.Min(rows, largest.Height));
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
        _area = area;
        Array.Fill(_mapped, -1);
        return new GuidanceImage(this, area);
    }

    /// <summary>
    /// A plane of a row of the part last read; the first pixel of the part. Valid until a row is asked for that lies as many rows away as
    /// are held, or a multiple of them.
    /// </summary>
    /// <param name="plane">0 to 2; grey guidance is shown to the network in all three colours.</param>
    /// <param name="row">The row, 0 for the part's first.</param>
    public float* Row(int plane, int row)
    {
        int channels = _image.Info.Channels, slot = row % _mapped.Length;
        float* mapped = (float*)_unit.Pointer + (slot * channels * (nint)_area.Width);
        if (_mapped[slot] != row)
        {
            ToUnit(row, mapped);
            _mapped[slot] = row;
        }
        return mapped + (channels == 1 ? 0 : plane * (nint)_area.Width);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _samples.Dispose();
        _unit.Dispose();
    }

    /// <summary>As many columns, rows and pixels as any part of an image has that a tile depends on.</summary>
    private static Region Largest(Func<Region, Region> part, ImageInfo image, TileGrid grid, out long pixels)
    {
        (long width, long height) = (0, 0);
        pixels = 0;
        for (long i = 0; i < grid.Count; i++)
        {
            Region area = part(grid[i]).Intersect(image.Bounds);
            (width, height, pixels) = (Math.Max(width, area.Width), Math.Max(height, area.Height), Math.Max(pixels, area.Pixels));
        }
        return new Region(0, 0, width, height);
    }

    private static long RowBytes(ImageInfo image, long width, long rows) => rows * image.Channels * width * sizeof(float);

    /// <summary>A row's samples to planes of 0..1, as the transformer saw them.</summary>
    private void ToUnit(int row, float* to)
    {
        int channels = _image.Info.Channels;
        long pixels = _area.Width;
        byte* bytes = _samples.Pointer + (row * (nint)pixels * _image.Info.PixelBytes);
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

/// <summary>
/// Part of a guidance image: samples mapped to 0..1, three planes. Pixels outside of the part repeat its edge. So a part that ends at the
/// image's border also serves the image filled up to whole patches, whose further rows and columns repeat the border.
/// </summary>
internal readonly unsafe struct GuidanceImage
{
    private readonly float* _first;
    private readonly nint _planeStride;
    private readonly nint _rowStride;
    private readonly GuidanceReaderCpu? _rows;

    /// <summary>A part that lies in memory.</summary>
    /// <param name="first">Plane 0, the region's first pixel.</param>
    /// <param name="planeStride">Floats from a plane to the next; 0 shows a grey image in all three.</param>
    /// <param name="rowStride">Floats from a row to the next.</param>
    /// <param name="region">The pixels that are there.</param>
    public GuidanceImage(float* first, nint planeStride, nint rowStride, Region region)
    {
        _first = first;
        (_planeStride, _rowStride, Region) = (planeStride, rowStride, region);
    }

    /// <summary>A part whose rows are mapped when they are asked for.</summary>
    /// <param name="rows">What maps them.</param>
    /// <param name="region">The pixels that are there.</param>
    public GuidanceImage(GuidanceReaderCpu rows, Region region) => (_rows, Region) = (rows, region);

    /// <summary>The pixels that are there.</summary>
    public Region Region { get; }

    /// <summary>
    /// A row of a plane, so that the image's column x is at the pointer plus x. Where rows are mapped when they are asked for, it is valid
    /// until a row is asked for that lies as many rows away as the reader holds, or a multiple of them.
    /// </summary>
    public float* Row(int plane, int row)
    {
        int inside = (int)(Math.Clamp(row, Region.Y, Region.Bottom - 1) - Region.Y);
        float* start = _rows is null ? _first + (plane * _planeStride) + (inside * _rowStride) : _rows.Row(plane, inside);
        return start - (nint)Region.X;
    }
}
