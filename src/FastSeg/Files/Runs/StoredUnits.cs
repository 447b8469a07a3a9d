using System.Globalization;
using Microsoft.Win32.SafeHandles;

namespace FastSeg.Files.Runs;

/// <summary>
/// Units of a run that lie in its folder. A unit's name is the path of its file there, or FILE#NUMBER@OFFSET for a stretch of a file.
/// </summary>
internal static class StoredUnits
{
    private const int ReadAtOnce = 1 << 18;

    /// <summary>The units whose bytes are there as the journal says, by name.</summary>
    /// <param name="folder">The run's folder.</param>
    /// <param name="units">What the journal says.</param>
    public static IReadOnlyDictionary<string, RunUnit> Whole(string folder, IEnumerable<RunUnit> units)
    {
        var whole = new Dictionary<string, RunUnit>();
        byte[] buffer = new byte[ReadAtOnce];
        foreach (IGrouping<string, RunUnit> file in units.GroupBy(unit => FileOf(unit.Name)))
        {
            string path = Path.Combine(folder, file.Key);
            if (file.Key.Split('/').Contains("..") || FileKinds.Of(path) != FileKind.Regular)
            {
                continue;
            }
            using SafeFileHandle handle = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            foreach (RunUnit unit in file.Where(unit => IsWhole(handle, unit, buffer)))
            {
                whole[unit.Name] = unit;
            }
        }
        return whole;
    }

    /// <summary>Brings the files of units to the disk, and then the folders that they lie in.</summary>
    /// <exception cref="IOException">The disk fails.</exception>
    public static void Sync(string folder, IEnumerable<RunUnit> units)
    {
        string[] files = [.. units.Select(unit => Path.Combine(folder, FileOf(unit.Name))).Distinct()];
        // A mark such as "finished" is no file.
        foreach (string file in files.Where(File.Exists))
        {
            using SafeFileHandle handle = File.OpenHandle(
                file, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
            RandomAccess.FlushToDisk(handle);
        }
        foreach (string above in files.Select(file => Path.GetDirectoryName(file)!).Distinct().Where(Directory.Exists))
        {
            FolderFlush.Of(above);
        }
    }

    /// <summary>The name of a stretch of a file.</summary>
    public static string Stretch(string number, long offset) => string.Create(CultureInfo.InvariantCulture, $"#{number}@{offset}");

    /// <summary>The number and the offset of a stretch; null for a name that is none.</summary>
    public static (string Number, long Offset)? StretchOf(string name)
    {
        int hash = name.LastIndexOf('#'), at = name.LastIndexOf('@');
        return hash >= 0 && at > hash
            && long.TryParse(name.AsSpan(at + 1), NumberStyles.None, CultureInfo.InvariantCulture, out long offset)
            ? (name[(hash + 1)..at], offset)
            : null;
    }

    private static string FileOf(string name) => StretchOf(name) is null ? name : name[..name.LastIndexOf('#')];

    private static bool IsWhole(SafeFileHandle file, RunUnit unit, byte[] buffer)
    {
        long length = RandomAccess.GetLength(file);
        long start = StretchOf(unit.Name)?.Offset ?? 0;
        bool fits = StretchOf(unit.Name) is null ? length == unit.Length : unit.Length >= 0 && start <= length - unit.Length;
        if (!fits)
        {
            return false;
        }
        uint crc = Crc32.Of([]);
        for (long done = 0; done < unit.Length;)
        {
            int got = RandomAccess.Read(file, buffer.AsSpan(0, (int)Math.Min(buffer.Length, unit.Length - done)), start + done);
            if (got == 0)
            {
                return false;
            }
            crc = Crc32.More(crc, buffer.AsSpan(0, got));
            done += got;
        }
        return crc == unit.Crc;
    }
}
