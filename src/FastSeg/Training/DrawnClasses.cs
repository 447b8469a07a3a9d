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
    /// <param name="labels">Label images, of which some know names of their own: those of colours, or those that their file says.</param>
    /// <exception cref="FastSegException">There are fewer than two classes or more than 255, or the names do not fit them.</exception>
    public static ModelClass[] Of(IEnumerable<LabelledPixels> images, IReadOnlyList<string>? names, IEnumerable<ImageReader>? labels = null)
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
        names ??= Known(drawn, NamesOf(labels ?? []));
        return [.. drawn.Select((value, i) => new ModelClass(value, names?[i] ?? $"class {value}", counts[value]))];
    }

    /// <summary>The names that label images know, by value; where two differ, that of the first image.</summary>
    public static IReadOnlyDictionary<int, string> NamesOf(IEnumerable<ImageReader> labels)
    {
        var names = new Dictionary<int, string>();
        foreach ((int value, string name) in labels.SelectMany(NamesOf))
        {
            names.TryAdd(value, name);
        }
        return names;
    }

    /// <summary>A sentence for the first value that two label images call differently; null where there is none.</summary>
    public static string? Contradiction(IEnumerable<ImageReader> labels)
    {
        var known = new Dictionary<int, (string Name, string File)>();
        foreach (ImageReader image in labels)
        {
            foreach ((int value, string name) in NamesOf(image))
            {
                (string first, string file) = known.TryAdd(value, (name, image.Info.Name)) ? (name, "") : known[value];
                if (first != name)
                {
                    return $"{file} calls the value {value} {first}, and {image.Info.Name} {name}; it is called {first} here: " +
                        $"give {LabelWords.Names} to be sure.";
                }
            }
        }
        return null;
    }

    private static IEnumerable<(int Value, string Name)> NamesOf(ImageReader image) =>
        image is LabelImage { Names: { Count: > 0 } colours }
            ? colours.Select(one => (one.Key, one.Value))
            : image.Info.Classes.Select(one => (one.Label, one.Name));

    /// <summary>A name for each class where some are known; null where none are, or two would be called alike.</summary>
    private static string[]? Known(int[] drawn, IReadOnlyDictionary<int, string> names)
    {
        string[] all = [.. drawn.Select(value => names.GetValueOrDefault(value, $"class {value}"))];
        return all.Any(string.IsNullOrWhiteSpace) || all.Distinct().Count() < all.Length ? null : all;
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
