using System.Security.Cryptography;
using System.Text;
using FastSeg.Studio.Files;

namespace FastSeg.Studio.Projects;

/// <summary>
/// The file that everything is in: one record a line, each with a checksum, only ever appended to. A record is on the disk when
/// <see cref="Append"/> returns. One thread at a time.
/// </summary>
internal sealed class Journal : IDisposable
{
    private static readonly byte[] CheckBegins = Encoding.ASCII.GetBytes(",\"check\":\"");
    private static readonly byte[] CheckEnds = Encoding.ASCII.GetBytes("\"}");

    private const int CheckDigits = 16;

    /// <summary>Bytes of the file that are read at once; longer lines are read, too.</summary>
    private const int ReadAtOnce = 1 << 20;

    private readonly JournalFile _file;
    private readonly string _path;
    private long _length;
    private Exception? _broken;

    private Journal(JournalFile file, string path) => (_file, _path) = (file, path);

    /// <summary>Number of the last record; 0 where there is none.</summary>
    public long Version { get; private set; }

    /// <summary>What was cut off the end of the file when it was opened, in a sentence; null where nothing was.</summary>
    public string? CutOff { get; private set; }

    /// <summary>Opens a journal and hands over its records.</summary>
    /// <param name="file">The file, which the journal will close.</param>
    /// <param name="path">Its name, for sentences.</param>
    /// <param name="each">Takes each record, and where it lies in the file.</param>
    /// <exception cref="FastSegException">A record before the last one is damaged, or the file cannot be read and written.</exception>
    public static Journal Open(JournalFile file, string path, Action<JournalRecord, JournalPlace> each)
    {
        var journal = new Journal(file, path);
        try
        {
            journal.ReadAll(each);
            return journal;
        }
        catch
        {
            journal.Dispose();
            throw;
        }
    }

    /// <summary>Appends a record. When this returns it is on the disk.</summary>
    /// <exception cref="NotSavedException">It could not be written; the journal is as it was.</exception>
    public JournalPlace Append(JournalRecord record)
    {
        if (_broken is not null)
        {
            throw new NotSavedException(
                $"Not saved: {_path} could not be mended after a failed write; free its disk and start the studio again.", _broken);
        }
        byte[] line = Line(record);
        try
        {
            _file.Write(line, _length);
            _file.Flush();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            TakeBack();
            throw new NotSavedException(
                $"Not saved: {_path} cannot be written ({e.Message.TrimEnd('.')}); free its disk and try again.", e);
        }
        var place = new JournalPlace(_length, line.Length);
        _length += line.Length;
        Version = record.Version;
        return place;
    }

    /// <summary>Reads a record again.</summary>
    public JournalRecord Read(JournalPlace place)
    {
        byte[] line = new byte[place.Length];
        _file.Read(line, place.Offset);
        return Parse(line.AsSpan(0, line.Length - 1))
            ?? throw new FastSegException($"{_path} was changed by another program at byte {place.Offset}; restore it from a backup.");
    }

    public void Dispose() => _file.Dispose();

    /// <summary>A record as a line of the file.</summary>
    internal static byte[] Line(JournalRecord record)
    {
        byte[] json = ProjectJson.Write(record);
        ReadOnlySpan<byte> body = json.AsSpan(0, json.Length - 1);
        return [.. body, .. CheckBegins, .. Check(body), .. CheckEnds, (byte)'\n'];
    }

    /// <summary>A line without its end as a record; null where it is damaged.</summary>
    internal static JournalRecord? Parse(ReadOnlySpan<byte> line)
    {
        int tail = CheckBegins.Length + CheckDigits + CheckEnds.Length;
        if (line.Length < tail)
        {
            return null;
        }
        ReadOnlySpan<byte> body = line[..^tail];
        bool whole = line[body.Length..].StartsWith(CheckBegins) && line.EndsWith(CheckEnds)
            && line.Slice(body.Length + CheckBegins.Length, CheckDigits).SequenceEqual(Check(body));
        return whole ? ProjectJson.Read<JournalRecord>([.. body, (byte)'}'], "record") : null;
    }

    /// <summary>The first 64 bits of the SHA-256, in hexadecimal digits.</summary>
    private static byte[] Check(ReadOnlySpan<byte> body)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(body, hash);
        return Encoding.ASCII.GetBytes(Convert.ToHexStringLower(hash[..(CheckDigits / 2)]));
    }

    /// <summary>Takes off what a failed write left behind.</summary>
    private void TakeBack()
    {
        try
        {
            _file.Cut(_length);
            _file.Flush();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            _broken = e;
        }
    }

    private void ReadAll(Action<JournalRecord, JournalPlace> each)
    {
        int number = 0;
        foreach ((byte[] line, bool ended) in Lines())
        {
            number++;
            JournalRecord? record = ended ? Parse(line.AsSpan(0, line.Length - 1)) : null;
            if (record is not null && record.Version == Version + 1)
            {
                each(record, new JournalPlace(_length, line.Length));
                Version = record.Version;
                _length += line.Length;
            }
            else if (_length + line.Length < _file.Length)
            {
                throw new FastSegException(
                    $"Line {number} of {_path} is damaged, and lines follow it; restore the file from a backup, or, to keep what was " +
                        $"drawn before, copy the folder and delete that line and all after it.");
            }
            else
            {
                CutOff = $"The last line of {_path} was torn ({line.Length} bytes, never acknowledged) and was cut off.";
                _file.Cut(_length);
                _file.Flush();
            }
        }
    }

    /// <summary>The lines of the file with their ends, and whether they have one.</summary>
    private IEnumerable<(byte[] Line, bool Ended)> Lines()
    {
        byte[] buffer = new byte[ReadAtOnce];
        long next = 0, length = _file.Length;
        for (int filled = 0; filled > 0 || next < length;)
        {
            int more = (int)Math.Min(buffer.Length - filled, length - next);
            _file.Read(buffer.AsSpan(filled, more), next);
            (filled, next) = (filled + more, next + more);
            int start = 0;
            for (int end; (end = buffer.AsSpan(start, filled - start).IndexOf((byte)'\n')) >= 0; start += end + 1)
            {
                yield return (buffer[start..(start + end + 1)], true);
            }
            if (next == length && start < filled)
            {
                yield return (buffer[start..filled], false);
                yield break;
            }
            buffer.AsSpan(start, filled - start).CopyTo(buffer);
            filled -= start;
            if (filled == buffer.Length)
            {
                Array.Resize(ref buffer, 2 * buffer.Length);
            }
        }
    }
}
