namespace FastSeg.Files;

/// <summary>Resolves the symbolic links of a path, those of its folders too.</summary>
internal static class RealPath
{
    /// <summary>How many links are followed before the path counts as a circle: Linux's own limit.</summary>
    private const int MostLinks = 40;

    /// <summary>
    /// The full path with every link on the way replaced by its target. A part that does not exist (yet) stays as it is written.
    /// </summary>
    public static string Of(string path)
    {
        var rest = new Stack<string>();
        Push(rest, Path.GetFullPath(path));
        string real = "/";
        int links = 0;
        while (rest.TryPop(out string? part))
        {
            string next = Path.Combine(real, part);
            string? target = links < MostLinks ? Target(next) : null;
            if (target is null)
            {
                real = next;
                continue;
            }
            // The target's own parts may be links again, so the walk starts over from the root with the target's parts put in front.
            links++;
            string full = Path.GetFullPath(target, real);
            Push(rest, full);
            real = "/";
        }
        return real;
    }

    /// <summary>Puts a path's parts on the stack, the first one on top.</summary>
    private static void Push(Stack<string> rest, string full)
    {
        foreach (string part in full.Split('/', StringSplitOptions.RemoveEmptyEntries).Reverse())
        {
            rest.Push(part);
        }
    }

    /// <summary>What a link points to; null for everything that is no link.</summary>
    private static string? Target(string path)
    {
        try
        {
            return new FileInfo(path).LinkTarget;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The folder may not be searched, so nothing in it can be resolved; opening the file will say so.
            return null;
        }
    }
}
