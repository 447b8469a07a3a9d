using FastSeg.Cli.Errors;

namespace FastSeg.Cli.Files;

/// <summary>The files that one image's segmentation goes to.</summary>
/// <param name="Labels">The label map.</param>
/// <param name="Probabilities">Beside it, "_probabilities" added to its stem; null where not wanted.</param>
/// <param name="Confidence">Beside it, "_confidence" added to its stem; null where not wanted.</param>
internal sealed record OutputPaths(string Labels, string? Probabilities, string? Confidence)
{
    private static readonly string[] Extensions = [".tif", ".tiff", ".png", ".npy"];

    /// <summary>Those of them that are wanted.</summary>
    public IEnumerable<string> All => ((string?[])[Labels, Probabilities, Confidence]).OfType<string>();

    /// <summary>
    /// Decides where every image's result goes. OUT is a folder when it ends in a slash, is one already, or there are several images;
    /// otherwise it is a file.
    /// </summary>
    /// <param name="images">Images as given.</param>
    /// <param name="output">OUT.</param>
    /// <param name="format">"tif", "png", "npy", or null where the extension (or tif) decides.</param>
    /// <param name="probabilities">Whether probabilities are wanted.</param>
    /// <param name="confidence">Whether a confidence map is wanted.</param>
    public static OutputPaths[] Resolve(IReadOnlyList<string> images, string output, string? format, bool probabilities, bool confidence)
    {
        OutputPaths[] paths = IsFolder(images, output)
            ? [.. images.Select(image => Beside(Path.Combine(output, $"{Stem(image)}.{format ?? "tif"}"), probabilities, confidence))]
            : [Beside(Checked(output, format), probabilities, confidence)];
        foreach (OutputPaths path in paths)
        {
            CheckPng(path);
        }
        CheckDistinct(images, paths);
        return paths;
    }

    /// <summary>The name that an image's results carry: its file's without folder and extension, with "_pageN" for FILE#N.</summary>
    public static string Stem(string image)
    {
        string file = ImageFile.FileOf(image);
        string stem = Path.GetFileNameWithoutExtension(file);
        return file == image ? stem : $"{stem}_page{image[(file.Length + 1)..]}";
    }

    /// <summary>The label map's file, and those beside it, in the same format.</summary>
    public static OutputPaths Beside(string labels, bool probabilities, bool confidence)
    {
        string stem = Path.ChangeExtension(labels, null), extension = Path.GetExtension(labels);
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
        if (output.EndsWith('/') || Directory.Exists(output))
        {
            return true;
        }
        if (images.Count > 1 && (Extensions.Contains(Path.GetExtension(output).ToLowerInvariant()) || File.Exists(output)))
        {
            throw new UsageException(
                $"-o {output} names one file for {images.Count} images; " +
                    $"give a folder, such as -o {Path.GetFileNameWithoutExtension(output)}/.");
        }
        return images.Count > 1;
    }

    /// <summary>OUT as a file: its extension is one that is written, and does not contradict --format.</summary>
    private static string Checked(string output, string? format)
    {
        string extension = Path.GetExtension(output).ToLowerInvariant();
        if (!Extensions.Contains(extension))
        {
            throw new UsageException($"-o {output} must end in .tif, .tiff, .png or .npy, or in / for a folder.");
        }
        string named = extension == ".tiff" ? "tif" : extension[1..];
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
