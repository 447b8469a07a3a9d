using FastSeg.Backends;

namespace FastSeg.Training;

/// <summary>
/// Which labelled pixels are held out together: those of a fold are labelled by a model that was trained on all other folds. From four
/// images on a fold is made of whole images, otherwise of strokes, because neighbouring pixels of a stroke are nearly the same.
/// </summary>
internal sealed class Folds
{
    /// <summary>Most folds, so most models that are trained to score one.</summary>
    public const int Most = 5;

    /// <summary>Images from which on whole images are held out.</summary>
    private const int WholeImages = 4;

    /// <summary>For each image, the fold of each labelled pixel by rank; null where images are held out as a whole.</summary>
    private readonly byte[][]? _dealt;

    private Folds(int count, byte[][]? dealt) => (Count, _dealt) = (count, dealt);

    /// <summary>How many there are, at least 2.</summary>
    public int Count { get; }

    /// <summary>Whether whole images are held out, not strokes.</summary>
    public bool OfImages => _dealt is null;

    /// <summary>Makes the folds of a training set.</summary>
    /// <param name="images">The labelled pixels of each image.</param>
    /// <param name="classes">The classes.</param>
    /// <param name="reason">Why nothing can be held out, as a sentence; empty where there are folds.</param>
    /// <returns>The folds; null where a class was drawn in a single stroke.</returns>
    public static Folds? Make(IReadOnlyList<LabelledPixels> images, IReadOnlyList<ModelClass> classes, out string reason)
    {
        reason = "";
        if (images.Count >= WholeImages)
        {
            return new Folds(Math.Min(Most, images.Count), null);
        }
        var counts = new Dictionary<int, int>();
        Strokes[] strokes = [.. images.Select(image => new Strokes(image))];
        Array.ForEach(strokes, image => image.Number(counts));
        int count = Math.Min(Most, counts.Values.Min());
        if (count < 2)
        {
            string[] single = [.. classes.Where(entry => counts[entry.Value] < 2).Select(entry => $"\"{entry.Name}\"")];
            reason = single.Length == 1
                ? $"The class {single[0]} was drawn in one stroke only and cannot be held out, so there is no held-out score; "
                : $"The classes {string.Join(", ", single)} were drawn in one stroke each and cannot be held out, so there is no " +
                    "held-out score; ";
            reason += $"draw at least two strokes of every class, apart from each other, or label {WholeImages} images.";
            return null;
        }
        return new Folds(count, [.. strokes.Select(image => image.Deal(count))]);
    }

    /// <summary>The fold of an image's labelled pixel.</summary>
    public int Of(int image, int rank) => _dealt is null ? image % Count : _dealt[image][rank];

    /// <summary>Most rows that a fold's model is trained on: those of all other folds, copies among them.</summary>
    /// <param name="images">The images, copies behind the originals; a pixel's copies are in its fold.</param>
    public long MostOutside(IReadOnlyList<LabelledImage> images)
    {
        LabelledImage[] originals = [.. images.Where(image => image.Flip is null)];
        long[] inside = new long[Count];
        foreach (LabelledImage image in originals)
        {
            for (int rank = 0; rank < image.Pixels.Count; rank++)
            {
                inside[Of(image.Original, rank)] += images.Count / originals.Length;
            }
        }
        return inside.Sum() - inside.Min();
    }

    /// <summary>Whether any labelled pixel of an image is in a fold.</summary>
    public bool Holds(int fold, int image) => _dealt is null ? image % Count == fold : _dealt[image].AsSpan().Contains((byte)fold);
}
