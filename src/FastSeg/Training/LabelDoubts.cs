using FastSeg.Images;
using FastSeg.Images.Labels;
using FastSeg.Images.Samples;

namespace FastSeg.Training;

/// <summary>
/// What makes drawn labels doubtful: too many classes, or classes of a handful of pixels. Labels that are the image are refused.
/// </summary>
internal static class LabelDoubts
{
    /// <summary>More classes than people draw by hand.</summary>
    private const int ManyClasses = 10;

    /// <summary>Fewer pixels than a stroke has.</summary>
    private const int Handful = 10;

    /// <summary>A class with so many times fewer pixels than the largest one is hardly ever predicted.</summary>
    private const int Imbalance = 1000;

    /// <summary>Labels of fewer pixels than this part of the image are no image.</summary>
    private const long SparseFactor = 16;

    /// <summary>Most classes that a sentence names.</summary>
    private const int MostNamed = 3;

    /// <summary>A sentence for each doubt.</summary>
    /// <param name="classes">The classes with their pixels.</param>
    /// <param name="balanced">Whether the training weighs classes alike.</param>
    public static IEnumerable<string> Of(IReadOnlyList<ModelClass> classes, bool balanced)
    {
        ModelClass[] small = [.. classes.Where(one => one.Pixels < Handful)];
        if (classes.Count > ManyClasses)
        {
            string few = small.Length == 0 ? "" : $", {small.Length} of them of fewer than {Handful} pixels";
            yield return
                $"The labels hold {classes.Count} classes{few}. Where fewer were drawn, the strokes have soft (antialiased) edges or the "
                + $"picture was rescaled: {LabelSet.Help}.";
            yield break;
        }
        ModelClass most = classes.MaxBy(one => one.Pixels)!;
        if (small.Length > MostNamed)
        {
            yield return $"{small.Length} classes have fewer than {Handful} labelled pixels each; draw more of them.";
            yield break;
        }
        foreach (ModelClass one in classes.Where(one => one.Pixels < Handful || one.Pixels * Imbalance < most.Pixels).Take(MostNamed))
        {
            string balance = balanced || one.Pixels * Handful > most.Pixels
                ? ""
                : $", or use {LabelWords.Balance}, which weighs classes alike";
            yield return FormattableString.Invariant(
                $"{one.Name} (value {one.Value}) has {one.Pixels:N0} labelled pixel{(one.Pixels == 1 ? "" : "s")}")
                + (one == most ? "" : FormattableString.Invariant($" against {most.Pixels:N0} of {most.Name}"))
                + $"; draw more of it{balance}.";
        }
    }

    /// <summary>What was guessed about label images, and their classes' names where they have some.</summary>
    public static IEnumerable<string> Guesses(IEnumerable<ImageReader> labels) =>
        labels.OfType<LabelImage>().SelectMany(one => one.Warnings).Distinct();

    /// <summary>Refuses a label image whose samples are those of the image.</summary>
    /// <param name="pair">The image and its labels.</param>
    /// <param name="labelled">Pixels that are labelled.</param>
    /// <param name="cancellation">Looked at between bands.</param>
    /// <exception cref="FastSegException">They are.</exception>
    public static void RefuseImage(TrainingImage pair, int labelled, CancellationToken cancellation)
    {
        (ImageReader image, ImageReader labels) = pair;
        if (labelled * SparseFactor < image.Info.Bounds.Pixels)
        {
            return;
        }
        image = NarrowedImage.SourceOf(image);
        ImageReader stored = LabelImage.SourceOf(labels);
        ImageInfo a = image.Info, b = stored.Info;
        if (a.Width != b.Width || a.Height != b.Height || a.Type != b.Type)
        {
            return;
        }
        long rows = Math.Clamp((1 << 18) / a.Width, 1, a.Height);
        byte[] one = new byte[rows * a.Width * a.PixelBytes], other = new byte[rows * a.Width * b.PixelBytes];
        for (long y = 0, step = 1; y < a.Height; y += step, step = rows)
        {
            cancellation.ThrowIfCancellationRequested();
            // The first row alone tells nearly all labels from their image.
            Region part = new Region(0, y, a.Width, step).Intersect(a.Bounds);
            image.Read(part, one);
            stored.Read(part, other);
            if (!SameFirst(one, a.PixelBytes, other, b.PixelBytes, (int)part.Pixels, a.Type.Bytes()))
            {
                return;
            }
        }
        throw new FastSegException(
            $"{labels.Info.Name} has the samples of {a.Name}: the image was given as its own labels. Labels are 0 where nothing is drawn, "
            + "and a number or a colour for each class.");
    }

    /// <summary>Whether the first samples of all pixels are equal.</summary>
    private static bool SameFirst(ReadOnlySpan<byte> a, int aBytes, ReadOnlySpan<byte> b, int bBytes, int pixels, int sample)
    {
        for (int i = 0; i < pixels; i++)
        {
            if (!a.Slice(i * aBytes, sample).SequenceEqual(b.Slice(i * bBytes, sample)))
            {
                return false;
            }
        }
        return true;
    }
}
