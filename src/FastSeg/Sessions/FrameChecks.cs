using FastSeg.Images;

namespace FastSeg.Sessions;

/// <summary>Refuses frames and results that do not fit a session. Every check of a good frame allocates nothing.</summary>
internal static class FrameChecks
{
    /// <summary>Bytes of the address space of x64.</summary>
    private const long MostStride = 1L << 47;

    /// <summary>Refuses a span that is too short.</summary>
    /// <param name="what">What the sentence calls it.</param>
    /// <param name="given">Its values.</param>
    /// <param name="needed">The values that are needed.</param>
    /// <exception cref="FastSegException">It is too short.</exception>
    public static void Length(string what, long given, long needed)
    {
        if (given < needed)
        {
            throw new FastSegException($"The {what} has {given} values, but {needed} are needed.");
        }
    }

    /// <summary>The size of a frame: its own, or that of the session's shape.</summary>
    /// <exception cref="FastSegException">The frame is missing, of another type, or of another size than the shape allows.</exception>
    public static (int Width, int Height) Size(FrameShape shape, in FrameMemory frame)
    {
        if (!frame.IsGiven)
        {
            throw new FastSegException("The frame is a null pointer; give the address of its first sample.");
        }
        if (frame.Type != FrameTypes.Of(shape.Type))
        {
            throw new FastSegException($"The frame is {frame.Type.Name()}, but the session was made for frames of {shape.Type.Name()}.");
        }
        (int width, int height) = (frame.Width == 0 ? shape.Width : frame.Width, frame.Height == 0 ? shape.Height : frame.Height);
        bool fits = shape.UpTo
            ? width > 0 && height > 0 && width <= shape.Width && height <= shape.Height
            : width == shape.Width && height == shape.Height;
        return fits
            ? (width, height)
            : throw new FastSegException(
                $"The frame has {width} x {height} pixels, but the session was made for {(shape.UpTo ? "frames of up to " : "")}" +
                $"{shape.Width} x {shape.Height}.");
    }

    /// <summary>
    /// Memory with all strides said, after it was checked that its values do not lie over each other and that it fits what it is for.
    /// </summary>
    /// <param name="memory">The memory.</param>
    /// <param name="what">What the sentence calls it, such as "frame" or "memory for labels".</param>
    /// <param name="width">Columns.</param>
    /// <param name="height">Rows.</param>
    /// <param name="planes">Channels or planes.</param>
    /// <param name="interleaved">Whether planes are interleaved where no stride is given.</param>
    /// <exception cref="FastSegException">Its size is another one, or values would lie over each other.</exception>
    public static FrameMemory Laid(in FrameMemory memory, string what, int width, int height, int planes, bool interleaved)
    {
        if ((memory.Width != 0 && memory.Width != width) || (memory.Height != 0 && memory.Height != height))
        {
            throw new FastSegException(
                $"The {what} has {memory.Width} x {memory.Height} values a plane, but the frame has {width} x {height} pixels.");
        }
        CheckRange(what, [memory.RowStride, memory.PixelStride, memory.PlaneStride]);
        long bytes = memory.Type.Bytes();
        long pixel = memory.PixelStride != 0 ? memory.PixelStride : interleaved ? bytes * planes : bytes;
        long row = memory.RowStride != 0 ? memory.RowStride : Math.Abs(pixel) * width;
        long plane = memory.PlaneStride != 0 ? memory.PlaneStride
            : interleaved || Math.Abs(pixel) >= bytes * planes && planes > 1 ? bytes : Math.Abs(row) * height;
        Apart(what, [(Math.Abs(pixel), width), (Math.Abs(row), height), (Math.Abs(plane), planes)], bytes);
        return memory with { Width = width, Height = height, RowStride = row, PixelStride = pixel, PlaneStride = plane };
    }

    /// <summary>The first byte of laid memory, and the byte behind its last one.</summary>
    public static (nint First, nint End) Extent(in FrameMemory memory, int planes)
    {
        (long first, long last) = (0, memory.Type.Bytes());
        ReadOnlySpan<long> ways =
        [
            (memory.Width - 1) * memory.PixelStride, (memory.Height - 1) * memory.RowStride, (planes - 1) * memory.PlaneStride,
        ];
        foreach (long way in ways)
        {
            (first, last) = (first + Math.Min(way, 0), last + Math.Max(way, 0));
        }
        return (memory.Pointer + (nint)first, memory.Pointer + (nint)last);
    }

    /// <summary>Refuses a result that lies over a frame or over another result.</summary>
    public static void Disjoint(in FrameMemory a, int aPlanes, string aName, in FrameMemory b, int bPlanes, string bName)
    {
        if (!a.IsGiven || !b.IsGiven)
        {
            return;
        }
        (nint aFirst, nint aEnd) = Extent(a, aPlanes);
        (nint bFirst, nint bEnd) = Extent(b, bPlanes);
        if (aFirst < bEnd && bFirst < aEnd && !(Rows(a, aPlanes) is { } aRows && Rows(b, bPlanes) is { } bRows && !aRows.Overlaps(bRows)))
        {
            throw new FastSegException($"The {aName} and the {bName} lie over each other in memory; each needs memory of its own.");
        }
    }

    /// <summary>
    /// The rows of one plane, or of interleaved ones, where each lies in one piece; null for other memory. Halves of a picture lie within
    /// each other's extent, and not over each other.
    /// </summary>
    private static MemoryRows? Rows(in FrameMemory memory, int planes)
    {
        long row = ((memory.Width - 1) * memory.PixelStride) + ((planes - 1) * memory.PlaneStride) + memory.Type.Bytes();
        bool upright = memory.PixelStride > 0 && memory.PlaneStride >= 0 && Math.Abs(memory.RowStride) >= row;
        return upright ? MemoryRows.Of(memory.Pointer, memory.RowStride, row, memory.Height) : null;
    }

    /// <summary>Refuses strides that no memory has, so that sums of them are no larger than an address.</summary>
    private static void CheckRange(string what, ReadOnlySpan<long> strides)
    {
        foreach (long stride in strides)
        {
            if (stride is < -MostStride or > MostStride)
            {
                throw new FastSegException($"The {what} has a stride of {stride} bytes, which is further than memory reaches.");
            }
        }
    }

    /// <summary>
    /// Refuses strides of which one steps into the values of another: sorted, each must be as long as all shorter ones reach.
    /// </summary>
    private static void Apart(string what, Span<(long Stride, int Count)> ways, long bytes)
    {
        ways.Sort(static (a, b) => a.Stride.CompareTo(b.Stride));
        Int128 reach = bytes;
        foreach ((long stride, int count) in ways)
        {
            if (count == 1)
            {
                continue;
            }
            if (stride < reach)
            {
                throw new FastSegException(
                    $"The {what} has a stride of {stride} bytes where {reach} are needed; strides count bytes, not values.");
            }
            reach += (Int128)stride * (count - 1);
            if (reach > MostStride)
            {
                throw new FastSegException($"The {what} would have {reach} bytes, which is more than memory has.");
            }
        }
    }
}
