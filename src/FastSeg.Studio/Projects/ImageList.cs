using FastSeg.Studio.Files;

namespace FastSeg.Studio.Projects;

/// <summary>Finds the images that arguments name, and those that the journal names. One thread at a time.</summary>
/// <param name="folder">The project's folder.</param>
/// <param name="most">Most bytes that an open image may hold; null for a quarter of the memory: live work holds it once more.</param>
internal sealed class ImageList(string folder, long? most = null)
{
    private readonly long _most = most ?? GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 4;

    /// <summary>Files and OME-Zarrs of a folder with other endings are no images; one that is named itself may have any.</summary>
    private static readonly string[] Endings = [".tif", ".tiff", ".png", ".jpg", ".jpeg", ".webp", ".bmp", ".npy", ".zarr"];

    private readonly Dictionary<LabelPage, long[]> _sizes = [];

    /// <summary>Files that arguments stand for: a file for itself, a folder for its images by name.</summary>
    /// <exception cref="FastSegException">There is no such file, or a folder has no image.</exception>
    public static IEnumerable<string> Expand(IEnumerable<string> arguments)
    {
        foreach (string argument in arguments)
        {
            if (ImageState.Of(argument).Exists)
            {
                yield return Path.GetFullPath(argument);
                continue;
            }
            if (!Directory.Exists(argument))
            {
                throw new FastSegException($"{argument}: there is no such file or folder; give images, or folders of images.");
            }
            string[] files = [.. Images(argument)];
            if (files.Length == 0)
            {
                throw new FastSegException($"{argument} holds no image; images end in {string.Join(", ", Endings)}.");
            }
            foreach (string file in files)
            {
                yield return file;
            }
        }
    }

    /// <summary>Entries for files that the list does not have yet.</summary>
    /// <param name="files">Full paths.</param>
    /// <param name="present">The list.</param>
    public ImageEntry[] New(IEnumerable<string> files, IReadOnlyList<ProjectImage> present)
    {
        var have = present.Select(image => image.Path).ToHashSet();
        int next = present.Count;
        var entries = new List<ImageEntry>();
        foreach (string file in files.Where(have.Add))
        {
            ProjectImage image = Found(new ImageEntry($"i{++next}", file, Path.GetRelativePath(folder, file)), file);
            entries.Add(new ImageEntry(image.Id, image.Path, image.RelativePath)
            {
                Pages = image.Pages,
                Width = image.Width,
                Height = image.Height,
                Channels = image.Channels,
                Type = image.Type,
            });
        }
        return [.. entries];
    }

    /// <summary>An image of the journal as it is now: where it lies, and why it cannot be shown if it cannot.</summary>
    public ProjectImage Find(ImageEntry entry)
    {
        string relative = Path.GetFullPath(Path.Combine(folder, entry.Relative));
        string? path = ImageState.Of(entry.Path).Exists ? entry.Path : ImageState.Of(relative).Exists ? relative : null;
        return path is not null
            ? Found(entry, path)
            : Known(entry, entry.Path) with
            {
                Failure = $"{Path.GetFileName(entry.Path)} is missing: neither {entry.Path} nor {relative} is there; " +
                    "put it back, or move project and images together.",
            };
    }

    /// <summary>Width and height of a page.</summary>
    /// <exception cref="FastSegException">There is no such page, or it cannot be read.</exception>
    public long[] Size(ProjectImage image, int page)
    {
        if (page < 1 || (image.Pages > 0 && page > image.Pages))
        {
            throw new FastSegException($"{image.Name} has no page {page}; its pages are 1 to {image.Pages}.");
        }
        if (page == 1 && image.Width > 0)
        {
            return [image.Width, image.Height];
        }
        var key = new LabelPage(image.Id, page);
        if (!_sizes.TryGetValue(key, out long[]? size))
        {
            using ImageReader reader = ImageFile.Open(image.PagePath(page));
            _sizes[key] = size = [reader.Info.Width, reader.Info.Height];
        }
        return size;
    }

    private static IEnumerable<string> Images(string folder) => Directory.EnumerateFileSystemEntries(folder)
        .Where(file => Endings.Contains(Path.GetExtension(file).ToLowerInvariant()) && !Path.GetFileName(file).StartsWith('.')
            && ImageState.Of(file).Exists)
        .Select(Path.GetFullPath).Order(StringComparer.Ordinal);

    private static ProjectImage Known(ImageEntry entry, string path) => new(entry.Id, path, entry.Relative)
    {
        Pages = entry.Pages,
        Width = entry.Width,
        Height = entry.Height,
        Channels = entry.Channels,
        Type = entry.Type,
    };

    private ProjectImage Found(ImageEntry entry, string path)
    {
        ProjectImage known = Known(entry, path) with { RelativePath = Path.GetRelativePath(folder, path) };
        try
        {
            using ImageReader reader = ImageFile.Open(path);
            ImageInfo info = reader.Info;
            if (entry.Width > 0 && (info.Width != entry.Width || info.Height != entry.Height))
            {
                return known with
                {
                    Failure = $"{path} has {info.Width} x {info.Height} pixels now and had {entry.Width} x {entry.Height} when it came " +
                        "into the project; put the old image back.",
                };
            }
            long held = reader.HeldBytes(Environment.ProcessorCount);
            return known with
            {
                Pages = info.Pages,
                Width = info.Width,
                Height = info.Height,
                Channels = info.Channels,
                Type = info.Type,
                PixelSize = info.PixelSize,
                Failure = held <= _most ? null
                    : $"{path} takes {held >> 20} MiB of memory while it is open, and {_most >> 20} MiB are the most here; " +
                        "convert it to a tiled TIFF, of which only parts are read.",
            };
        }
        catch (FastSegException e)
        {
            return known with { Failure = e.Message };
        }
    }
}
