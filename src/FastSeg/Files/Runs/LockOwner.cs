using System.Globalization;
using System.Text;

namespace FastSeg.Files.Runs;

/// <summary>Who holds a <see cref="BlockLock"/>.</summary>
/// <param name="Host">The machine's name.</param>
/// <param name="Boot">Which start of the machine it is, and in which of its containers.</param>
/// <param name="Process">The process's number.</param>
/// <param name="Start">When the process started, as the system counts it; a number may be used again.</param>
internal sealed record LockOwner(string Host, string Boot, int Process, string Start)
{
    private const int LongestText = 4096, First = 1;

    /// <summary>
    /// Where process numbers mean the same: this start of the machine, and this container. Null where the system does not tell; then other
    /// processes cannot be looked for.
    /// </summary>
    private static readonly string? Place = PlaceOf("/proc/self/ns/pid");

    /// <summary>This process.</summary>
    public static LockOwner OfThis() =>
        new(Environment.MachineName, Place ?? "?", Environment.ProcessId, StartOf(Environment.ProcessId) ?? "0");

    /// <summary>
    /// Whether this machine is the owner's, its processes are those that are seen here, and the owner is gone. Where even the first process
    /// is not seen, others are hidden too.
    /// </summary>
    public bool IsKnownDead => Host == Environment.MachineName && Boot == Place && StartOf(First) is not null && StartOf(Process) != Start;

    /// <summary>Who holds a lock; null where it is gone, or was torn when it was written.</summary>
    public static LockOwner? Read(string path)
    {
        try
        {
            using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            byte[] text = new byte[(int)Math.Min(file.Length, LongestText)];
            string[] lines = Encoding.UTF8.GetString(text, 0, file.ReadAtLeast(text, text.Length, throwOnEndOfStream: false)).Split('\n');
            return lines.Length >= 5 && int.TryParse(lines[2], NumberStyles.None, CultureInfo.InvariantCulture, out int process)
                ? new LockOwner(lines[0], lines[1], process, lines[3])
                : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>The text of a lock: a line each of host, boot, process, start and the present time.</summary>
    public byte[] Text() => Encoding.UTF8.GetBytes(string.Create(
        CultureInfo.InvariantCulture, $"{Host}\n{Boot}\n{Process}\n{Start}\n{DateTime.UtcNow:yyyy-MM-dd'T'HH:mm:ss'Z'}\n"));

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"process {Process} on {Host}");

    /// <summary>When a process started: the 22nd field of its line in /proc. Null where there is none.</summary>
    private static string? StartOf(int process)
    {
        try
        {
            string line = File.ReadAllText($"/proc/{process}/stat");
            // The second field is the program's name in brackets, which may hold anything.
            string[] fields = line[(line.LastIndexOf(')') + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
            return fields.Length > 19 ? fields[19] : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static string? PlaceOf(string names)
    {
        try
        {
            return new FileInfo(names).LinkTarget is { } target ? $"{HiddenName.Boot} {target}" : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
