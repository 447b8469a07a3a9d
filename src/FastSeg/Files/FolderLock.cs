using Microsoft.Win32.SafeHandles;

namespace FastSeg.Files;

/// <summary>
/// Keeps other runs from changing what a folder's metadata says while one does. The lock is a hidden file in the folder, held until this is
/// disposed; one that a killed run left is free.
/// </summary>
internal sealed class FolderLock : IDisposable
{
    private const string Name = ".fastseg-lock";

    /// <summary>Linux's number for a lock that somebody else holds.</summary>
    private const int Held = 11;

    /// <summary>Whoever holds the lock writes a small file, so nobody waits as long as this.</summary>
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(30), Pause = TimeSpan.FromMilliseconds(10);

    private readonly string _path;
    private readonly SafeFileHandle _handle;

    /// <summary>Waits until no other run holds the lock.</summary>
    /// <exception cref="FastSegException">Another run holds it for very long, or the folder cannot be written.</exception>
    public FolderLock(string folder)
    {
        _path = Path.Combine(folder, Name);
        try
        {
            _handle = Take(folder);
        }
        catch (Exception e) when (PartialFile.IsDiskFailure(e))
        {
            throw new FastSegException($"{_path} cannot be written: {PartialFile.Reason(e, folder, "write elsewhere")}.", e);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        try
        {
            // The name goes before the lock does, so nobody takes another run's name away.
            File.Delete(_path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The folder went away or became read-only; a file that stays is free for the next run.
        }
        _handle.Dispose();
    }

    private SafeFileHandle Take(string folder)
    {
        for (long start = Environment.TickCount64; ; Thread.Sleep(Pause))
        {
            try
            {
                SafeFileHandle handle = File.OpenHandle(_path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
                if (HasName(handle))
                {
                    return handle;
                }
                handle.Dispose();
            }
            catch (IOException e) when ((e.HResult & 0xffff) == Held)
            {
                if (Environment.TickCount64 - start > LongestWait.TotalMilliseconds)
                {
                    throw new FastSegException($"{folder} is being changed by another run, which holds {_path}; wait for it.", e);
                }
            }
        }
    }

    /// <summary>
    /// Whether a locked file has its name still. One that was opened before the holder of the lock took the name away may be locked
    /// afterwards, while a third run holds a new one.
    /// </summary>
    internal static bool HasName(SafeFileHandle handle) =>
        new FileInfo($"/proc/self/fd/{handle.DangerousGetHandle()}").LinkTarget?.EndsWith(" (deleted)", StringComparison.Ordinal) != true;
}
