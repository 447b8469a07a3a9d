namespace FastSeg.Tests.Gpu.Ptx;

/// <summary>A thread: who it is, and what it keeps while it waits at a barrier. The compiled kernel reads the fields.</summary>
internal sealed class PtxThread
{
    public int TidX, TidY, TidZ, NtidX, NtidY, NtidZ, CtaidX, CtaidY, CtaidZ, NctaidX, NctaidY, NctaidZ;

    /// <summary>Where the parameters lie.</summary>
    public nint Parameters;

    /// <summary>How often each block of the kernel was entered.</summary>
    public long[] Entered = [];

    /// <summary>The barrier behind which the thread goes on, from 1; 0 at the start.</summary>
    public int Resume;

    /// <summary>Registers that matter behind the barrier.</summary>
    public int[] Ints = [];
    public long[] Longs = [];
    public float[] Floats = [];

    /// <summary>Its number in the group.</summary>
    public int Number;

    public PtxMemory Memory = null!;
    public PtxShared Shared = null!;

    public nint Global(long address, int bytes, int line)
    {
        try
        {
            return Memory.At(address, bytes);
        }
        catch (PtxException e)
        {
            throw Located(e, line);
        }
    }

    public nint ReadShared(long address, int bytes, int line)
    {
        try
        {
            return Shared.Read(address, bytes, Number);
        }
        catch (PtxException e)
        {
            throw Located(e, line);
        }
    }

    public nint WriteShared(long address, int bytes, int line)
    {
        try
        {
            return Shared.Write(address, bytes, Number);
        }
        catch (PtxException e)
        {
            throw Located(e, line);
        }
    }

    private PtxException Located(PtxException e, int line) =>
        new($"Line {line}, group {CtaidX} {CtaidY} {CtaidZ}, thread {TidX} {TidY} {TidZ}: {e.Message}.");
}
