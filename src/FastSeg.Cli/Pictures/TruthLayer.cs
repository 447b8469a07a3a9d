using FastSeg.Cli.Text;

namespace FastSeg.Cli.Pictures;

/// <summary>The truth of a segmentation: where they differ, and how well each class was found.</summary>
/// <param name="Reader">The truth.</param>
/// <param name="Offset">What is added to its values.</param>
/// <param name="Matrix">The counts of the whole image, by label or by drawn value.</param>
/// <param name="ByValues">Whether by drawn value.</param>
internal sealed record TruthLayer(ImageReader Reader, int Offset, ConfusionMatrix Matrix, bool ByValues)
{
    /// <summary>The colour of pixels that differ, which no class has.</summary>
    public static readonly (byte Red, byte Green, byte Blue) Wrong = (225, 20, 40);

    /// <summary>How much of that colour they get.</summary>
    private const double Share = 0.75;

    /// <summary>Compares a label map with its truth.</summary>
    /// <exception cref="FastSegException">They have another size, or nothing in common.</exception>
    public static TruthLayer Of(ImageReader map, ImageReader truth, int offset, ComputeOptions how)
    {
        ConfusionMatrix counted = Score.Compare(map, truth, offset, how);
        ConfusionMatrix matrix = Score.ByValues(counted, map.Info.Classes);
        TruthMatch.Refuse(matrix, map.Info.Name, truth.Info.Name);
        return new TruthLayer(truth, offset, matrix, matrix != counted);
    }

    /// <summary>The truth at the size of the map's picture, in the map's labels; 0 where it does not count.</summary>
    public ShrunkLabels Shrink(ShrunkLabels map, CancellationToken cancellation, int longest)
    {
        Dictionary<int, int> labelOf = ByValues ? map.Classes.ToDictionary(one => one.Value, one => one.Label) : [];
        return ShrunkLabels.Of(Reader, cancellation, longest).With(value =>
            (ushort)(value + Offset is 0 or > ushort.MaxValue ? 0 : labelOf.GetValueOrDefault(value + Offset, value + Offset)));
    }

    /// <summary>Colours the pixels whose label is not that of the truth.</summary>
    public static void Draw(Picture picture, ushort[] labels, ushort[] truth)
    {
        for (int i = 0; i < labels.Length; i++)
        {
            if (truth[i] != 0 && truth[i] != labels[i])
            {
                picture.Blend(i % picture.Width, i / picture.Width, Wrong, Share);
            }
        }
    }

    /// <summary>How well each class was found, and how much was not.</summary>
    /// <param name="map">The map.</param>
    /// <param name="name">What a label is called.</param>
    public IReadOnlyList<LegendEntry> Entries(ShrunkLabels map, Func<int, string> name)
    {
        int LabelOf(int value) => ByValues ? map.Classes.FirstOrDefault(one => one.Value == value)?.Label ?? value : value;
        return
        [
            .. Matrix.Classes.Select(value => new LegendEntry(
                ClassColours.Of(LabelOf(value)), name(LabelOf(value)), FormattableString.Invariant($"IoU {Matrix.Iou(value):0.000}"))),
            new LegendEntry(Wrong, "mistakes", Units.Percent(1 - Matrix.Accuracy())),
        ];
    }
}
