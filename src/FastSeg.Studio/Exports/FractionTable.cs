using System.Globalization;
using FastSeg.Studio.Projects;

namespace FastSeg.Studio.Exports;

/// <summary>How much of each page each class covers, as a table that says of which version of the project.</summary>
/// <param name="version">The project's version when it was made.</param>
internal sealed class FractionTable(long version)
{
    private const string Version = "version";

    private readonly CsvTable _table = new("image", "page", "value", "class", "pixels", "fraction", Version);

    /// <summary>The version of a table that was read; null where it has no row.</summary>
    public static long? VersionOf(string table)
    {
        string rows = table.TrimEnd(), last = rows[(rows.LastIndexOf(',') + 1)..];
        bool told = table.Split('\n')[0].TrimEnd().EndsWith($",{Version}", StringComparison.Ordinal);
        return told && long.TryParse(last, NumberStyles.None, CultureInfo.InvariantCulture, out long version) ? version : null;
    }

    /// <summary>Adds a segmented page.</summary>
    public void Add(ProjectImage image, int page, IReadOnlyList<ModelClass> classes, IReadOnlyList<long> pixels)
    {
        double all = pixels.Sum();
        for (int i = 0; i < classes.Count; i++)
        {
            _table.Add(image.Name, page, classes[i].Value, classes[i].Name, pixels[i], pixels[i] / all, version);
        }
    }

    public override string ToString() => _table.ToString();
}
