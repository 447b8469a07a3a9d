using Microsoft.Win32.SafeHandles;

namespace FastSeg.Files.Runs;

/// <summary>
/// The lock of a run's folder, which the system frees when its process ends in whatever way. Whoever does, prepares, puts together or
/// removes a whole run holds it alone; blocks hold it together. Disks that several machines share may not know of each other's locks, so a
/// block has a <see cref="BlockLock"/> besides.
/// </summary>
internal static class RunLock
{
    /// <summary>The name of its file in the folder.</summary>
    public const string Name = "lock";

    /// <summary>Linux's number for a lock that somebody else holds.</summary>
    private const int Held = 11;

    /// <summary>Others may look for a moment whether the lock is held.</summary>
    private static readonly TimeSpan LongestWait = TimeSpan.FromMilliseconds(500), Pause = TimeSpan.FromMilliseconds(10);

    /// <summary>Takes the lock, which is held until the handle is closed; null where another process has it.</summary>
    /// <param name="folder">The run's folder.</param>
    /// <param name="alone">Whether nobody else may hold it; otherwise those may who do not ask for this.</param>
    /// <param name="make">Whether the folder is made where there is none.</param>
    /// <exception cref="IOException">The folder is not there, or cannot be written.</exception>
    public static SafeFileHandle? Take(string folder, bool alone, bool make)
    {
        for (long start = Environment.TickCount64; ; Thread.Sleep(Pause))
        {
            bool late = Environment.TickCount64 - start > LongestWait.TotalMilliseconds;
            try
            {
                if (make)
                {
                    Directory.CreateDirectory(folder);
                }
                SafeFileHandle handle = File.OpenHandle(
                    Path.Combine(folder, Name), FileMode.OpenOrCreate, alone ? FileAccess.ReadWrite : FileAccess.Read,
                    alone ? FileShare.None : FileShare.ReadWrite);
                if (FolderLock.HasName(handle))
                {
                    return handle;
                }
                // Whoever held it removed the folder between its opening and its lock.
                handle.Dispose();
            }
            catch (IOException e) when ((e.HResult & 0xffff) == Held)
            {
                if (late)
                {
                    return null;
                }
            }
            catch (DirectoryNotFoundException) when (make && !late)
            {
                // The folder was removed between its making and the opening of its lock.
            }
        }
    }

    /// <summary>Whether a process holds the lock alone. The look itself keeps nobody but for a moment from taking it alone.</summary>
    public static bool IsHeld(string folder)
    {
        string path = Path.Combine(folder, Name);
        try
        {
            File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite).Dispose();
            return false;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Held, or another user's; one that is gone is free.
            return File.Exists(path);
        }
    }
}
