namespace FastSeg.Cli.Pictures;

/// <summary>Which colour is which class, and how much there is of it, under a picture.</summary>
internal static class ClassLegend
{
    /// <summary>Letters of a name, and classes, that are shown at most.</summary>
    private const int LongestName = 28, MostEntries = 24;

    /// <summary>The picture with a legend under it, at least as wide as the legend needs.</summary>
    /// <param name="picture">The picture; it keeps its place in the upper left corner.</param>
    /// <param name="entries">The classes.</param>
    /// <param name="captions">Pixels of a dot of the captions that stand in the picture already; 0 where there are none.</param>
    public static Picture Under(Picture picture, IReadOnlyList<LegendEntry> entries, int captions = 0)
    {
        if (entries.Count == 0)
        {
            return picture;
        }
        LegendEntry[] shown = [.. entries.Take(MostEntries).Select(one => one with { Name = Font.Cut(one.Name, LongestName) })];
        string rest = entries.Count > MostEntries ? $"and {entries.Count - MostEntries} more" : "";
        int scale = captions > 0 ? captions : Math.Clamp((int)Math.Round(picture.Width / 520.0), 2, 5);
        int side = 9 * scale, gap = 4 * scale, margin = 5 * scale, line = side + (5 * scale);
        int name = shown.Max(one => Font.Width(one.Name, scale)), amount = shown.Max(one => Font.Width(one.Amount, scale));
        int entry = side + gap + name + (3 * gap) + amount, apart = 5 * gap;
        int width = Math.Max(picture.Width, entry + (2 * margin));
        int columns = Math.Clamp((width - (2 * margin) + apart) / (entry + apart), 1, shown.Length);
        int rows = ((shown.Length + columns - 1) / columns) + (rest.Length > 0 ? 1 : 0);
        Picture whole = Picture.Blank(width, picture.Height + (2 * margin) + (rows * line) - (5 * scale));
        whole.Put(picture, 0, 0);
        for (int i = 0; i < shown.Length; i++)
        {
            int left = margin + (i % columns * (entry + apart)), top = picture.Height + margin + (i / columns * line);
            whole.Fill(left, top, side, side, shown[i].Colour);
            Font.Write(whole, shown[i].Name, left + side + gap, top + scale, scale);
            Font.Write(whole, shown[i].Amount, left + entry - Font.Width(shown[i].Amount, scale), top + scale, scale);
        }
        Font.Write(whole, rest, margin, picture.Height + margin + ((rows - 1) * line) + scale, scale);
        return whole;
    }
}
