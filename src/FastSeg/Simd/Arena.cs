using FastSeg.Native;

namespace FastSeg.Features;

/// <summary>
/// One allocation that buffers are carved out of. A plan runs twice over the same code: without memory, to learn the size, and with it.
/// </summary>
internal sealed unsafe class Arena
{
    /// <summary>Floats of a cache line: every buffer starts on one.</summary>
    public const int Line = 16;

    private readonly HostBuffer? _buffer;

    /// <summary>An arena that only counts.</summary>
    public Arena()
    {
    }

    /// <summary>An arena over <paramref name="buffer"/>, which the caller keeps alive and owns.</summary>
    public Arena(HostBuffer buffer) => _buffer = buffer;

    /// <summary>Bytes taken so far.</summary>
    public long Bytes { get; private set; }

    /// <summary>Room for <paramref name="count"/> floats, zeroed: padding is read (never used), and must not be slow denormals or NaN.</summary>
    public float* Floats(long count) => (float*)Take(count * sizeof(float));

    /// <summary>Room for <paramref name="count"/> 32-bit integers, zeroed.</summary>
    public int* Ints(long count) => (int*)Take(count * sizeof(int));

    private byte* Take(long bytes)
    {
        bytes = (bytes + 63) & ~63L;
        long offset = Bytes;
        Bytes = checked(offset + bytes);
        if (_buffer is null)
        {
            return null;
        }
        byte* start = _buffer.Pointer + offset;
        System.Runtime.InteropServices.NativeMemory.Clear(start, (nuint)bytes);
        return start;
    }
}
