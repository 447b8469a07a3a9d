namespace FastSeg;

/// <summary>
/// A frame, or a result for one, in the caller's memory, which must stay where it is during the call. The default value stands for a result
/// that is not wanted. A value of channel or plane c, row y and column x lies
/// <c>c x PlaneStride + y x RowStride + x x PixelStride</c> bytes behind <see cref="Pointer"/>; strides may be negative.
/// </summary>
/// <param name="Pointer">Address of the first value: channel or plane 0, row 0, column 0.</param>
/// <param name="Type">Type of a value.</param>
public readonly record struct FrameMemory(nint Pointer, FrameType Type)
{
    /// <summary>Columns; 0 stands for those of the session's shape.</summary>
    public int Width { get; init; }

    /// <summary>Rows; 0 stands for those of the session's shape.</summary>
    public int Height { get; init; }

    /// <summary>Bytes from a row to the next; 0 stands for rows without padding.</summary>
    public long RowStride { get; init; }

    /// <summary>
    /// Bytes from a column to the next. 0 stands for no padding: the channels of a frame are interleaved, and the planes of a result lie
    /// one after the other. For features that are interleaved it is the number of planes times the bytes of a value.
    /// </summary>
    public long PixelStride { get; init; }

    /// <summary>Bytes from a channel or plane to the next; 0 stands for no padding.</summary>
    public long PlaneStride { get; init; }

    /// <summary>Whether the memory was given.</summary>
    internal bool IsGiven => Pointer != 0;
}
