using FastSeg.Backends;
using FastSeg.Images;
using FastSeg.Images.Labels;
using FastSeg.Images.Samples;

namespace FastSeg.Training;

/// <summary>
/// Refuses labels that nobody drew by hand before anything is trained on them: those that were swapped with their image, and more classes
/// than were asked for.
/// </summary>
internal static class UnlikelyLabels
{
    /// <summary>More classes are trained only where each has a name.</summary>
    private const int MostUnnamed = 32;

    /// <summary>More classes are refused by another sentence, named or not.</summary>
    private const int MostClasses = 255;

    /// <summary>Looks at the labels of a training.</summary>
    /// <param name="images">The images with their labels.</param>
    /// <param name="pixels">The labelled pixels of each.</param>
    /// <param name="names">The classes' names, which say how many are wanted; null where nobody gave any.</param>
    /// <exception cref="FastSegException">Labels are unlikely.</exception>
    public static void Refuse(
        IReadOnlyList<TrainingImage> images, IReadOnlyList<LabelledPixels> pixels, IReadOnlyList<string>? names)
    {
        HashSet<ushort>[] values = [.. pixels.Select(image => new HashSet<ushort>([.. image.Values]))];
        HashSet<ushort> all = [.. values.SelectMany(one => one)];
        if (names?.Count == all.Count)
        {
            return;
        }
        for (int i = 0; i < values.Length; i++)
        {
            ImageReader image = images[i].Image;
            if (values[i].Count > SampleSpread.MostValues && ValuesOf(image) is > 0 and int few)
            {
                throw new FastSegException(
                    $"The labels {images[i].Labels.Info.Name} hold {values[i].Count} different values, and the image {image.Info.Name} " +
                    $"only {few}: swapped? Give the micrograph as the image and the strokes as its labels; {Wanted}.");
            }
        }
        IReadOnlyDictionary<int, string> named = DrawnClasses.NamesOf(images.Select(image => image.Labels).Where(IsSure));
        if (all.Count is > MostUnnamed and <= MostClasses && !all.All(value => named.ContainsKey(value)))
        {
            throw new FastSegException(
                $"The labels hold {all.Count} classes, more than people draw: a picture was given as labels, or strokes have soft " +
                $"(antialiased) edges; {LabelSet.Help}; {Wanted}.");
        }
    }

    /// <summary>Whether nothing was guessed about labels, such as that each colour is a class.</summary>
    private static bool IsSure(ImageReader labels) => labels is not LabelImage { Warnings.Count: > 0 };

    private static string Wanted => $"if each value is a class, give {LabelWords.Names}";

    /// <summary>How many different values a few rows of an image hold; 0 where they are many.</summary>
    private static int ValuesOf(ImageReader image) => FewRows.Look(image, null)?.Spread.Values ?? 0;
}
