using FastSeg.Cli.Errors;

using FastSeg.Images.Labels;

namespace FastSeg.Cli.Text;

/// <summary>Whether the values of a segmentation and of its truth can be compared, and what they are called.</summary>
internal static class TruthMatch
{
    /// <summary>A smaller score would be printed as 0.0000.</summary>
    private const double Least = 0.00005;

    /// <summary>Most values that a sentence names.</summary>
    private const int MostNamed = 8;

    /// <summary>
    /// The classes of a label map: those that its file says, otherwise those of the model where the map can only hold labels 1 to C.
    /// </summary>
    /// <param name="map">The label map.</param>
    /// <param name="model">The model that made it; null where it was not given.</param>
    /// <param name="labels">The labels that were found in it.</param>
    public static IReadOnlyList<LabelClass> Classes(ImageInfo map, Model? model, IReadOnlyList<int> labels)
    {
        if (map.Classes.Count > 0 || model is null)
        {
            return map.Classes;
        }
        int[] values = [.. model.Classes.Select(one => one.Value)];
        bool kept = labels.All(label => label == 0 || values.Contains(label));
        return kept ? [] : [.. model.Classes.Select((one, i) => new LabelClass(i + 1, one.Value, one.Name))];
    }

    /// <summary>What values are called: as the label map's file or its model says, and else as the truth's file says.</summary>
    /// <param name="map">The classes of the label map.</param>
    /// <param name="byValues">Whether labels are compared as the values that were drawn.</param>
    /// <param name="truth">The truth.</param>
    public static IReadOnlyDictionary<int, string> Names(IReadOnlyList<LabelClass> map, bool byValues, ImageInfo truth)
    {
        IReadOnlyList<LabelClass> known = map.Count > 0 ? map : truth.Classes;
        return known.ToDictionary(one => byValues ? one.Value : one.Label, one => one.Name);
    }

    /// <summary>
    /// A sentence where segmentation and truth seem to be swapped: the truth's file names its classes, as those of segmentations do, and
    /// most of its pixels have one, but the segmentation's file, which could name them, does not. Null where they do not seem so.
    /// </summary>
    public static string? Swapped(ImageInfo prediction, ImageInfo truth, ConfusionMatrix matrix)
    {
        bool silent = prediction.Classes.Count == 0 && !prediction.Format.StartsWith("npy", StringComparison.OrdinalIgnoreCase);
        return silent && truth.Classes.Count > 0 && 2 * matrix.Pixels > truth.Bounds.Pixels
            ? $"{truth.Name} names its classes, as the label maps of `fastseg segment` do, and {prediction.Name} does not: swapped? " +
                "The segmentation comes first, then its truth."
            : null;
    }

    /// <summary>Refuses a comparison of which nothing agrees.</summary>
    /// <exception cref="FastSegException">Nothing does.</exception>
    public static void Refuse(ConfusionMatrix matrix, string prediction, string truth)
    {
        if (matrix.MeanIou() >= Least)
        {
            return;
        }
        string common = matrix.Predictions.Intersect(matrix.Classes).Any() ? "hardly a pixel agrees" : "they have no value in common";
        throw new FastSegException(
            $"{prediction} holds {Named(matrix.Predictions)} where its truth {truth} holds {Named(matrix.Classes)}, and {common}; " +
            "segment with --keep-values for the values that were drawn, or give --truth-offset 1 where the truth's classes start at 0.");
    }

    /// <summary>
    /// A sentence where the truth's classes seem to start at 0: it has unlabelled pixels and one class fewer than the map, and more of its
    /// pixels have the next label than their own. Null where they do not.
    /// </summary>
    /// <param name="matrix">The counts.</param>
    /// <param name="pixels">All pixels of the image.</param>
    public static string? Shifted(ConfusionMatrix matrix, long pixels)
    {
        int[] labels = [.. matrix.Predictions.Where(label => label != 0)];
        bool fewer = matrix.Pixels < pixels && labels.Length > 0 && labels[^1] == matrix.Classes[^1] + 1;
        long next = matrix.Classes.Sum(value => matrix[value, value + 1]), same = matrix.Classes.Sum(value => matrix[value, value]);
        return fewer && next > same
            ? $"{Named(matrix.Classes)} mostly lie where the segmentation has the next label, and 0 is not compared; where 0 is a class, "
                + "give --truth-offset 1."
            : null;
    }

    /// <summary>
    /// A sentence where the truth has a value that no class of the segmentation has, as 255 often stands for what nobody labelled; null
    /// where it has none. Of a segmentation that does not say its classes, 255 alone is foreign.
    /// </summary>
    /// <param name="matrix">The counts.</param>
    /// <param name="classes">The segmentation's classes as they are compared; empty where they are not known.</param>
    public static string? Foreign(ConfusionMatrix matrix, IReadOnlyCollection<int> classes)
    {
        const int UsualVoid = 255;
        int[] foreign =
        [
            .. matrix.Classes.Except(matrix.Predictions)
                .Where(value => classes.Count > 0 ? !classes.Contains(value) : value == UsualVoid),
        ];
        if (foreign.Length == 0)
        {
            return null;
        }
        int last = foreign[^1];
        return $"{matrix.Predictions.Sum(label => matrix[last, label])} pixels have the value {last}, which is no class of the "
            + $"segmentation, and count as wrong; where it marks nothing, give {LabelWords.Void} {last}.";
    }

    private static string Named(IReadOnlyList<int> values) =>
        string.Join(", ", values.Take(MostNamed)) + (values.Count > MostNamed ? ", .." : "");
}
