using FastSeg.Files;
using FastSeg.Studio.Files;
using FastSeg.Studio.Projects;

namespace FastSeg.Studio.Exports;

/// <summary>
/// Which files of a project's results the studio may replace: all in the project's own folders, and elsewhere those that it wrote itself
/// and nobody has changed since. They are listed in the project's folder.
/// </summary>
/// <param name="project">The project's folder.</param>
internal sealed class WrittenFiles(string project)
{
    /// <summary>The project's own folders of results.</summary>
    public const string Segmentations = "segmentations", Features = "features";

    private readonly string _list = Path.Combine(project, "written.json");

    /// <summary>Where they lie unless they are links: what a link leads to is not the studio's.</summary>
    private readonly string[] _own =
        [Path.Combine(RealPath.Of(project), Segmentations), Path.Combine(RealPath.Of(project), Features)];

    /// <summary>Refuses names of results that would replace something else than results.</summary>
    /// <param name="paths">The names.</param>
    /// <param name="images">The project's images.</param>
    /// <exception cref="FastSegException">A name is that of an image, or of a file that the studio did not write.</exception>
    public void Check(IEnumerable<string> paths, IReadOnlyList<ProjectImage> images)
    {
        var shown = images.Select(image => RealPath.Of(image.Path)).ToHashSet();
        Dictionary<string, Stamp> written = Read();
        foreach (string path in paths)
        {
            string real = RealPath.Of(path);
            if (shown.Contains(real))
            {
                throw new FastSegException($"{path} is an image of the project, which a result must not replace; name another --output.");
            }
            if (!MayReplace(real, written))
            {
                throw new FastSegException(
                    $"{path} is there already, and not as this project's studio wrote it; move it away, or name another --output.");
            }
        }
    }

    /// <summary>Whether there is a file of a name that the studio wrote.</summary>
    public bool Has(string path)
    {
        string real = RealPath.Of(path);
        return File.Exists(real) && MayReplace(real, Read());
    }

    /// <summary>Remembers a file that was just written.</summary>
    /// <exception cref="FastSegException">The project's folder cannot be written.</exception>
    public void Add(string path)
    {
        string real = RealPath.Of(path);
        if (!IsOwn(real) && Stamp.Of(real) is { } stamp)
        {
            Dictionary<string, Stamp> written = Read();
            written[real] = stamp;
            ProjectFolder.Guarded(project, () => Disk.WriteWhole(_list, ProjectJson.Write(written)));
        }
    }

    private bool MayReplace(string real, Dictionary<string, Stamp> written) =>
        IsOwn(real) || (!Directory.Exists(real) && Stamp.Of(real) is null)
            || (Stamp.Of(real) is { } found && written.TryGetValue(real, out Stamp? last) && last == found);

    private bool IsOwn(string real) => _own.Contains(Path.GetDirectoryName(real));

    private Dictionary<string, Stamp> Read()
    {
        try
        {
            return File.Exists(_list) ? ProjectJson.Read<Dictionary<string, Stamp>>(File.ReadAllBytes(_list), $"file {_list}") : [];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or FastSegException)
        {
            // Without the list nothing is replaced.
            return [];
        }
    }

    /// <summary>
    /// What a file looked like when it was written. A folder, such as an OME-Zarr, has none: outside of the project's own folders it is
    /// never replaced, since its parts may have been changed.
    /// </summary>
    private sealed record Stamp(long Length, DateTime Changed)
    {
        /// <summary>What a file looks like now; null where there is none.</summary>
        public static Stamp? Of(string path) =>
            new FileInfo(path) is { Exists: true } file ? new Stamp(file.Length, file.LastWriteTimeUtc) : null;
    }
}
