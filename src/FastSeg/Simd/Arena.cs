using FastSeg.Native;

namespace FastSeg.Simd;

/// <summary>
/// Carves buffers out of one allocation. Constructors that take an arena run twice: first over an arena without memory, which only
/// counts the bytes, then over one that holds as many. The plan and the allocation therefore come from the same code.
/// </summary>
internal sealed unsafe class Arena
{
    /// <summary>Floats of a cache line: every buffer starts on one.</summary>
    public const int Line = 16;

    private readonly HostBuffer? _buffer;

    /// <summary>Creates an arena that only counts: every buffer it hands out is null.</summary>
    public Arena()
    {
    }

    /// <summary>Creates an arena over <paramref name="buffer"/>, which the caller owns and keeps alive.</summary>
    public Arena(HostBuffer buffer) => _buffer = buffer;

    /// <summary>Bytes taken so far.</summary>
    public long Bytes { get; private set; }

    /// <summary>
    /// Takes <paramref name="count"/> floats, all zero. Loops read the padding behind a row, though no result depends on it: denormal
    /// numbers or NaN there would only make them slow.
    /// </summary>
    public float* Floats(long count) => (float*)Take(count * sizeof(float));

    /// <summary>Takes <paramref name="count"/> 32-bit integers, all zero.</summary>
    public int* Ints(long count) => (int*)Take(count * sizeof(int));

    private byte* Take(long bytes)
    {
        // Whole cache lines, so that the next buffer starts on one too.
        bytes = (bytes + 63) & ~63L;
        long offset = Bytes;
        Bytes = checked(offset + bytes);
        if (_buffer is null)
        {
            return null;
        }
        if (Bytes > _buffer.Length)
        {
            throw new InvalidOperationException(
                $"{Bytes} bytes are taken from an arena of {_buffer.Length}; it was counted for another layout.");
        }
        byte* start = _buffer.Pointer + offset;
        System.Runtime.InteropServices.NativeMemory.Clear(start, (nuint)bytes);
        return start;
    }
}
