using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace FastSeg.Files;

/// <summary>
/// Older outputs that are put aside while the new ones of a run get their names. The hidden name tells the final one, the process, and the
/// set that the file belongs to, so that the next run in the folder can undo what a killed one began: where none of the new files has its
/// name yet, the older ones get theirs back. Where all new ones are in their places, the older ones go. Where only some are, they stay.
/// </summary>
internal static partial class OlderSets
{
    private const int LongestName = 255;

    /// <summary>A new set's mark.</summary>
    public static string NewSet() => HiddenName.Boot + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8));

    /// <summary>The hidden name of an older file; null where the final name is too long for one.</summary>
    public static string? Aside(string target, string set)
    {
        string name = string.Create(CultureInfo.InvariantCulture, $".{Path.GetFileName(target)}.older-{Environment.ProcessId}-{set}");
        return Encoding.UTF8.GetByteCount(name) <= LongestName ? Path.Combine(Path.GetDirectoryName(target) ?? "/", name) : null;
    }

    /// <summary>Undoes or ends what dead runs began in a folder.</summary>
    public static void Settle(string folder)
    {
        var found = from path in Directory.EnumerateFiles(folder, ".*.older-*")
                    let name = Pattern().Match(Path.GetFileName(path))
                    where name.Success && HiddenName.IsDead(path, name.Groups[2].Value, name.Groups[3].Value)
                    group (Path: path, Target: Path.Combine(folder, name.Groups[1].Value)) by name.Groups[4].Value;
        foreach (var set in found.ToList())
        {
            if (set.All(file => !Path.Exists(file.Target)))
            {
                set.ToList().ForEach(file => HiddenName.IfUnlocked(file.Path, () => File.Move(file.Path, file.Target)));
            }
            else if (set.All(file => Path.Exists(file.Target)))
            {
                set.ToList().ForEach(file => HiddenName.IfUnlocked(file.Path, () => File.Delete(file.Path)));
            }
        }
    }

    [GeneratedRegex(@"^\.(.+)\.older-([0-9]+)-([0-9a-f]{8})([0-9a-f]{16})$", RegexOptions.CultureInvariant)]
    private static partial Regex Pattern();
}
