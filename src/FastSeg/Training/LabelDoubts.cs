using FastSeg.Backends;
using FastSeg.Images;
using FastSeg.Images.Labels;
using FastSeg.Images.Samples;

using static FastSeg.Common.Arguments;

namespace FastSeg;

/// <summary>
/// What makes drawn labels doubtful: too many classes, or classes of a handful of pixels. Labels that are the image are refused. Trainings
/// look at both; whoever takes labels from elsewhere may do so earlier.
/// </summary>
public static class LabelDoubts
{
    /// <summary>More classes than people draw by hand.</summary>
    private const int ManyClasses = 10;

    /// <summary>Fewer pixels than a stroke has.</summary>
    private const int Handful = 10;

    /// <summary>A class with so many times fewer pixels than the largest one is hardly ever predicted.</summary>
    private const int Imbalance = 1000;

    /// <summary>Labels of fewer pixels than this part of the image are no image.</summary>
    private const long SparseFactor = 16;

    /// <summary>The value that usually marks what is not labelled.</summary>
    private const int UsualVoid = 255;

    /// <summary>Most classes that a sentence names.</summary>
    private const int MostNamed = 3;

    /// <summary>A sentence for each doubt.</summary>
    /// <param name="classes">The classes with their pixels.</param>
    /// <param name="balanced">Whether the training weighs classes alike.</param>
    public static IReadOnlyList<string> Of(IReadOnlyList<ModelClass> classes, bool balanced) =>
        NoneNull(classes).Count == 0 ? [] : [.. Sentences(classes, balanced)];

    private static IEnumerable<string> Sentences(IReadOnlyList<ModelClass> classes, bool balanced)
    {
        if (IsLikelyVoid(classes))
        {
            yield return FormattableString.Invariant(
                $"The value {UsualVoid} is a class here, beside 1 to {classes.Count - 1}; ")
                + $"where it marks what is not labelled, give {LabelWords.Void} {UsualVoid}.";
        }
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

    /// <summary>Whether 255 stands far behind all others and nobody called it by a name, as where it marks what is unlabelled.</summary>
    private static bool IsLikelyVoid(IReadOnlyList<ModelClass> classes) =>
        classes[^1] is { Value: UsualVoid } last && last.Name == $"class {UsualVoid}"
        && classes.Take(classes.Count - 1).Select((one, i) => one.Value == i + 1).All(follows => follows);

    /// <summary>What was guessed about label images, and their classes' names where they have some.</summary>
    internal static IEnumerable<string> Guesses(IEnumerable<ImageReader> labels) =>
        labels.OfType<LabelImage>().SelectMany(one => one.Warnings).Distinct();

    /// <summary>Refuses a label image whose samples are those of the image.</summary>
    /// <param name="image">The image.</param>
    /// <param name="labels">Its labels, as <see cref="ImageFile.OpenLabels(string)"/> opens them.</param>
    /// <param name="labelled">How many of its pixels are labelled; a few strokes are no image.</param>
    /// <param name="cancellation">Looked at between bands.</param>
    /// <exception cref="FastSegException">They are.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static void RefuseImage(ImageReader image, ImageReader labels, long labelled, CancellationToken cancellation = default)
    {
        (image, labels) = (NotNull(image), NotNull(labels));
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
        throw IsImage(labels.Info.Name, a.Name);
    }

    /// <summary>Refuses labels that came without a label image, such as those of a canvas, where they are the image's samples.</summary>
    /// <param name="image">The image; of other samples than uint8 and uint16 none can be labels.</param>
    /// <param name="labels">Its labelled pixels.</param>
    /// <param name="cancellation">Looked at between rows.</param>
    /// <exception cref="FastSegException">They are.</exception>
    internal static void RefuseImage(ImageReader image, LabelledPixels labels, CancellationToken cancellation)
    {
        ImageInfo info = image.Info;
        if (labels.Count * SparseFactor < info.Bounds.Pixels || !info.Type.HoldsLabels())
        {
            return;
        }
        byte[] samples = new byte[info.Width * info.PixelBytes], drawn = new byte[info.Width * info.Type.Bytes()];
        for (long y = 0; y < info.Height; y++)
        {
            cancellation.ThrowIfCancellationRequested();
            image.Read(new Region(0, y, info.Width, 1), samples);
            Array.Clear(drawn);
            (int first, int end) = labels.Ranks(0, y, info.Width);
            for (int rank = first; rank < end; rank++)
            {
                int at = (int)labels.Column(rank) * info.Type.Bytes();
                drawn[at] = (byte)labels.Values[rank];
                if (info.Type == SampleType.UInt16)
                {
                    drawn[at + 1] = (byte)(labels.Values[rank] >> 8);
                }
            }
            if (!SameFirst(samples, info.PixelBytes, drawn, info.Type.Bytes(), (int)info.Width, info.Type.Bytes()))
            {
                return;
            }
        }
        throw IsImage($"The label image of {info.Name}", info.Name);
    }

    /// <summary>The failure about labels that are the image.</summary>
    private static FastSegException IsImage(string labels, string image) => new(
        $"{labels} has the samples of {image}: the image was given as its own labels. Labels are 0 where nothing is drawn, "
        + "and a number or a colour for each class.");

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
