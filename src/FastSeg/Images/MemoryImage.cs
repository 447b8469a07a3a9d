using System.Buffers;
using FastSeg.Images;

namespace FastSeg;

/// <summary>
/// An image in the caller's memory, read where it lies: nothing is copied until a tile is. The memory must stay valid and unchanged
/// until the image is disposed. Several threads may read.
/// </summary>
public sealed unsafe class MemoryImage : ImageReader
{
    private readonly byte* _pixels;
    private readonly long _rowStride;
    private readonly int _storedChannels;
    private MemoryHandle _pin;
    private volatile bool _disposed;

    /// <summary>Describes pixels behind a pointer.</summary>
    /// <param name="pixels">First sample of the first row; little-endian, channels interleaved.</param>
    /// <param name="width">Columns.</param>
    /// <param name="height">Rows.</param>
    /// <param name="channels">Samples of a pixel, 1 to 16: 1 is grey, 3 are RGB, other numbers are channels of any meaning.</param>
    /// <param name="rowStride">
    /// Bytes from one row to the next; negative where the last row comes first in memory. 0 stands for rows without padding.
    /// </param>
    /// <param name="type">Type of one sample.</param>
    /// <param name="name">What error sentences call the image.</param>
    /// <param name="pixelSize">Physical pixel size, if known.</param>
    /// <param name="alpha">Whether the last of two channels or more is alpha, which is not delivered.</param>
    /// <exception cref="FastSegException">Sizes or channels are out of range, or rows overlap.</exception>
    public MemoryImage(
        nint pixels, long width, long height, int channels, long rowStride, SampleType type,
        string name = "image in memory", PixelSize? pixelSize = null, bool alpha = false)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (pixels == 0)
        {
            throw new FastSegException($"{name}: the pointer to its pixels is null; give the address of the first sample.");
        }
        if (width < 1 || height < 1 || channels is < 1 or > ImageInfo.MostChannels)
        {
            throw new FastSegException(
                $"{name} is {width} x {height} with {channels} channels; " +
                $"an image has at least one pixel and 1 to {ImageInfo.MostChannels} channels.");
        }
        long rowBytes = checked(width * channels * type.Bytes());
        _rowStride = rowStride == 0 ? rowBytes : rowStride;
        if (Math.Abs(_rowStride) < rowBytes)
        {
            throw new FastSegException(
                $"{name} has a row stride of {rowStride} bytes, but a row has {rowBytes}; the stride counts bytes, not samples.");
        }
        _pixels = (byte*)pixels;
        _storedChannels = channels;
        Info = new ImageInfo(name, width, height, alpha && channels > 1 ? channels - 1 : channels, type) { PixelSize = pixelSize };
    }

    /// <summary>Describes pixels in an array or other memory, which is pinned until the image is disposed.</summary>
    /// <typeparam name="T">byte, sbyte, ushort, short, uint, int, ulong, long, Half, float or double, as samples are.</typeparam>
    /// <param name="pixels">Samples, channels interleaved.</param>
    /// <param name="width">Columns.</param>
    /// <param name="height">Rows.</param>
    /// <param name="channels">Samples of a pixel, 1 to 16: 1 is grey, 3 are RGB, other numbers are channels of any meaning.</param>
    /// <param name="rowStride">Bytes from one row to the next; 0 stands for rows without padding.</param>
    /// <param name="name">What error sentences call the image.</param>
    /// <param name="pixelSize">Physical pixel size, if known.</param>
    /// <param name="alpha">Whether the last of two channels or more is alpha, which is not delivered.</param>
    /// <exception cref="FastSegException">The memory is shorter than the image, or T is another type.</exception>
    public static MemoryImage FromMemory<T>(
        ReadOnlyMemory<T> pixels, long width, long height, int channels = 1, long rowStride = 0,
        string name = "image in memory", PixelSize? pixelSize = null, bool alpha = false)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(name);
        SampleType type = SampleMemory.TypeOf<T>(name);
        if (width >= 1 && height >= 1 && channels >= 1)
        {
            long rowBytes = checked(width * channels * type.Bytes());
            long needed = checked(((height - 1) * (rowStride == 0 ? rowBytes : rowStride)) + rowBytes);
            long given = (long)pixels.Length * sizeof(T);
            if (rowStride < 0 || given < needed)
            {
                throw new FastSegException(
                    $"{name} has {given} bytes of memory, but {width} x {height} x {channels} {type.Name()} " +
                    $"with a row stride of {rowStride} bytes needs {needed}.");
            }
        }
        MemoryHandle pin = pixels.Pin();
        try
        {
            return new MemoryImage((nint)pin.Pointer, width, height, channels, rowStride, type, name, pixelSize, alpha) { _pin = pin };
        }
        catch
        {
            pin.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public override ImageInfo Info { get; }

    /// <summary>Where the pixels lie.</summary>
    internal MemoryRows Rows =>
        MemoryRows.Of((nint)_pixels, _rowStride, Info.Width * _storedChannels * Info.Type.Bytes(), Info.Height);

    /// <inheritdoc/>
    public override long HeldBytes(int threads) => 0;

    /// <inheritdoc/>
    public override void Read(Region region, Span<byte> destination)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        ImageReading.Check(Info, region, destination.Length);
        int sampleBytes = Info.Type.Bytes();
        fixed (byte* to = destination)
        {
            for (long y = 0; y < region.Height; y++)
            {
                byte* row = _pixels + ((region.Y + y) * _rowStride) + (region.X * _storedChannels * sampleBytes);
                ImageReading.TakeChannels(
                    row, _storedChannels, to + (y * region.Width * Info.PixelBytes), Info.Channels, region.Width, sampleBytes);
            }
        }
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        _disposed = true;
        _pin.Dispose();
    }
}
