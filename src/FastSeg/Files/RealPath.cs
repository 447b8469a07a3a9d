namespace FastSeg;

/// <summary>Where a path really leads.</summary>
internal static class RealPath
{
    /// <summary>Links followed before a path counts as a circle; Linux's own limit.</summary>
    private const int MostLinks = 40;

    /// <summary>The full path with every link on the way replaced by its target. What does not exist (yet) stays as it is written.</summary>
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
            links++;
            string full = Path.GetFullPath(target, real);
            Push(rest, full);
            real = "/";
        }
        return real;
    }

    private static void Push(Stack<string> rest, string full)
    {
        foreach (string part in full.Split('/', StringSplitOptions.RemoveEmptyEntries).Reverse())
        {
            rest.Push(part);
        }
    }

    private static string? Target(string path)
    {
        try
        {
            return new FileInfo(path).LinkTarget;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A folder that may not be searched: nothing of it can be resolved, and opening the file says so.
            return null;
        }
    }
}
