using System.Globalization;

namespace FastSeg.Cli.Options;

/// <summary>
/// The memory that the process's control groups allow: what a container, a service or a batch job was given. Beyond it the system ends the
/// process without a word, so it is what --memory stands for where it is not given.
/// </summary>
internal static class ContainerMemory
{
    /// <summary>Limits from here on mean that there is none: version 1 writes the largest page count that it knows.</summary>
    private const long None = 1L << 60;

    /// <summary>The least limit of the process's group and of all groups above it; 0 where there is none.</summary>
    public static long Limit { get; } = Of("/proc/self/cgroup", "/sys/fs/cgroup");

    /// <summary>The same, given the files of the system.</summary>
    /// <param name="groups">The list of the process's groups: number, controllers and path, separated by colons.</param>
    /// <param name="root">Where the groups' folders are mounted.</param>
    public static long Of(string groups, string root)
    {
        long least = None;
        foreach (string[] group in Lines(groups).Select(line => line.Split(':', 3)).Where(parts => parts.Length == 3))
        {
            // Version 2 has one tree for everything, beside those of version 1 where both are mounted.
            (string[] trees, string file) = group[1].Length == 0
                ? ((string[])[root, Path.Combine(root, "unified")], "memory.max")
                : group[1].Split(',').Contains("memory") ? ([Path.Combine(root, "memory")], "memory.limit_in_bytes")
                : ([], "");
            foreach (string tree in trees)
            {
                least = Math.Min(least, Least(tree, group[2], file));
            }
        }
        return least == None ? 0 : least;
    }

    /// <summary>The least limit from a group's folder up to the tree's root; what a container does not see of it is passed over.</summary>
    private static long Least(string tree, string path, string file)
    {
        string[] parts = path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        parts = parts.Contains("..") ? [] : parts;
        long least = None;
        for (int depth = parts.Length; depth >= 0; depth--)
        {
            string text = Lines(Path.Combine([tree, .. parts[..depth], file])).FirstOrDefault("");
            if (long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long limit) && limit > 0)
            {
                least = Math.Min(least, limit);
            }
        }
        return least;
    }

    private static string[] Lines(string path)
    {
        try
        {
            return File.Exists(path) ? File.ReadAllLines(path) : [];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}
