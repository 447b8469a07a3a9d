namespace FastSeg.Cli.Pictures;

/// <summary>Which colour is which class, and how well each way to segment finds it.</summary>
internal static class Legend
{
    /// <summary>A legend of a picture's size.</summary>
    /// <param name="width">Columns.</param>
    /// <param name="height">Rows.</param>
    /// <param name="classes">The classes; labels count from 1.</param>
    /// <param name="scores">Ways to segment, and what came out.</param>
    public static Picture Of(
        int width, int height, IReadOnlyList<ModelClass> classes, IReadOnlyList<(string Name, ConfusionMatrix Matrix)> scores)
    {
        Picture legend = Picture.Blank(width, height);
        int scale = Font.ScaleFor(width), small = Math.Max(1, scale - 1), top = 0;
        int square = Font.LineHeight(scale), indent = square + (3 * scale);
        Font.Write(legend, "IoU of each class:", 0, top, scale);
        top += square + (6 * scale);
        for (int i = 0; i < classes.Count; i++)
        {
            legend.Fill(0, top, square, square, ClassColours.Of(i + 1));
            Font.Write(legend, classes[i].Name, indent, top + scale, scale);
            top += square + (4 * scale);
            foreach ((string name, ConfusionMatrix matrix) in scores)
            {
                Font.Write(legend, FormattableString.Invariant($"{matrix.Iou(i + 1):0.000}  {name}"), indent, top, small);
                top += Font.LineHeight(small);
            }
            top += 6 * scale;
        }
        return legend;
    }
}
