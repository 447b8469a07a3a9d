using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using System.Text.RegularExpressions;
using Microsoft.Win32.SafeHandles;

namespace FastSeg.Files;

/// <summary>
/// Names of files that are not finished: hidden, beside the final name, and random, so that nobody can plant a link there. The name says
/// which process of which start of the system made it; whoever makes one holds a lock on it, so that the next run in the folder can tell
/// files of dead runs from those of living ones, in containers too.
/// </summary>
internal static partial class HiddenName
{
    /// <summary>How many letters of the final name the hidden one keeps: a name holds at most 255 bytes.</summary>
    private const int LongestStem = 60;

    private const int MostAttempts = 8;

    /// <summary>Linux's number for a lock that somebody else holds.</summary>
    private const int Held = 11;

    /// <summary>What the name of a folder has behind that of the file which is its lock.</summary>
    internal const string FolderEnd = ".folder";

    /// <summary>
    /// By then, files of another system, which may share the folder but not its locks, count as dead, and so do those of earlier versions.
    /// </summary>
    private static readonly TimeSpan OfOthers = TimeSpan.FromDays(1);

    internal static readonly string Boot = BootOf("/proc/sys/kernel/random/boot_id");
    private static readonly ConcurrentDictionary<string, bool> Swept = new();

    /// <summary>A new name beside a final one; nothing is created.</summary>
    public static string Beside(string target)
    {
        string stem = Path.GetFileName(target);
        string start = stem.Length > LongestStem ? stem[..LongestStem] : stem;
        string random = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8));
        return Path.Combine(
            Path.GetDirectoryName(target) ?? "/",
            string.Create(CultureInfo.InvariantCulture, $".{start}.partial-{Environment.ProcessId}-{Boot}{random}"));
    }

    /// <summary>
    /// Creates a file of such a name, which must be new and is no link, and holds its lock until the handle is closed. What dead runs left
    /// in the folder is removed first.
    /// </summary>
    public static SafeFileHandle Create(string target, out string path)
    {
        Sweep(Path.GetDirectoryName(target) ?? "/");
        for (int attempt = 1; ; attempt++)
        {
            path = Beside(target);
            SafeFileHandle handle;
            try
            {
                handle = File.OpenHandle(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.Read | FileShare.Delete);
            }
            catch (IOException e) when (attempt < MostAttempts && (File.Exists(path) || (e.HResult & 0xffff) == Held))
            {
                // Another run holds the new file, to see whether its owner lives, or has just removed it.
                continue;
            }
            // Another run may have taken the file for a dead one's between its creation and its lock.
            if (File.Exists(path) || attempt == MostAttempts)
            {
                return handle;
            }
            handle.Dispose();
        }
    }

    /// <summary>Removes what dead runs left in a folder, once for each folder.</summary>
    private static void Sweep(string folder)
    {
        if (!Swept.TryAdd(folder, true))
        {
            return;
        }
        try
        {
            OlderSets.Settle(folder);
            foreach (string path in Directory.GetDirectories(folder, $".*.partial-*{FolderEnd}"))
            {
                RemoveDeadFolder(path);
            }
            foreach (string path in Directory.EnumerateFiles(folder, ".*.partial-*"))
            {
                RemoveDead(path);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A folder that may be written but not listed keeps what is in it.
        }
    }

    /// <summary>A folder's lock is the file beside it that has its name without the end; whoever fills the folder holds it.</summary>
    private static void RemoveDeadFolder(string path)
    {
        string file = path[..^FolderEnd.Length];
        Match name = Pattern().Match(Path.GetFileName(file));
        if (!name.Success || FileKinds.Of(path) != FileKind.Folder
            || !IsDead(new DirectoryInfo(path), name.Groups[1].Value, name.Groups[2].Value))
        {
            return;
        }
        if (!Path.Exists(file))
        {
            // Somebody removed the lock, or the run that was to remove both was killed between them.
            Ignoring(() => Directory.Delete(path, recursive: true));
            return;
        }
        IfUnlocked(file, () => Directory.Delete(path, recursive: true));
    }

    private static void RemoveDead(string path)
    {
        Match name = Pattern().Match(Path.GetFileName(path));
        if (name.Success && IsDead(path, name.Groups[1].Value, name.Groups[2].Value))
        {
            IfUnlocked(path, () => File.Delete(path));
        }
    }

    /// <summary>
    /// Whether the run that made a file has surely ended, as far as its name tells: it was of another start of the system and is old, or no
    /// such process lives. The lock tells the rest, but not on a share of another machine, where there is none.
    /// </summary>
    internal static bool IsDead(string path, string process, string boot) =>
        FileKinds.Of(path) == FileKind.Regular && IsDead(new FileInfo(path), process, boot);

    /// <summary>The same for a file or folder that is of the right kind.</summary>
    private static bool IsDead(FileSystemInfo file, string process, string boot)
    {
        if (file.LinkTarget is not null)
        {
            return false;
        }
        bool old = DateTime.UtcNow - file.LastWriteTimeUtc >= OfOthers;
        bool lives = process != Environment.ProcessId.ToString(CultureInfo.InvariantCulture) && Directory.Exists($"/proc/{process}");
        return old || (boot == Boot && !lives);
    }

    /// <summary>Does something to a file unless a living run, or another user, has it.</summary>
    internal static void IfUnlocked(string path, Action action) => Ignoring(() =>
    {
        // The lock is had only where no living run has the file open.
        using SafeFileHandle held = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None);
        action();
    });

    private static void Ignoring(Action action)
    {
        try
        {
            action();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A living run's, or another user's.
        }
    }

    /// <summary>Eight digits that differ from one start of the system to the next, and between machines.</summary>
    private static string BootOf(string path)
    {
        try
        {
            return File.ReadAllText(path)[..8];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return "00000000";
        }
    }

    [GeneratedRegex(@"^\..+\.partial-([0-9]+)-([0-9a-f]{8})?[0-9a-f]+$", RegexOptions.CultureInvariant)]
    private static partial Regex Pattern();
}
