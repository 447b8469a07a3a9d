using FastSeg.Native;

namespace FastSeg.Perf;

/// <summary>A frame of a mosaic in memory, and memory for what is made of it.</summary>
internal sealed unsafe class LatencyFrames : IDisposable
{
    private readonly HostBuffer _frame, _result;
    private readonly SampleType _type;

    /// <summary>Cuts the frame.</summary>
    /// <param name="side">Columns and rows.</param>
    /// <param name="type">uint8, or uint16: the same samples times 257.</param>
    /// <param name="resultBytes">Bytes of the result.</param>
    public LatencyFrames(int side, SampleType type, long resultBytes)
    {
        _type = type;
        byte[] mosaic = PerfImages.Mosaic(side);
        _frame = new HostBuffer((long)mosaic.Length * type.Bytes());
        _result = new HostBuffer(resultBytes);
        if (type == SampleType.UInt8)
        {
            mosaic.CopyTo(_frame.Span<byte>(0, mosaic.Length));
            return;
        }
        Span<ushort> samples = _frame.Span<ushort>(0, mosaic.Length);
        for (int i = 0; i < mosaic.Length; i++)
        {
            samples[i] = (ushort)(mosaic[i] * 257);
        }
    }

    public FrameMemory Frame => new((nint)_frame.Pointer, _type == SampleType.UInt8 ? FrameType.UInt8 : FrameType.UInt16);

    public FrameMemory Labels => new((nint)_result.Pointer, FrameType.UInt8);

    public FrameMemory Planes => new((nint)_result.Pointer, FrameType.Float32);

    /// <summary>Writes the frame as raw samples, for other programs.</summary>
    public void Save(string path) => File.WriteAllBytes(path, _frame.Span<byte>(0, (int)_frame.Length));

    /// <summary>The result's first bytes.</summary>
    public byte[] Result(int bytes) => _result.Span<byte>(0, bytes).ToArray();

    public void Dispose()
    {
        _frame.Dispose();
        _result.Dispose();
    }
}
