namespace FastSeg.Studio.Exports;

/// <summary>
/// OME-Zarrs of an earlier run that lie where new ones are to come. They are moved aside, since a store is never written over. Each goes
/// when its new one is there, and comes back where none was made.
/// </summary>
internal sealed class ReplacedStores : IDisposable
{
    private readonly List<(string Path, string Aside)> _moved = [];

    /// <summary>Moves those aside that are there.</summary>
    /// <param name="paths">Results, which the studio may replace; files among them are left alone.</param>
    /// <exception cref="FastSegException">One cannot be moved.</exception>
    public ReplacedStores(IEnumerable<string> paths)
    {
        foreach (string path in paths.Where(Directory.Exists))
        {
            string aside = Path.Combine(Path.GetDirectoryName(path)!, $".{Path.GetFileName(path)}.{Guid.NewGuid():N}");
            try
            {
                Directory.Move(path, aside);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                Dispose();
                throw new FastSegException($"{path} of an earlier run cannot be replaced: {e.Message}");
            }
            _moved.Add((path, aside));
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach ((string path, string aside) in _moved)
        {
            if (Directory.Exists(path))
            {
                Directory.Delete(aside, recursive: true);
            }
            else
            {
                Directory.Move(aside, path);
            }
        }
        _moved.Clear();
    }
}
