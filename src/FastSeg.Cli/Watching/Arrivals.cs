using System.Collections.Concurrent;
using System.Diagnostics;
using System.IO.Enumeration;
using FastSeg.Files;

namespace FastSeg.Cli.Watching;

/// <summary>
/// Tells which files of a folder are complete. A file is when its length and time have stood still for a while, or at once when it got its
/// name by a rename inside the folder, as careful writers do. The folder is read again and again, since no system tells of files that
/// another machine puts into a share; the system's own notices only tell renames from files that are being written.
/// </summary>
internal sealed class Arrivals : IDisposable
{
    /// <summary>Stands for a time so long ago that nothing is waited for.</summary>
    private const long LongAgo = 0;

    private readonly string _folder;
    private readonly IReadOnlyList<string> _patterns;
    private readonly TimeSpan _still;
    private readonly ConcurrentDictionary<string, bool> _renamed = new(StringComparer.Ordinal);
    private readonly FileSystemWatcher? _notices;
    private Dictionary<string, (Arrival File, long Since)> _seen = new(StringComparer.Ordinal);

    /// <summary>Begins to watch.</summary>
    /// <param name="folder">The folder, without those inside it.</param>
    /// <param name="patterns">What names look like, with * and ?; one of them must fit. Hidden files are never looked at.</param>
    /// <param name="still">How long a file must stand still.</param>
    public Arrivals(string folder, IReadOnlyList<string> patterns, TimeSpan still)
    {
        (_folder, _patterns, _still) = (folder, patterns, still);
        try
        {
            _notices = new FileSystemWatcher(folder) { NotifyFilter = NotifyFilters.FileName };
            _notices.Renamed += (_, rename) => Note(rename.Name);
            _notices.EnableRaisingEvents = true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            // The system has no notices left, or the folder is gone for the moment: renamed files stand still, too.
            _notices?.Dispose();
            _notices = null;
        }
    }

    /// <summary>The files that are complete, the oldest first.</summary>
    /// <param name="isKnown">Whether a file was dealt with already.</param>
    /// <exception cref="IOException">The folder cannot be read now.</exception>
    /// <exception cref="UnauthorizedAccessException">As above.</exception>
    public IReadOnlyList<Arrival> Complete(Func<Arrival, bool> isKnown)
    {
        long now = Stopwatch.GetTimestamp();
        var seen = new Dictionary<string, (Arrival File, long Since)>(StringComparer.Ordinal);
        foreach (FileInfo entry in new DirectoryInfo(_folder).EnumerateFiles())
        {
            // A writer may make an empty file first and fill it much later.
            if (Fits(entry.Name) && StateOf(entry) is { Length: > 0 } file && !isKnown(file))
            {
                bool same = _seen.TryGetValue(entry.Name, out (Arrival File, long Since) before) && before.File == file;
                long since = _renamed.TryRemove(entry.Name, out _) ? LongAgo : same ? before.Since : now;
                seen.Add(entry.Name, (file, since));
            }
        }
        _seen = seen;
        return
        [
            .. seen.Values.Where(entry => entry.Since == LongAgo || Stopwatch.GetElapsedTime(entry.Since, now) >= _still)
                .Select(entry => entry.File).OrderBy(file => file.Time).ThenBy(file => file.Name, StringComparer.Ordinal),
        ];
    }

    /// <summary>A file as it is now; null where it is gone.</summary>
    public Arrival? StateOf(string name) => StateOf(new FileInfo(Path.Combine(_folder, name)));

    /// <inheritdoc/>
    public void Dispose() => _notices?.Dispose();

    private void Note(string? name)
    {
        if (name is not null && Fits(name))
        {
            _renamed[name] = true;
        }
    }

    private bool Fits(string name) =>
        !name.StartsWith('.') && _patterns.Any(pattern => FileSystemName.MatchesSimpleExpression(pattern, name, ignoreCase: false));

    private static Arrival? StateOf(FileInfo entry)
    {
        try
        {
            FileSystemInfo? real = entry.LinkTarget is null ? entry : entry.ResolveLinkTarget(returnFinalTarget: true);
            return real is FileInfo { Exists: true } file && FileKinds.Of(file.FullName) == FileKind.Regular
                ? new Arrival(entry.Name, file.Length, file.LastWriteTimeUtc.Ticks)
                : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It went away meanwhile.
            return null;
        }
    }
}
