using System.Runtime.CompilerServices;
using FastSeg.Images;
using FastSeg.Images.Masks;
using FastSeg.Images.Samples;

namespace FastSeg.Sessions;

/// <summary>The image that a session's tiles are cut from: one frame after another, read where it lies.</summary>
internal sealed unsafe class FrameReader : ImageReader
{
    /// <summary>Sizes that are remembered, so that a frame of a known size allocates nothing.</summary>
    private const int MostSizes = 256;

    private readonly Dictionary<(int Width, int Height), ImageInfo> _known = [];
    private readonly FrameShape _shape;
    private readonly ChannelSet _channels;
    private FrameMemory _frame;
    private ImageInfo _info;

    /// <summary>Begins with a frame of the shape's size that has no memory yet.</summary>
    /// <param name="shape">What frames look like.</param>
    /// <param name="channels">The first of their channels, which are read.</param>
    public FrameReader(FrameShape shape, ChannelSet channels)
    {
        (_shape, _channels) = (shape, channels);
        _info = Describe(shape.Width, shape.Height);
    }

    /// <inheritdoc/>
    public override ImageInfo Info => _info;

    /// <summary>What stands for floats that are not finite; null where they are refused.</summary>
    public float? NanAs { get; init; }

    /// <inheritdoc/>
    public override long HeldBytes(int threads) => 0;

    /// <summary>Takes the next frame.</summary>
    /// <param name="frame">Its memory, with all strides said.</param>
    public void Take(in FrameMemory frame)
    {
        _frame = frame;
        _info = Describe(frame.Width, frame.Height);
    }

    /// <inheritdoc/>
    public override void Read(Region region, Span<byte> destination)
    {
        ReadStored(region, destination);
        if (NanAs is { } number && _shape.Type == SampleType.Float32)
        {
            NanAsImage.Replace(destination[..checked((int)(region.Pixels * _info.PixelBytes))], number);
        }
    }

    private void ReadStored(Region region, Span<byte> destination)
    {
        ImageReading.Check(_info, region, destination.Length);
        if (!_shape.Type.IsNarrow())
        {
            ReadWide(region, destination);
            return;
        }
        int bytes = _shape.Type.Bytes(), colours = _channels.Count;
        bool interleaved = colours == 1 || _frame.PlaneStride == bytes;
        byte* first = (byte*)_frame.Pointer + (region.X * _frame.PixelStride);
        fixed (byte* destinationStart = destination)
        {
            byte* to = destinationStart;
            for (long y = region.Y; y < region.Bottom; y++, to += region.Width * _info.PixelBytes)
            {
                byte* row = first + (y * _frame.RowStride);
                if (interleaved && _frame.PixelStride == bytes * _shape.Channels)
                {
                    ImageReading.TakeChannels(row, _shape.Channels, to, colours, region.Width, bytes);
                    continue;
                }
                switch (bytes)
                {
                    case 1:
                        Gather(row, to, region.Width, colours);
                        break;
                    case 2:
                        Gather(row, (ushort*)to, region.Width, colours);
                        break;
                    default:
                        Gather(row, (float*)to, region.Width, colours);
                        break;
                }
            }
        }
    }

    /// <inheritdoc/>
    internal override double? StoredValue(long x, long y, int channel) => _shape.Type == SampleType.Float64
        ? Unsafe.ReadUnaligned<double>(
            (byte*)_frame.Pointer + (y * _frame.RowStride) + (x * _frame.PixelStride) + (channel * _frame.PlaneStride))
        : null;

    /// <summary>Does nothing: the frames' memory is the caller's.</summary>
    protected override void Dispose(bool disposing)
    {
    }

    /// <summary>Reads a row value by value.</summary>
    private void Gather<T>(byte* row, T* to, long width, int colours) where T : unmanaged
    {
        for (long x = 0; x < width; x++)
        {
            for (int c = 0; c < colours; c++)
            {
                *to++ = Unsafe.ReadUnaligned<T>(row + (x * _frame.PixelStride) + (c * _frame.PlaneStride));
            }
        }
    }

    /// <summary>Reads samples that become float32, a channel of a row at a time.</summary>
    private void ReadWide(Region region, Span<byte> destination)
    {
        int colours = _channels.Count;
        fixed (byte* destinationStart = destination)
        {
            float* to = (float*)destinationStart;
            for (long y = region.Y; y < region.Bottom; y++)
            {
                byte* row = (byte*)_frame.Pointer + (y * _frame.RowStride) + (region.X * _frame.PixelStride);
                if (colours == 1)
                {
                    Narrowing.Run(row, _shape.Type, (nint)_frame.PixelStride, region.Width, to);
                    to += region.Width;
                    continue;
                }
                for (long x = 0; x < region.Width; x++, row += _frame.PixelStride, to += colours)
                {
                    Narrowing.Run(row, _shape.Type, (nint)_frame.PlaneStride, colours, to);
                }
            }
        }
    }

    private ImageInfo Describe(int width, int height)
    {
        if (!_known.TryGetValue((width, height), out ImageInfo? info))
        {
            if (_known.Count == MostSizes)
            {
                _known.Clear();
            }
            info = _shape.Describe("frame", width, height, _channels);
            _known.Add((width, height), info);
        }
        return info;
    }
}
