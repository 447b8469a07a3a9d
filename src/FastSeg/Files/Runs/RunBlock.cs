using System.Globalization;
using System.Text.RegularExpressions;

namespace FastSeg.Files.Runs;

/// <summary>
/// A share of a run that one process of several does: consecutive units, so that no two blocks touch the same file; or consecutive rows, of
/// which it looks for the areas of the classes, before the blocks.
/// </summary>
/// <param name="Number">Which, from 1 up.</param>
/// <param name="Count">How many blocks there are.</param>
internal sealed partial record RunBlock(int Number, int Count)
{
    /// <summary>Units of the run's images before the one whose units are shared; 0 where there is one image.</summary>
    public long Before { get; init; }

    /// <summary>Units of all images of the run; 0 where there is one image.</summary>
    public long Total { get; init; }

    private const string Units = "block", Rows = "areas";

    /// <summary>Whether it is a share of the rows in which the areas of the classes are looked for.</summary>
    public bool IsAreas { get; init; }

    /// <summary>The name of its journal.</summary>
    public string JournalName => $"{(IsAreas ? Rows : Units)}-{Number}-of-{Count}";

    /// <summary>The name of its lock.</summary>
    public string LockName => JournalName + LockEnding;

    /// <summary>How names of locks end.</summary>
    public const string LockEnding = ".lock";

    /// <summary>Its units of an image, as a half-open range. They are numbered image by image over all images of the run.</summary>
    /// <param name="units">How many the image has.</param>
    public (long From, long To) Share(long units)
    {
        long all = Total > 0 ? Total : units;
        long Until(int number) => Math.Clamp((long)((Int128)number * all / Count) - Before, 0, units);
        return (Until(Number - 1), Until(Number));
    }

    /// <summary>Whether it has none of an image's units.</summary>
    /// <param name="units">How many the image has.</param>
    public bool HasNone(long units) => Share(units) is var (from, to) && from == to;

    /// <summary>The journals of blocks in a run's folder, or of shares of areas, in the order of their numbers.</summary>
    public static IReadOnlyList<(RunBlock Block, string Path)> Journals(string folder, bool areas = false) =>
    [
        .. Directory.EnumerateFiles(folder, $"{(areas ? Rows : Units)}-*").Select(path => (Block: Of(Path.GetFileName(path)), Path: path))
            .Where(one => one.Block is not null).Select(one => (one.Block!, one.Path)).OrderBy(one => one.Item1.Number),
    ];

    /// <summary>The block whose journal or lock has this name; null for other names.</summary>
    public static RunBlock? Of(string name)
    {
        Match match = Pattern().Match(name);
        return match.Success
            && int.TryParse(match.Groups[2].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out int number)
            && int.TryParse(match.Groups[3].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out int count)
            && number >= 1 && number <= count
            ? new RunBlock(number, count) { IsAreas = match.Groups[1].Value == Rows }
            : null;
    }

    public override string ToString() => $"{(IsAreas ? Rows : Units)} {Number} of {Count}";

    [GeneratedRegex("^(block|areas)-([0-9]+)-of-([0-9]+)$", RegexOptions.CultureInvariant)]
    private static partial Regex Pattern();
}
