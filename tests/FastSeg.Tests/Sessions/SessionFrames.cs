using System.Runtime.InteropServices;
using FastSeg.Native;

namespace FastSeg.Tests.Sessions;

/// <summary>Frames, and memory for results, that a session is tried with.</summary>
internal static unsafe class SessionFrames
{
    /// <summary>Bytes in memory, as a frame or for a result.</summary>
    public static FrameMemory Of(HostBuffer memory, FrameType type = FrameType.UInt8) => new((nint)memory.Pointer, type);

    /// <summary>Memory with these values.</summary>
    public static HostBuffer Copy<T>(ReadOnlySpan<T> values) where T : unmanaged
    {
        var memory = new HostBuffer(values.Length * (long)sizeof(T));
        MemoryMarshal.AsBytes(values).CopyTo(memory.Span<byte>(0, values.Length * sizeof(T)));
        return memory;
    }

    /// <summary>Memory full of a byte that no result has everywhere.</summary>
    public static HostBuffer Empty(long bytes)
    {
        var memory = new HostBuffer(bytes);
        memory.Span<byte>(0, checked((int)bytes)).Fill(0xAB);
        return memory;
    }

    /// <summary>What lies in memory.</summary>
    public static T[] Read<T>(HostBuffer memory) where T : unmanaged => memory.Span<T>(0, (int)(memory.Length / sizeof(T))).ToArray();

    /// <summary>The labels that a segmenter gives the same frame.</summary>
    public static byte[] Expected(Model model, ImageReader image, Smoothing? smoothing = null, IReadOnlyList<double>? weights = null)
    {
        using (image)
        {
            return new Segmenter(model).Segment(image, new SegmentOptions { Smoothing = smoothing, ClassWeights = weights }).Labels;
        }
    }
}
