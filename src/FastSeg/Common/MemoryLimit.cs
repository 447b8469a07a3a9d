namespace FastSeg.Common;

/// <summary>Compares what a step without tiles would need with the memory that is allowed, before anything is allocated.</summary>
internal static class MemoryLimit
{
    /// <summary>The words of a sentence that name the memory limit.</summary>
    private const string Words = "A memory limit of";

    /// <summary>The peak memory of the process with so many bytes more.</summary>
    /// <param name="bytes">What will be allocated.</param>
    /// <param name="what">What it is for, to follow "is not enough".</param>
    /// <param name="options">The limit.</param>
    /// <exception cref="FastSegException">The peak is more than the options allow.</exception>
    public static long Check(long bytes, string what, ComputeOptions options)
    {
        long peak = ProcessMemory.Resident() + ProcessMemory.CodeBytes + bytes;
        return options.Memory <= 0 || peak <= options.Memory
            ? peak
            : throw new FastSegException(
                $"{Words} {ByteSize.Text(options.Memory)} is not enough {what}; the least that would do is {ByteSize.Least(peak)}.",
                Setting.Memory, Words);
    }
}
