using Microsoft.Win32.SafeHandles;

namespace FastSeg.Files.Runs;

/// <summary>Removes what runs left that did not finish.</summary>
internal static class RunCleaning
{
    /// <summary>Removes what the run of a result left whose processes are all dead.</summary>
    /// <param name="path">The result, for sentences.</param>
    /// <param name="hidden">The run's folder.</param>
    /// <returns>Whether there was anything.</returns>
    /// <exception cref="FastSegException">A living run holds it, or it cannot be removed.</exception>
    public static bool Remove(string path, string hidden)
    {
        if (!Directory.Exists(hidden))
        {
            return false;
        }
        string now = hidden;
        try
        {
            BlockLock.RefuseLiving(path, hidden);
            using SafeFileHandle alone = RunLock.Take(hidden, alone: true, make: false)
                ?? throw new FastSegException($"{path} is being written by another run, in {hidden}; wait for it.");
            // One of another machine, which does not know of the lock, may have begun meanwhile.
            BlockLock.RefuseLiving(path, hidden);
            // The same run may begin anew from here on, and nothing of it is removed. If this process is killed, the next run beside the
            // result removes what has such a name.
            string doomed = HiddenName.Beside(hidden) + HiddenName.FolderEnd;
            Directory.Move(hidden, doomed);
            now = doomed;
            Directory.Delete(doomed, recursive: true);
            return true;
        }
        catch (DirectoryNotFoundException)
        {
            // The run ended, or another process removed it.
            return now != hidden;
        }
        catch (Exception e) when (PartialFile.IsDiskFailure(e))
        {
            throw new FastSegException($"{now} cannot be removed ({InputFile.OneLine(e.Message)}); check its permissions.", e);
        }
    }
}
