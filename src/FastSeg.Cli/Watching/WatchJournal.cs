using FastSeg.Files;
using FastSeg.Files.Runs;
using Microsoft.Win32.SafeHandles;

namespace FastSeg.Cli.Watching;

/// <summary>
/// Which files of a watched folder were dealt with, in the hidden folder .OUT.fastseg-run beside the results. The next watch over the same
/// folder goes on from it. A file is known by its name, its length and a CRC-32 (<see cref="FileCrc"/>); its time only saves reading it.
/// </summary>
internal sealed class WatchJournal : IDisposable
{
    private readonly SafeFileHandle _lock;
    private readonly RunJournal _journal;
    private readonly string _unsaid;

    /// <summary>The names of what the journal has.</summary>
    private readonly HashSet<string> _units = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<Known>> _known = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _owners = new(StringComparer.Ordinal);

    /// <summary>Opens the journal of a folder of results, or begins one, and keeps other watches away from it.</summary>
    /// <param name="output">The folder of results, which exists.</param>
    /// <param name="run">What is watched, and how it is segmented.</param>
    /// <exception cref="FastSegException">
    /// Another run writes there, or the journal is that of another watch, or cannot be written.
    /// </exception>
    public WatchJournal(string output, RunIdentity run)
    {
        string folder = RunFolder.Places(output).Hidden;
        _lock = Lock(folder, output);
        try
        {
            _unsaid = Path.Combine(folder, "unsaid");
            _journal = new RunJournal(Path.Combine(folder, "journal"), run);
            foreach (RunUnit unit in _journal.Earlier.Values)
            {
                _units.Add(unit.Name);
                if (WatchedFile.Parse(unit.Name) is { } file)
                {
                    Remember(file, unit);
                }
            }
            _journal.Forget();
        }
        catch
        {
            _journal?.Dispose();
            _lock.Dispose();
            throw;
        }
    }

    /// <summary>Prints the line of a file that a watch dealt with and was killed, or had its output closed, before it told of it.</summary>
    /// <param name="print">Prints it.</param>
    public void SayUnsaid(Action<string> print)
    {
        string[] parts = File.Exists(_unsaid) ? File.ReadAllText(_unsaid).Split('\n') : [];
        // Where the watch was killed before the journal had the file, the file is dealt with again.
        if (parts.Length == 3 && parts[2].Length == 0 && _units.Contains(parts[0]))
        {
            Say(parts[0], parts[1], print);
        }
    }

    /// <summary>Whether a file was dealt with, as it is now.</summary>
    /// <param name="file">The file.</param>
    /// <param name="path">Its path, to be read where its time is another one.</param>
    public bool Has(Arrival file, string path)
    {
        if (!_known.TryGetValue(file.Name, out List<Known>? states))
        {
            return false;
        }
        if (states.Exists(state => state.Length == file.Length && state.Time == file.Time))
        {
            return true;
        }
        if (!states.Exists(state => state.Length == file.Length) || FileCrc.Of(path) is not { } crc
            || !states.Exists(state => state.Length == file.Length && state.Crc == crc))
        {
            return false;
        }
        states.Add(new Known(file.Length, file.Time, crc));
        return true;
    }

    /// <summary>The file whose labels have a name; null where no file's have.</summary>
    public string? OwnerOf(string output) => _owners.GetValueOrDefault(output);

    /// <summary>Keeps for good that a file was dealt with, and prints its line.</summary>
    /// <param name="file">The file.</param>
    /// <param name="path">Its path.</param>
    /// <param name="output">The name of its labels; null where it failed.</param>
    /// <param name="line">The line.</param>
    /// <param name="print">Prints it.</param>
    /// <exception cref="FastSegException">The journal cannot be written.</exception>
    public void Keep(Arrival file, string path, string? output, string line, Action<string> print)
    {
        var watched = new WatchedFile(file.Name, file.Time, output);
        uint? crc = FileCrc.Of(path);
        var unit = new RunUnit(watched.Text(), file.Length, crc ?? 0);
        // A file that is gone, or that may not be read, is remembered until the watch ends.
        if (crc is not null)
        {
            WriteUnsaid($"{unit.Name}\n{line}\n");
            _journal.Add(unit);
            _units.Add(unit.Name);
            _journal.Flush();
        }
        Remember(watched, unit);
        Say(unit.Name, line, print);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _journal.Dispose();
        _lock.Dispose();
    }

    private void Remember(WatchedFile file, RunUnit unit)
    {
        if (!_known.TryGetValue(file.Name, out List<Known>? states))
        {
            _known.Add(file.Name, states = []);
        }
        states.Add(new Known(unit.Length, file.Time, unit.Crc));
        if (file.Output is not null)
        {
            _owners[file.Output] = file.Name;
        }
    }

    /// <summary>
    /// Prints a line that waits. A listener may end the watch as soon as he has read it, so it counts as said a moment before.
    /// </summary>
    private void Say(string unit, string line, Action<string> print)
    {
        WriteUnsaid("");
        try
        {
            print(line);
        }
        catch
        {
            WriteUnsaid($"{unit}\n{line}\n");
            throw;
        }
    }

    private void WriteUnsaid(string text)
    {
        try
        {
            File.WriteAllText(_unsaid, text);
        }
        catch (Exception e) when (PartialFile.IsDiskFailure(e))
        {
            throw new FastSegException(
                $"{_unsaid} cannot be written: {PartialFile.Reason(e, Path.GetDirectoryName(_unsaid)!, "name another folder")}.", e);
        }
    }

    private static SafeFileHandle Lock(string folder, string output)
    {
        try
        {
            Directory.CreateDirectory(folder);
            return File.OpenHandle(Path.Combine(folder, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException e) when ((e.HResult & 0xffff) == Held)
        {
            throw new FastSegException($"Another run writes to {output}, and holds {folder}; wait for it, or name another folder.", e);
        }
        catch (Exception e) when (PartialFile.IsDiskFailure(e))
        {
            string above = Path.GetDirectoryName(folder) ?? "/";
            throw new FastSegException($"{folder} cannot be made: {PartialFile.Reason(e, above, "name another folder")}.", e);
        }
    }

    /// <summary>Linux's number for a lock that somebody else holds.</summary>
    private const int Held = 11;

    /// <summary>A state of a file that was dealt with.</summary>
    private readonly record struct Known(long Length, long Time, uint Crc);
}
