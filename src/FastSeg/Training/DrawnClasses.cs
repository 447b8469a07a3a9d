using FastSeg.Backends;
using FastSeg.Images.Labels;
using FastSeg.Native;

namespace FastSeg.Training;

/// <summary>The classes of a training set: which label values were drawn, how often, and which row is of which class.</summary>
internal static unsafe class DrawnClasses
{
    private const int Values = ushort.MaxValue + 1;

    /// <summary>The classes by ascending label value, each with its name and its number of pixels.</summary>
    /// <param name="images">The labelled pixels of each image.</param>
    /// <param name="names">A name for each class, or null.</param>
    /// <param name="labels">Label images that know names of their own, such as those of colours.</param>
    /// <exception cref="FastSegException">There are fewer than two classes or more than 255, or the names do not fit them.</exception>
    public static ModelClass[] Of(IEnumerable<LabelledPixels> images, IReadOnlyList<string>? names, IEnumerable<LabelImage>? labels = null)
    {
        long[] counts = new long[Values];
        foreach (LabelledPixels pixels in images)
        {
            foreach (ushort value in pixels.Values)
            {
                counts[value]++;
            }
        }
        int[] drawn = [.. Enumerable.Range(0, Values).Where(value => counts[value] > 0)];
        if (drawn.Length == 1)
        {
            throw new FastSegException(
                $"Every labelled pixel has the value {drawn[0]}, and 0 is unlabelled, so there is one class; draw at least two. " +
                $"A mask of 0 and {drawn[0]} needs other numbers, such as 1 and 2.");
        }
        if (drawn.Length > 255)
        {
            throw new FastSegException($"The labels hold {drawn.Length} different values; at most 255 classes can be told apart.");
        }
        if (names is not null && names.Count != drawn.Length)
        {
            throw new FastSegException(
                $"There are {names.Count} class names for {drawn.Length} classes (label values {string.Join(", ", drawn)}); " +
                "give one name a class, in the order of the values.");
        }
        if (names is not null && (names.Any(string.IsNullOrWhiteSpace) || names.Distinct().Count() < names.Count))
        {
            throw new FastSegException(
                $"The class names are {string.Join(", ", names.Select(name => $"\"{name}\""))}; every class needs a name of its own.");
        }
        IReadOnlyDictionary<int, string>? known = labels?.FirstOrDefault(image => image.Names.Count > 0)?.Names;
        return
        [
            .. drawn.Select((value, i) =>
                new ModelClass(value, names?[i] ?? known?.GetValueOrDefault(value) ?? $"class {value}", counts[value])),
        ];
    }

    /// <summary>The class of each row, as XGBoost wants it.</summary>
    /// <param name="images">The labelled pixels of each image, in the order of their rows.</param>
    /// <param name="classes">The classes.</param>
    /// <param name="count">All rows.</param>
    public static HostBuffer OfRows(IEnumerable<LabelledPixels> images, ModelClass[] classes, long count)
    {
        int[] classOfValue = new int[Values];
        for (int i = 0; i < classes.Length; i++)
        {
            classOfValue[classes[i].Value] = i;
        }
        var buffer = new HostBuffer(count * sizeof(int));
        int* row = (int*)buffer.Pointer;
        foreach (LabelledPixels pixels in images)
        {
            foreach (ushort value in pixels.Values)
            {
                *row++ = classOfValue[value];
            }
        }
        return buffer;
    }
}
