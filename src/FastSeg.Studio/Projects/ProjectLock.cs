using FastSeg.Studio.Files;

namespace FastSeg.Studio.Projects;

/// <summary>
/// Keeps a second studio out of a project. The operating system holds the lock (flock), so it is free when the process ends, however it
/// does; a file beside it says who has it.
/// </summary>
internal sealed class ProjectLock : IDisposable
{
    /// <summary>Linux's number for a lock that somebody has; .NET passes it on in the low half of HResult.</summary>
    private const int WouldBlock = 11, ErrorNumber = 0xFFFF;

    private readonly FileStream _lock;

    private ProjectLock(FileStream file) => _lock = file;

    /// <summary>Takes the lock of a folder.</summary>
    /// <exception cref="FastSegException">Another studio has it, or the folder cannot be written.</exception>
    public static ProjectLock Take(string folder)
    {
        string path = Path.Combine(folder, "lock"), holder = Path.Combine(folder, "holder.json");
        FileStream? file = null;
        try
        {
            file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            Disk.WriteWhole(
                holder, ProjectJson.Write(new Holder(Environment.ProcessId, Environment.MachineName, DateTime.UtcNow)));
            return new ProjectLock(file);
        }
        catch (IOException e) when (file is null && (e.HResult & ErrorNumber) == WouldBlock)
        {
            throw new FastSegException($"{folder} is open in another studio{Who(holder)}; close that one, or give another --project.", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            file?.Dispose();
            throw new FastSegException(
                $"The project {folder} cannot be written ({e.Message.TrimEnd('.')}); give a folder that can be with --project.", e);
        }
    }

    public void Dispose() => _lock.Dispose();

    private static string Who(string path)
    {
        try
        {
            Holder holder = ProjectJson.Read<Holder>(File.ReadAllBytes(path), "holder");
            return $" (process {holder.Process} on {holder.Host}, since {holder.Since:yyyy-MM-dd HH:mm} UTC)";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or FastSegException)
        {
            return "";
        }
    }

    private sealed record Holder(int Process, string Host, DateTime Since);
}
