using System.Runtime.CompilerServices;
using FastSeg.Images;

namespace FastSeg.Sessions;

/// <summary>Where one kind of result goes: the caller's memory for one frame after another. Several threads may write.</summary>
internal sealed unsafe class FrameWriter : ImageWriter
{
    private const int MostSizes = 256;

    private readonly Dictionary<(int Width, int Height), ImageLayout> _known = [];
    private readonly SampleType _type;
    private readonly int _planes;
    private FrameMemory _memory;
    private ImageLayout _layout;

    /// <summary>Begins without memory.</summary>
    /// <param name="shape">The largest size.</param>
    /// <param name="type">Type of a value; features are float32 here, wherever they go.</param>
    /// <param name="planes">Planes of the result.</param>
    public FrameWriter(FrameShape shape, SampleType type, int planes)
    {
        (_type, _planes) = (type, planes);
        _layout = Describe(shape.Width, shape.Height);
    }

    /// <inheritdoc/>
    public override ImageLayout Layout => _layout;

    /// <inheritdoc/>
    internal override PlaneTarget? Planes => _type != SampleType.Float32
        ? null
        : new PlaneTarget(
            _memory.Pointer, _memory.RowStride, _memory.PixelStride, _memory.PlaneStride, _memory.Type == FrameType.Float16);

    /// <inheritdoc/>
    public override long HeldBytes(int threads) => 0;

    /// <summary>Takes the memory for the next frame's result.</summary>
    /// <param name="memory">The memory, with all strides said.</param>
    public void Take(in FrameMemory memory)
    {
        _memory = memory;
        _layout = Describe(memory.Width, memory.Height);
    }

    /// <inheritdoc/>
    public override void Write(Region region, ReadOnlySpan<byte> samples)
    {
        ImageWriting.Check(_layout, region, samples.Length);
        int bytes = _type.Bytes();
        int rowBytes = checked((int)(region.Width * bytes));
        fixed (byte* samplesStart = samples)
        {
            byte* from = samplesStart;
            for (long plane = 0; plane < _planes; plane++)
            {
                byte* first = (byte*)_memory.Pointer + (plane * _memory.PlaneStride) + (region.X * _memory.PixelStride);
                for (long y = region.Y; y < region.Bottom; y++, from += rowBytes)
                {
                    byte* to = first + (y * _memory.RowStride);
                    if (_memory.PixelStride == bytes)
                    {
                        Buffer.MemoryCopy(from, to, rowBytes, rowBytes);
                        continue;
                    }
                    switch (bytes)
                    {
                        case 1:
                            Scatter(from, to, region.Width);
                            break;
                        case 2:
                            Scatter((ushort*)from, to, region.Width);
                            break;
                        default:
                            Scatter((float*)from, to, region.Width);
                            break;
                    }
                }
            }
        }
    }

    /// <summary>Does nothing: the caller's memory already holds the result.</summary>
    public override void Commit()
    {
    }

    /// <summary>Does nothing: the memory is the caller's.</summary>
    protected override void Dispose(bool disposing)
    {
    }

    /// <summary>Writes a row value by value.</summary>
    private void Scatter<T>(T* from, byte* to, long width) where T : unmanaged
    {
        for (long x = 0; x < width; x++)
        {
            Unsafe.WriteUnaligned(to + (x * _memory.PixelStride), from[x]);
        }
    }

    private ImageLayout Describe(int width, int height)
    {
        if (!_known.TryGetValue((width, height), out ImageLayout? layout))
        {
            if (_known.Count == MostSizes)
            {
                _known.Clear();
            }
            layout = new ImageLayout(width, height, _type, _planes);
            _known.Add((width, height), layout);
        }
        return layout;
    }
}
