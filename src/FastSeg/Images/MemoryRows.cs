namespace FastSeg.Images;

/// <summary>Rows of bytes in memory, each as far behind the one before it.</summary>
/// <param name="First">Address of the first byte of the lowest row.</param>
/// <param name="Stride">Bytes from a row to the next, at least those of a row.</param>
/// <param name="Bytes">Bytes of a row.</param>
/// <param name="Count">How many rows there are.</param>
internal readonly record struct MemoryRows(long First, long Stride, long Bytes, long Count)
{
    /// <summary>The rows of memory that may be described from its last row backwards, with a negative stride.</summary>
    public static MemoryRows Of(nint first, long stride, long bytes, long count) =>
        stride < 0 ? new(first + (stride * (count - 1)), -stride, bytes, count) : new(first, stride, bytes, count);

    /// <summary>Whether any byte is in both. Rows between those of the other, as in halves of a picture, do not overlap.</summary>
    public bool Overlaps(MemoryRows other)
    {
        if (Bytes == 0 || other.Bytes == 0)
        {
            return false;
        }
        for (long row = 0; row < Count; row++)
        {
            long from = First + (row * Stride), to = from + Bytes;
            // Rows j of the other with other.First + j * Stride < to, and with other.First + j * Stride + Bytes > from.
            long last = FloorDivide(to - 1 - other.First, other.Stride);
            long first = FloorDivide(from - other.Bytes - other.First, other.Stride) + 1;
            if (Math.Max(first, 0) <= Math.Min(last, other.Count - 1))
            {
                return true;
            }
        }
        return false;
    }

    private static long FloorDivide(long a, long b) => (a / b) - (a % b < 0 ? 1 : 0);
}
