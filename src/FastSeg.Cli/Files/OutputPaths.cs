using FastSeg.Cli.Errors;
using FastSeg.Files;

namespace FastSeg.Cli.Files;

/// <summary>The files that one image's segmentation goes to.</summary>
/// <param name="Labels">The label map.</param>
/// <param name="Probabilities">Beside it, "_probabilities" added to its stem; null where not wanted.</param>
/// <param name="Confidence">Beside it, "_confidence" added to its stem; null where not wanted.</param>
internal sealed record OutputPaths(string Labels, string? Probabilities, string? Confidence)
{
    private const string OmeZarr = ".ome.zarr";

    /// <summary>The image's number in the OME-Zarr of several that holds its results; null where they are files of their own.</summary>
    public int? Number { get; init; }

    /// <summary>What `finish` and `clean` are given: the store that holds the labels, or the labels themselves.</summary>
    public string Store => Number is null ? Labels : Path.GetDirectoryName(Labels)!;

    private static readonly string[] Extensions = [".tif", ".tiff", ".png", ".npy", OmeZarr, ".zarr"];

    /// <summary>Those of them that are wanted.</summary>
    public IEnumerable<string> All => ((string?[])[Labels, Probabilities, Confidence]).OfType<string>();

    /// <summary>
    /// Decides where every image's result goes. OUT is a folder when it ends in a slash, is one already, or there are several images;
    /// otherwise it is a file.
    /// </summary>
    /// <param name="images">Images as given.</param>
    /// <param name="output">OUT.</param>
    /// <param name="format">"tif", "png", "npy", "ome.zarr", or null where the extension (or tif) decides.</param>
    /// <param name="probabilities">Whether probabilities are wanted.</param>
    /// <param name="confidence">Whether a confidence map is wanted.</param>
    public static OutputPaths[] Resolve(IReadOnlyList<string> images, string output, string? format, bool probabilities, bool confidence)
    {
        // An OME-Zarr is a folder itself, whether or not a slash behind its name says so.
        output = IsZarr(output) ? Path.TrimEndingDirectorySeparator(output) : output;
        OutputPaths[] paths = images.Count > 1 && IsZarr(output)
            ? [.. images.Select((_, i) => InCollection(Beside(Checked(output, format), probabilities, confidence), i))]
            : IsFolder(images, output)
            ? [.. images.Select(image => Beside(Path.Combine(output, $"{Stem(image)}.{format ?? "tif"}"), probabilities, confidence))]
            : [Beside(Checked(output, format), probabilities, confidence)];
        foreach (OutputPaths path in paths)
        {
            CheckPng(path);
        }
        CheckDistinct(images, paths);
        CheckFolders(images, paths);
        return paths;
    }

    /// <summary>The places of one image's results where an OME-Zarr holds those of several.</summary>
    private static OutputPaths InCollection(OutputPaths stores, int number)
    {
        string? Inside(string? store) => store is null ? null : Path.Combine(store, $"{number}");
        return new OutputPaths(Inside(stores.Labels)!, Inside(stores.Probabilities), Inside(stores.Confidence)) { Number = number };
    }

    /// <summary>Refuses results among the slices of a folder: the next run would take them for slices.</summary>
    private static void CheckFolders(IReadOnlyList<string> images, OutputPaths[] paths)
    {
        foreach (string folder in images.Select(StackFiles.FileOf).Where(image => Directory.Exists(image) && !ImageFile.IsZarr(image)))
        {
            string real = RealPath.Of(folder);
            if (paths.SelectMany(path => path.All).FirstOrDefault(path => RealPath.Of(Above(path)) == real) is { } inside)
            {
                throw new UsageException(
                    $"{inside} lies in {folder}, whose images are slices, and would be one of them; write elsewhere.");
            }
        }
    }

    private static string Above(string path) => Path.GetDirectoryName(Path.GetFullPath(path)) ?? "/";

    /// <summary>
    /// The name that an image's results carry: its file's without folder and extension, with "_pageN" for FILE#N, and "_N" for the image N
    /// of a Zarr.
    /// </summary>
    public static string Stem(string image)
    {
        string file = Path.TrimEndingDirectorySeparator(ImageFile.FileOf(image));
        string above = Path.GetDirectoryName(file) ?? "";
        if (IsZarr(above) && !IsZarr(file))
        {
            return $"{Stem(above)}_{Path.GetFileName(file)}";
        }
        // The name of a folder of slices has no extension, whatever dots it has.
        string stem = Directory.Exists(file) && !ImageFile.IsZarr(file) ? Path.GetFileName(Path.GetFullPath(file))
            : Path.GetFileName(file)[..^Extension(file).Length];
        return StackFiles.IsAll(image) ? stem : image.Length - file.Length < 2 ? stem : $"{stem}_page{image[(file.Length + 1)..]}";
    }

