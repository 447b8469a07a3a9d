namespace FastSeg.Cli.Files;

/// <summary>A folder with train/ and test/ like samples/ni: micrographs, strokes over some of them, the truth of others.</summary>
internal static class SampleFolder
{
    private const string Truth = "_gt.png", Labels = "_labels.png";

    /// <summary>The sample lies beside the sources, some folders above the program.</summary>
    /// <exception cref="FastSegException">There is none.</exception>
    public static string Find()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            string samples = Path.Combine(folder.FullName, "samples", "ni");
            if (Directory.Exists(Path.Combine(samples, "train")) && Directory.Exists(Path.Combine(samples, "test")))
            {
                return samples;
            }
        }
        throw new FastSegException(
            $"There is no folder samples/ni above {AppContext.BaseDirectory}; run the program from a copy of the repository.");
    }

    /// <summary>Files by the ending of their names, in order; at least one.</summary>
    public static string[] Files(string folder, string ending)
    {
        string[] files = Directory.Exists(folder) ? Directory.GetFiles(folder, $"*{ending}") : [];
        Array.Sort(files, StringComparer.Ordinal);
        return files.Length > 0
            ? files
            : throw new FastSegException($"{folder} has no file that ends in {ending}; restore the sample from the repository.");
    }

    /// <summary>The micrographs of train/ and test/, in this order.</summary>
    public static string[] Micrographs(string samples) =>
    [
        .. ((string[])["train", "test"]).SelectMany(part => Files(Path.Combine(samples, part), ".png")).Where(
            file => !file.EndsWith(Labels, StringComparison.Ordinal) && !file.EndsWith(Truth, StringComparison.Ordinal)),
    ];

    /// <summary>The micrographs of train/ with the strokes over them.</summary>
    public static TrainingSet Training(string samples)
    {
        string[] labels = Files(Path.Combine(samples, "train"), Labels);
        string[] images = [.. labels.Select(path => path.Replace(Labels, ".png", StringComparison.Ordinal))];
        return new TrainingSet(images, labels, [], ImageOptions.Default, new LabelOptions());
    }
}
