using System.Buffers;
using FastSeg.Images;

namespace FastSeg;

/// <summary>
/// A result written into the caller's memory: pages one after the other, each with the same row stride. Several threads may write.
/// </summary>
public sealed unsafe class MemoryWriter : ImageWriter
{
    private readonly byte* _pixels;
    private readonly long _rowStride;
    private MemoryHandle _pin;
    private long _ownBytes;
    private volatile bool _disposed;

    /// <summary>Describes memory behind a pointer, which must stay valid until the writer is disposed.</summary>
    /// <param name="layout">Size, type and pages.</param>
    /// <param name="pixels">Where the first sample goes; <c>Pages * Height * rowStride</c> bytes.</param>
    /// <param name="rowStride">Bytes from one row to the next; 0 stands for rows without padding.</param>
    /// <exception cref="FastSegException">The pointer is null, or rows would overlap.</exception>
    public MemoryWriter(ImageLayout layout, nint pixels, long rowStride = 0)
    {
        ArgumentNullException.ThrowIfNull(layout);
        long rowBytes = checked(layout.Width * layout.Type.Bytes());
        if (pixels == 0)
        {
            throw new FastSegException("The memory for the result is a null pointer; give the address of its first sample.");
        }
        if (rowStride != 0 && rowStride < rowBytes)
        {
            throw new FastSegException(
                $"The memory for the result has a row stride of {rowStride} bytes, but a row has {rowBytes}; " +
                "the stride counts bytes, not samples.");
        }
        Layout = layout;
        _pixels = (byte*)pixels;
        _rowStride = rowStride == 0 ? rowBytes : rowStride;
    }

    private MemoryWriter(ImageLayout layout, MemoryHandle pin) : this(layout, (nint)pin.Pointer) => _pin = pin;

    /// <summary>Writes into an array or other memory, which is pinned until the writer is disposed.</summary>
    /// <typeparam name="T">byte, ushort, short or float, as the layout's type.</typeparam>
    /// <param name="layout">Size, type and pages.</param>
    /// <param name="pixels"><c>Pages x Height x Width</c> samples.</param>
    /// <exception cref="FastSegException">The memory is too short or of another type.</exception>
    public static MemoryWriter Into<T>(ImageLayout layout, Memory<T> pixels) where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(layout);
        SampleType type = SampleMemory.TypeOf<T>("The memory for the result");
        if (type != layout.Type)
        {
            throw new FastSegException($"The memory for the result is {type.Name()}, but the result is {layout.Type.Name()}.");
        }
        long needed = checked(layout.Pages * layout.Height * layout.Width);
        if (pixels.Length < needed)
        {
            throw new FastSegException(
                $"The memory for the result has {pixels.Length} samples, " +
                $"but {layout.Width} x {layout.Height} with {layout.Pages} pages needs {needed}.");
        }
        MemoryHandle pin = pixels.Pin();
        try
        {
            return new MemoryWriter(layout, pin);
        }
        catch
        {
            pin.Dispose();
            throw;
        }
    }

    /// <summary>Writes into an array that was made for this result, and counts it in <see cref="HeldBytes"/>.</summary>
    internal static MemoryWriter Owning<T>(ImageLayout layout, T[] pixels) where T : unmanaged
    {
        MemoryWriter writer = Into<T>(layout, pixels);
        writer._ownBytes = (long)pixels.Length * sizeof(T);
        return writer;
    }

    /// <inheritdoc/>
    public override ImageLayout Layout { get; }

    /// <summary>Where the samples go.</summary>
    internal MemoryRows Rows =>
        MemoryRows.Of((nint)_pixels, _rowStride, Layout.Width * Layout.Type.Bytes(), Layout.Pages * Layout.Height);

    /// <inheritdoc/>
    public override long HeldBytes(int threads) => _ownBytes;

    /// <inheritdoc/>
    internal override PlaneTarget? Planes
    {
        get
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            return Layout.Type == SampleType.Float32
                ? new PlaneTarget((nint)_pixels, _rowStride, sizeof(float), Layout.Height * _rowStride)
                : null;
        }
    }

    /// <inheritdoc/>
    public override void Write(Region region, ReadOnlySpan<byte> samples)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        ImageWriting.Check(Layout, region, samples.Length);
        int sampleBytes = Layout.Type.Bytes();
        int rowBytes = checked((int)(region.Width * sampleBytes));
        int from = 0;
        for (long page = 0; page < Layout.Pages; page++)
        {
            for (long y = region.Y; y < region.Bottom; y++)
            {
                byte* row = _pixels + (((page * Layout.Height) + y) * _rowStride) + (region.X * sampleBytes);
                samples.Slice(from, rowBytes).CopyTo(new Span<byte>(row, rowBytes));
                from += rowBytes;
            }
        }
    }

    /// <summary>Does nothing: the caller's memory already holds the result.</summary>
    public override void Commit()
    {
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        _disposed = true;
        _pin.Dispose();
    }
}
