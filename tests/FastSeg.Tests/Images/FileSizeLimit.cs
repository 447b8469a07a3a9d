using System.Runtime.InteropServices;

namespace FastSeg.Tests.Images;

/// <summary>
/// Stands in for a full disk: while it lives, no file of this process grows past a size (RLIMIT_FSIZE), and the signal that would end
/// the process is ignored, so that writes fail with EFBIG.
/// </summary>
internal sealed unsafe partial class FileSizeLimit : IDisposable
{
    private const int FileSize = 1, TooLargeSignal = 25;

    private readonly Limit _before;

    public FileSizeLimit(long bytes)
    {
        signal(TooLargeSignal, 1);
        Limit before;
        if (getrlimit(FileSize, &before) != 0)
        {
            throw new InvalidOperationException("getrlimit failed");
        }
        _before = before;
        var limit = new Limit { Soft = (ulong)bytes, Hard = before.Hard };
        if (setrlimit(FileSize, &limit) != 0)
        {
            throw new InvalidOperationException("setrlimit failed");
        }
    }

    public void Dispose()
    {
        Limit before = _before;
        setrlimit(FileSize, &before);
    }

    private struct Limit
    {
        public ulong Soft;
        public ulong Hard;
    }

    [LibraryImport("libc")]
    private static partial int getrlimit(int resource, Limit* limit);

    [LibraryImport("libc")]
    private static partial int setrlimit(int resource, Limit* limit);

    [LibraryImport("libc")]
    private static partial nint signal(int number, nint handler);
}
