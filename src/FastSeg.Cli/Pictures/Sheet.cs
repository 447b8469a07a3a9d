namespace FastSeg.Cli.Pictures;

/// <summary>Pictures of one size in rows, each with its caption under it, on white.</summary>
internal static class Sheet
{
    /// <summary>The panels, row by row.</summary>
    /// <param name="panels">The panels, whose pictures have one size.</param>
    /// <param name="mostColumns">The most that stand side by side.</param>
    public static Picture Of(IReadOnlyList<Panel> panels, int mostColumns = 3)
    {
        int width = panels[0].Picture.Width, height = panels[0].Picture.Height, scale = Font.ScaleFor(width);
        int gap = 5 * scale, line = Font.LineHeight(scale);
        int right = width + gap, down = height + (2 * line) + (2 * gap);
        int columns = Math.Min(mostColumns, panels.Count), rows = (panels.Count + columns - 1) / columns;
        Picture sheet = Picture.Blank((columns * right) + gap, (rows * down) + gap);
        for (int i = 0; i < panels.Count; i++)
        {
            int left = gap + (i % columns * right), top = gap + (i / columns * down);
            sheet.Put(panels[i].Picture, left, top);
            Font.Write(sheet, panels[i].Title, left, top + height + gap, scale);
            Font.Write(sheet, panels[i].Note, left, top + height + gap + line, scale);
        }
        return sheet;
    }
}