    /// <summary>Whether a path names an OME-Zarr.</summary>
    public static bool IsZarr(string path) => Extension(path).EndsWith(".zarr", StringComparison.OrdinalIgnoreCase);

    /// <summary>Whether a path names one file, or one OME-Zarr, rather than a folder for several.</summary>
    public static bool NamesFile(string path) =>
        IsZarr(path) || (!path.EndsWith('/') && (Extensions.Contains(Extension(path).ToLowerInvariant()) || File.Exists(path)));

    /// <summary>A path's extension, of which ".ome.zarr" is one.</summary>
    private static string Extension(string path)
    {
        path = Path.TrimEndingDirectorySeparator(path);
        return path.EndsWith(OmeZarr, StringComparison.OrdinalIgnoreCase) ? path[^OmeZarr.Length..] : Path.GetExtension(path);
    }

    /// <summary>Labels in the images' own stores.</summary>
    /// <param name="images">Images as given.</param>
    /// <param name="name">What the labels are called.</param>
    /// <exception cref="UsageException">Labels cannot be called so, or an image is given twice.</exception>
    public static OutputPaths[] Inside(IReadOnlyList<string> images, string name)
    {
        if (name.Length == 0 || name != Plain(name))
        {
            throw new UsageException($"--into-input {name} is no name of labels; give letters, digits, - and _.");
        }
        OutputPaths[] paths =
            [.. images.Select(image => new OutputPaths(Path.Combine(ImageFile.FileOf(image), "labels", name), null, null))];
        CheckDistinct(images, paths);
        return paths;
    }

    /// <summary>What labels by a model are called: its file's name, _ in place of what such names cannot have.</summary>
    public static string LabelName(string model) => Plain(Path.GetFileNameWithoutExtension(model));

    private static string Plain(string name) =>
        new([.. name.Select(letter => char.IsAsciiLetterOrDigit(letter) || letter == '-' ? letter : '_')]);

    /// <summary>The label map's file, and those beside it, in the same format.</summary>
    public static OutputPaths Beside(string labels, bool probabilities, bool confidence)
    {
        string extension = Extension(labels), stem = labels[..^extension.Length];
        return new OutputPaths(
            labels,
            probabilities ? $"{stem}_probabilities{extension}" : null,
            confidence ? $"{stem}_confidence{extension}" : null);
    }

    /// <summary>Refuses probabilities and confidence as PNG.</summary>
    /// <exception cref="UsageException">They are wanted so.</exception>
    public static void CheckPng(OutputPaths path)
    {
        if ((path.Probabilities ?? path.Confidence) is { } extra
            && Path.GetExtension(extra).Equals(".png", StringComparison.OrdinalIgnoreCase))
        {
            throw new UsageException(
                $"{extra}: a PNG holds neither several pages nor float32, as probabilities and confidence need; write .tif or .npy.");
        }
    }

    private static bool IsFolder(IReadOnlyList<string> images, string output)
    {
        if (!IsZarr(output) && (output.EndsWith('/') || Directory.Exists(output)))
        {
            return true;
        }
        if (images.Count > 1 && (Extensions.Contains(Extension(output).ToLowerInvariant()) || File.Exists(output)))
        {
            throw new UsageException(
                $"-o {output} names one file for {images.Count} images; give a folder, such as -o {Stem(output)}/, or an .ome.zarr.");
        }
        return images.Count > 1;
    }

    /// <summary>OUT as a file: its extension is one that is written, and does not contradict --format.</summary>
    private static string Checked(string output, string? format)
    {
        string extension = Extension(output).ToLowerInvariant();
        if (!Extensions.Contains(extension))
        {
            throw new UsageException($"-o {output} must end in .tif, .tiff, .png, .npy or .ome.zarr, or in / for a folder.");
        }
        string named = extension == ".tiff" ? "tif" : IsZarr(output) ? "ome.zarr" : extension[1..];
        return format is null || format == named
            ? output
            : throw new UsageException($"-o {output} and --format {format} disagree; give one of them.");
    }

    private static void CheckDistinct(IReadOnlyList<string> images, OutputPaths[] paths)
    {
        var owners = new Dictionary<string, string>();
        for (int i = 0; i < paths.Length; i++)
        {
            foreach (string path in paths[i].All)
            {
                string full = Path.GetFullPath(path);
                if (!owners.TryAdd(full, images[i]))
                {
                    throw new UsageException(
                        $"{owners[full]} and {images[i]} would both be written to {path}; rename one or segment them into two folders.");
                }
            }
        }
    }
}
