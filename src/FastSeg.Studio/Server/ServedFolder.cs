namespace FastSeg.Studio.Server;

/// <summary>A folder whose files are served, and nothing outside it.</summary>
/// <param name="root">The folder.</param>
internal sealed class ServedFolder(string root)
{
    private static readonly Dictionary<string, string> Types = new(StringComparer.OrdinalIgnoreCase)
    {
        [".html"] = "text/html; charset=utf-8",
        [".css"] = "text/css; charset=utf-8",
        [".js"] = "text/javascript; charset=utf-8",
        [".mjs"] = "text/javascript; charset=utf-8",
        [".svg"] = "image/svg+xml",
        [".png"] = "image/png",
        [".ico"] = "image/x-icon",
        [".woff2"] = "font/woff2",
        [".webmanifest"] = "application/manifest+json",
    };

    private readonly string _root = Path.GetFullPath(root);

    /// <summary>
    /// The file of a path below the folder, with the type that it is served as. Null where there is none, where its kind is not served,
    /// and where a link or ".." is on the way.
    /// </summary>
    public (FileInfo File, string Type)? Find(string path)
    {
        string[] parts = path.Split('/');
        if (parts.Any(part => part.Length == 0 || part[0] == '.' || part == "node_modules" || part.AsSpan().ContainsAny('\\', '\0'))
            || !Types.TryGetValue(Path.GetExtension(path), out string? type))
        {
            return null;
        }
        string full = _root;
        foreach (string part in parts)
        {
            full = Path.Combine(full, part);
            if (new FileInfo(full).LinkTarget is not null)
            {
                return null;
            }
        }
        var file = new FileInfo(full);
        return file.Exists ? (file, type) : null;
    }
}
