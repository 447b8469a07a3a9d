namespace FastSeg.Tests.Gpu.Ptx;

/// <summary>
/// The buffers of a launch. Each has a window of addresses of its own, 2^40 bytes wide, and lies in its middle: an address that was made
/// from one buffer never reaches another, however wrong its index is.
/// </summary>
internal sealed class PtxMemory
{
    private const int WindowBits = 40;
    private const long Middle = 1L << (WindowBits - 1);

    private readonly List<(string Name, nint First, long Bytes, long Low)> _buffers = [];

    /// <summary>Adds a buffer and returns its address.</summary>
    /// <param name="name">What messages call it.</param>
    /// <param name="first">Its first byte.</param>
    /// <param name="bytes">Its length.</param>
    /// <param name="offset">Bytes from an address that is a multiple of 256, as those of allocations are.</param>
    public long Add(string name, nint first, long bytes, long offset)
    {
        long low = Middle + (offset & 255);
        _buffers.Add((name, first, bytes, low));
        return ((long)_buffers.Count << WindowBits) + low;
    }

    /// <summary>Where the bytes of an access lie.</summary>
    /// <exception cref="PtxException">They lie outside of the buffer, or the address is no multiple of their number.</exception>
    public nint At(long address, int bytes)
    {
        long number = (address >> WindowBits) - 1;
        if (number < 0 || number >= _buffers.Count)
        {
            throw new PtxException($"address {address:x} belongs to no buffer");
        }
        (string name, nint first, long length, long low) = _buffers[(int)number];
        long offset = (address & ((1L << WindowBits) - 1)) - low;
        if (offset < 0 || offset + bytes > length)
        {
            throw new PtxException($"{bytes} bytes at {offset} of {name}, which has {length} bytes");
        }
        if (address % bytes != 0)
        {
            throw new PtxException($"{bytes} bytes at {offset} of {name}, which is no multiple of {bytes} in the device's memory");
        }
        return first + (nint)offset;
    }
}
