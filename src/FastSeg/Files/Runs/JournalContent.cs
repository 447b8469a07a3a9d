using Microsoft.Win32.SafeHandles;

namespace FastSeg.Files.Runs;

/// <summary>What a <see cref="RunJournal"/> says; a living one may be read while its run writes it.</summary>
/// <param name="Run">The run that wrote it.</param>
/// <param name="Units">Finished units by name.</param>
/// <param name="End">Bytes up to the end of the last whole line.</param>
/// <param name="IsTorn">Whether something that is no whole line follows.</param>
internal sealed record JournalContent(RunIdentity Run, Dictionary<string, RunUnit> Units, long End, bool IsTorn)
{
    /// <summary>Larger files are taken for damage: a line has about 50 bytes, and a unit is a million pixels.</summary>
    private const long Largest = 1L << 30;

    /// <summary>Reads a journal; null where there is none, or one whose first line never came to the disk.</summary>
    /// <exception cref="FastSegException">The file is no journal, or cannot be read.</exception>
    public static JournalContent? Read(string path)
    {
        if (FileKinds.Of(path) == FileKind.Missing)
        {
            return null;
        }
        FileKinds.RefuseStreams(path, path);
        try
        {
            using SafeFileHandle file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            long length = RandomAccess.GetLength(file);
            return length <= Largest
                ? Read(path, file, length)
                : throw new FastSegException($"{path} has {length} bytes, too many for the journal of a run; remove it.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new FastSegException($"{path} cannot be read ({InputFile.OneLine(e.Message)}); check its permissions.", e);
        }
    }

    private static JournalContent? Read(string path, SafeFileHandle file, long length)
    {
        RunIdentity? run = null;
        var units = new Dictionary<string, RunUnit>();
        byte[] window = new byte[2 * JournalText.LongestLine];
        long end = 0;
        for (int held = 0, got; (got = RandomAccess.Read(file, window.AsSpan(held), end + held)) > 0;)
        {
            held += got;
            int used = 0;
            for (int line; (line = window.AsSpan(used, held - used).IndexOf((byte)'\n')) >= 0; used += line + 1)
            {
                var list = JournalText.Parse(window.AsSpan(used, line));
                if (run is null)
                {
                    run = list is null ? null : JournalText.Run(list);
                    if (run is null)
                    {
                        throw new FastSegException($"{path} is no journal of a run by this version; remove it, or name another place.");
                    }
                }
                else if (list is not null && JournalText.Unit(list) is { } unit)
                {
                    units[unit.Name] = unit;
                }
                else
                {
                    return new JournalContent(run, units, end + used, true);
                }
            }
            if (used == 0 && held >= JournalText.LongestLine)
            {
                break;
            }
            window.AsSpan(used, held - used).CopyTo(window);
            (held, end) = (held - used, end + used);
        }
        if (run is not null)
        {
            return new JournalContent(run, units, end, end < length);
        }
        return length < JournalText.LongestLine
            ? null
            : throw new FastSegException($"{path} is no journal of a run; remove it, or name another place.");
    }
}
