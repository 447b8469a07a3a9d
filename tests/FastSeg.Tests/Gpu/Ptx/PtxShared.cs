namespace FastSeg.Tests.Gpu.Ptx;

/// <summary>
/// Shared memory of a group. It knows for each cell who wrote and who read it since the last barrier: what one thread writes and another
/// touches in that time is a race. A cell is as wide as the kernel's narrowest access.
/// </summary>
internal sealed unsafe class PtxShared
{
    /// <summary>Arrays have windows of so many bits, in whose middle they lie, as buffers do in <see cref="PtxMemory"/>.</summary>
    private const int WindowBits = 24, Middle = 1 << (WindowBits - 1);

    /// <summary>A cell's stamp is phase * 2048 + thread; this thread stands for several.</summary>
    private const int ThreadBits = 11, Several = (1 << ThreadBits) - 1;

    private readonly (string Name, PtxArray Array)[] _arrays;
    private readonly int _cellBits;
    private readonly byte[] _bytes;
    private readonly long[] _written, _read;
    private readonly nint _first;
    private long _phase;

    public PtxShared(PtxProgram program)
    {
        _arrays = [.. program.Shared.OrderBy(array => array.Value.Offset).Select(array => (array.Key, array.Value))];
        int[] widths = [.. program.Instructions.Where(i => i.Name.StartsWith("ld.shared", StringComparison.Ordinal)
            || i.Name.StartsWith("st.shared", StringComparison.Ordinal)).Select(i => PtxType.Parse(i.Name.Split('.')[^1]).Bytes)];
        _cellBits = int.Log2(widths.DefaultIfEmpty(1).Min());
        _bytes = GC.AllocateArray<byte>(program.SharedBytes + 256, pinned: true);
        _first = ((nint)System.Runtime.InteropServices.Marshal.UnsafeAddrOfPinnedArrayElement(_bytes, 0) + 255) & ~255;
        int cells = (program.SharedBytes >> _cellBits) + 1;
        (_written, _read) = (new long[cells], new long[cells]);
    }

    /// <summary>The address of an array, by its place among the kernel's arrays.</summary>
    public static int AddressOf(int array) => ((array + 1) << WindowBits) + Middle;

    /// <summary>A group begins: what an earlier one left is gone.</summary>
    public void Begin()
    {
        Array.Fill(_bytes, (byte)0xCD);
        _phase++;
    }

    /// <summary>All threads have met at a barrier.</summary>
    public void Barrier() => _phase++;

    /// <summary>Where the bytes lie that a thread reads.</summary>
    public nint Read(long address, int bytes, int thread)
    {
        int offset = Offset(address, bytes);
        for (int cell = offset >> _cellBits; cell <= (offset + bytes - 1) >> _cellBits; cell++)
        {
            CheckWriter(cell, thread, "reads");
            bool others = _read[cell] >> ThreadBits == _phase && (_read[cell] & Several) != thread;
            _read[cell] = (_phase << ThreadBits) + (others ? Several : thread);
        }
        return _first + offset;
    }

    /// <summary>Where the bytes lie that a thread writes.</summary>
    public nint Write(long address, int bytes, int thread)
    {
        int offset = Offset(address, bytes);
        for (int cell = offset >> _cellBits; cell <= (offset + bytes - 1) >> _cellBits; cell++)
        {
            CheckWriter(cell, thread, "writes");
            if (_read[cell] >> ThreadBits == _phase && (_read[cell] & Several) != thread)
            {
                throw new PtxException(
                    $"a race: a thread writes byte {cell << _cellBits} of shared memory that another reads before a barrier");
            }
            _written[cell] = (_phase << ThreadBits) + thread;
        }
        return _first + offset;
    }

    private void CheckWriter(int cell, int thread, string does)
    {
        if (_written[cell] >> ThreadBits == _phase && (_written[cell] & Several) != thread)
        {
            throw new PtxException(
                $"a race: a thread {does} byte {cell << _cellBits} of shared memory that another writes before a barrier");
        }
    }

    private int Offset(long address, int bytes)
    {
        long number = (address >> WindowBits) - 1;
        if (number < 0 || number >= _arrays.Length)
        {
            throw new PtxException($"address {address:x} belongs to no array in shared memory");
        }
        (string name, PtxArray array) = _arrays[number];
        int offset = (int)(address & ((1 << WindowBits) - 1)) - Middle;
        if (offset < 0 || offset + bytes > array.Bytes)
        {
            throw new PtxException($"{bytes} bytes at {offset} of {name} in shared memory, which has {array.Bytes} bytes");
        }
        return (array.Offset + offset) % bytes == 0
            ? array.Offset + offset
            : throw new PtxException($"{bytes} bytes at {offset} of {name} in shared memory, which is no multiple of {bytes}");
    }
}
