using FastSeg.Studio.Projects;

namespace FastSeg.Studio.Exports;

/// <summary>
/// OME-Zarrs of "segment all", which are never written over: each is made in a hidden folder beside the results, and takes the place of an
/// earlier one when it is whole. What a studio that was killed left there is put back or removed by the next run.
/// </summary>
/// <param name="folder">The folder of results.</param>
/// <param name="project">The project's id: another project has another hidden folder.</param>
internal sealed class StoreSwap(string folder, string project)
{
    private const string Old = ".old";

    private string Hidden => Path.Combine(folder, $".{project}.unfinished");

    /// <summary>Puts back what was on its way out when a run was killed, and removes the rest.</summary>
    /// <exception cref="FastSegException">The folder cannot be written.</exception>
    public void Recover() => ProjectFolder.Guarded(folder, () =>
    {
        if (!Directory.Exists(Hidden))
        {
            return;
        }
        foreach (string old in Directory.GetDirectories(Hidden, $"*{Old}"))
        {
            string place = Path.Combine(folder, Path.GetFileNameWithoutExtension(old));
            if (!Path.Exists(place))
            {
                Directory.Move(old, place);
            }
        }
        Directory.Delete(Hidden, recursive: true);
    });

    /// <summary>Where a store is made.</summary>
    /// <param name="path">Its final name, in the folder of results.</param>
    /// <exception cref="FastSegException">The folder cannot be written.</exception>
    public string Place(string path)
    {
        ProjectFolder.Guarded(folder, () => Directory.CreateDirectory(Hidden));
        return Path.Combine(Hidden, Path.GetFileName(path));
    }

    /// <summary>Gives a store its final name, and removes the one that was there.</summary>
    /// <param name="path">The final name.</param>
    /// <exception cref="FastSegException">The folder cannot be written.</exception>
    public void Take(string path) => ProjectFolder.Guarded(folder, () =>
    {
        string old = Place(path) + Old;
        if (Directory.Exists(path))
        {
            Directory.Move(path, old);
        }
        Directory.Move(Place(path), path);
        if (Directory.Exists(old))
        {
            Directory.Delete(old, recursive: true);
        }
    });
}
