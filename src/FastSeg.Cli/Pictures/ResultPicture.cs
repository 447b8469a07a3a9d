using FastSeg.Cli.Errors;
using FastSeg.Cli.Text;

namespace FastSeg.Cli.Pictures;

/// <summary>A segmentation or strokes over their image, with a legend; or image, labels and overlay side by side.</summary>
internal sealed record ResultPicture
{
    /// <summary>A panel is not larger than this, and one that is smaller is enlarged.</summary>
    private const int LargestPanel = 1000, SmallestPanel = 420;

    /// <summary>The label map; null where there is none.</summary>
    public ImageReader? Map { get; init; }

    /// <summary>Whether the label map is all there is to see: the image is the map itself.</summary>
    public bool MapAlone { get; init; }

    /// <summary>The strokes; null where there are none.</summary>
    public ImageReader? Strokes { get; init; }

    /// <summary>The truth that the label map is compared with; null where there is none.</summary>
    public TruthLayer? Truth { get; init; }

    /// <summary>A name for each class, by ascending label value; null where the label map has them, or nobody.</summary>
    public IReadOnlyList<string>? Names { get; init; }

    /// <summary>Whether classes are outlined instead of coloured.</summary>
    public bool Outlines { get; init; }

    /// <summary>Whether image, labels and overlay stand side by side.</summary>
    public bool SideBySide { get; init; }

    /// <summary>Whether the legend is left out.</summary>
    public bool Plain { get; init; }

    /// <summary>Makes the picture.</summary>
    /// <exception cref="FastSegException">An image is damaged, or the names do not fit the classes.</exception>
    public Picture Of(ImageReader image, CancellationToken cancellation)
    {
        int longest = SideBySide ? LargestPanel : Picture.LongestSide;
        Picture plain = Shrunk.Image(image, cancellation, longest);
        ShrunkLabels? map = Map is null ? null : ShrunkLabels.Of(Map, cancellation, longest);
        ShrunkLabels? strokes = Strokes is null ? null : ShrunkLabels.Of(Strokes, cancellation, longest, thin: true);
        ShrunkLabels? truth = map is null ? null : Truth?.Shrink(map, cancellation, longest);
        int factor = SideBySide ? Math.Max(1, (SmallestPanel + plain.Width - 1) / plain.Width) : 1;
        plain = plain.Enlarged(factor);
        ushort[]? labels = map?.Enlarged(factor), right = truth?.Enlarged(factor);
        ushort[]? drawn = strokes is null ? null : Coloured(strokes, map).Enlarged(factor);
        Picture over = Over(plain, labels, drawn, right);
        Picture shown = !SideBySide ? over : Panels(
            [
                Panel(plain, "image", image.Info.Name),
                strokes is null ? null : Panel(Over(plain, null, drawn, null), "strokes", strokes.Name),
                map is null ? null : Panel(Picture.OfLabels(labels!, plain.Width, plain.Height), "labels", map.Name),
                truth is null ? null : Panel(Picture.OfLabels(right!, plain.Width, plain.Height), "truth", truth.Name),
                map is null ? null : new Panel(over, Caption(strokes), truth is null ? "labels over the image" : "labels against truth"),
            ]);
        return Plain ? shown : ClassLegend.Under(shown, Entries(map, strokes), SideBySide ? Font.ScaleFor(plain.Width) : 0);
    }

    /// <summary>The picture with what is to be seen over it.</summary>
    private Picture Over(Picture plain, ushort[]? labels, ushort[]? strokes, ushort[]? truth)
    {
        Picture over = labels is not null && MapAlone ? Picture.OfLabels(labels, plain.Width, plain.Height) : plain.Copy();
        if (labels is not null && truth is not null)
        {
            TruthLayer.Draw(over, labels, truth);
        }
        if (labels is not null && Outlines)
        {
            Ink.Outlines(over, labels);
        }
        else if (labels is not null && truth is null && !MapAlone)
        {
            over = over.Overlay(labels);
        }
        if (strokes is not null)
        {
            Ink.Strokes(over, strokes);
        }
        return over;
    }

    private string Caption(ShrunkLabels? strokes) =>
        (Truth is not null ? "mistakes" : Outlines ? "outlines" : "overlay") + (strokes is null ? "" : " and strokes");

    private static Panel Panel(Picture picture, string title, string name) => new(picture, title, Font.Cut(Path.GetFileName(name), 26));

    private static Picture Panels(Panel?[] panels)
    {
        Panel[] shown = [.. panels.OfType<Panel>()];
        return Sheet.Of(shown, shown.Length == 4 ? 2 : 3);
    }

    /// <summary>
    /// Strokes in the map's labels: a stroke of the value with which a class was drawn gets that class's label, and so its colour.
    /// </summary>
    private static ShrunkLabels Coloured(ShrunkLabels strokes, ShrunkLabels? map)
    {
        Dictionary<int, int> labelOf = (map?.Classes ?? []).ToDictionary(one => one.Value, one => one.Label);
        return strokes.With(value => (ushort)labelOf.GetValueOrDefault(value, value));
    }

    /// <summary>The classes of the map with their share of its pixels, or those of the strokes with their pixels.</summary>
    private IReadOnlyList<LegendEntry> Entries(ShrunkLabels? map, ShrunkLabels? strokes)
    {
        if ((map ?? strokes) is not { } shown)
        {
            return [];
        }
        int[] found = [.. Enumerable.Range(1, shown.Pixels.Length - 1).Where(value => shown.Pixels[value] > 0)];
        int[] values = [.. found.Union(shown.Classes.Select(one => one.Label)).Order()];
        long all = found.Sum(value => shown.Pixels[value]);
        string Amount(int value) => map is null
            ? $"{Units.Count(shown.Pixels[value])} px"
            : Units.Percent(all == 0 ? 0 : (double)shown.Pixels[value] / all);
        return Truth is not null && map is not null
            ? Truth.Entries(map, label => values.Contains(label) ? NameOf(shown, values, Array.IndexOf(values, label)) : $"class {label}")
            : [.. values.Select((value, i) => new LegendEntry(ClassColours.Of(value), NameOf(shown, values, i), Amount(value)))];
    }

    /// <summary>The name of a class: the caller's, the file's, or "class 3".</summary>
    private string NameOf(ShrunkLabels shown, int[] values, int i)
    {
        if (Names is null)
        {
            return shown.Classes.FirstOrDefault(one => one.Label == values[i])?.Name ?? $"class {values[i]}";
        }
        if (values[^1] <= Names.Count)
        {
            return Names[values[i] - 1];
        }
        return Names.Count == values.Length ? Names[i] : throw new FastSegException(
            $"There are {Names.Count} class names for {values.Length} classes (values {string.Join(", ", values.Take(8))}); " +
            "give one name a class, in the order of the values.");
    }
}
