namespace FastSeg.Cli.Text;

/// <summary>The classes of a model with pixels and their share.</summary>
internal static class ClassTable
{
    /// <summary>Prints one row a class: its number, name, share and pixels.</summary>
    public static void Write(TextWriter output, IReadOnlyList<ModelClass> classes, IReadOnlyList<long> pixels)
    {
        long all = pixels.Sum();
        var table = new TextTable(true, false, true, true);
        for (int i = 0; i < classes.Count; i++)
        {
            table.Row($"{i + 1}", classes[i].Name, Units.Percent(all == 0 ? 0 : (double)pixels[i] / all), $"{Units.Count(pixels[i])} px");
        }
        table.Write(output);
    }
}
