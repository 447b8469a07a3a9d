using FastSeg.Studio.Projects;

namespace FastSeg.Studio.Exports;

/// <summary>How much of each page each class covers, as a table.</summary>
internal sealed class FractionTable
{
    private readonly CsvTable _table = new("image", "page", "value", "class", "pixels", "fraction");

    /// <summary>Adds a segmented page.</summary>
    public void Add(ProjectImage image, int page, IReadOnlyList<ModelClass> classes, IReadOnlyList<long> pixels)
    {
        double all = pixels.Sum();
        for (int i = 0; i < classes.Count; i++)
        {
            _table.Add(image.Name, page, classes[i].Value, classes[i].Name, pixels[i], pixels[i] / all);
        }
    }

    public override string ToString() => _table.ToString();
}
