using FastSeg.Files;
using FastSeg.Images;
using FastSeg.Images.Samples;
using FastSeg.Images.Zarr;

namespace FastSeg;

/// <summary>Finds the images of a stack: all pages of a TIFF, the planes of an OME-Zarr, or the files of a folder.</summary>
internal static class StackFiles
{
    /// <summary>What stands behind a path whose pages or planes are all wanted.</summary>
    public const string All = "#all";

    /// <summary>Extensions of the files in a folder that are taken for slices.</summary>
    private static readonly string[] Extensions = [".tif", ".tiff", ".png", ".jpg", ".jpeg", ".webp", ".bmp", ".npy"];

    /// <summary>The path without what says that all is wanted.</summary>
    public static string FileOf(string path) => IsAll(path) ? path[..^All.Length] : path;

    /// <summary>Whether all pages or planes of a file are asked for; a file that is called so is meant itself.</summary>
    public static bool IsAll(string path) =>
        path.Length > All.Length && path.EndsWith(All, StringComparison.Ordinal) && !Path.Exists(path);

    /// <summary>The stack that a path names; null where it names one image.</summary>
    /// <param name="path">The path.</param>
    /// <param name="options">How images are opened.</param>
    /// <param name="open">Opens one: as an image, or as a mask.</param>
    /// <exception cref="FastSegException">It is damaged, or there is no image.</exception>
    public static ImageStack? Find(string path, ImageOptions options, Func<StackPlane, ImageOptions, ImageReader> open)
    {
        string file = FileOf(path);
        if (ZarrStore.Matches(file))
        {
            return OfZarr(path, file, options, open);
        }
        if (Directory.Exists(file))
        {
            return OfFolder(file, options, open);
        }
        return IsAll(path) ? OfPages(path, file, options, open) : null;
    }

    /// <summary>The planes of t and z that are not chosen; null where that is one and not all are asked for.</summary>
    private static ImageStack? OfZarr(
        string path, string file, ImageOptions options, Func<StackPlane, ImageOptions, ImageReader> open)
    {
        var image = Multiscale.Read(new ZarrStore(file, file));
        PlaneSelection select = options.Select ?? new PlaneSelection();
        int level = options.Level >= 0 && options.Level < image.Levels.Count ? options.Level : 0;
        int frames = select.T is null ? Length(image, 't', level) : 1, slices = select.Z is null ? Length(image, 'z', level) : 1;
        if (frames * slices == 1 && !IsAll(path))
        {
            return null;
        }
        return new ImageStack(path, slices, frames, number =>
        {
            int? t = image.Axis('t') < 0 ? null : select.T ?? (number / slices);
            int? z = image.Axis('z') < 0 ? null : select.Z ?? (number % slices);
            string place = string.Join(", ", ((string?[])[t is null ? null : $"t={t}", z is null ? null : $"z={z}"]).OfType<string>());
            var plane = new StackPlane(file, place.Length == 0 ? file : $"{file} ({place})");
            return open(plane, options with { Select = new PlaneSelection(t, z, select.C) });
        })
        {
            SliceStep = image.SliceStep(level),
        };
    }

    private static int Length(Multiscale image, char axis, int level) => (int)Math.Min(image.Length(axis, level), int.MaxValue);

    /// <summary>The pages of a TIFF that are images: not channels of others, and no smaller copies.</summary>
    private static ImageStack OfPages(
        string path, string file, ImageOptions options, Func<StackPlane, ImageOptions, ImageReader> open)
    {
        using ImageReader page = ImageFile.OpenStored(file);
        int[] pages = [.. Enumerable.Range(1, page.Info.Pages).Except(page.Info.CopiedPages)];
        PageMeaning? meaning = page.Meaning is { First: 1 } all && all.Pages == pages.Length ? page.Meaning : null;
        bool channels = meaning is { Channels: > 1 }
            && (options.ChannelsFromPages || (meaning.Composite && meaning.Channels * page.Info.Channels <= ImageInfo.MostChannels));
        if (options.ChannelsFromPages && !channels && pages.Length > 1)
        {
            throw new FastSegException(
                $"{path} asks for each page as an image of its own, but its pages are channels of one image; leave out one of the two.");
        }
        if (meaning is not null && (channels || meaning.Channels == 1))
        {
            int slices = meaning.Slices;
            return new ImageStack(path, slices, meaning.Frames, number =>
            {
                int first = meaning.PageOf(0, number % slices, number / slices);
                return open(new StackPlane(file, $"{file}#{first}") { Page = first, HoldsChannels = channels }, options);
            })
            {
                SliceStep = meaning.SliceStep,
            };
        }
        return new ImageStack(path, pages.Length, 1, number => open(
            new StackPlane(file, $"{file}#{pages[number]}") { Page = pages[number] }, options));
    }

    /// <summary>The images in a folder, in the order in which people count their names.</summary>
    private static ImageStack OfFolder(string folder, ImageOptions options, Func<StackPlane, ImageOptions, ImageReader> open)
    {
        string[] files;
        try
        {
            files = [.. Directory.EnumerateFiles(folder)
                .Where(file => !Path.GetFileName(file).StartsWith('.'))
                .Where(file => Extensions.Contains(Path.GetExtension(file), StringComparer.OrdinalIgnoreCase))
                .Order(NaturalOrder.Instance)];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new FastSegException($"{folder} cannot be read: {InputFile.OneLine(e.Message)}; give a folder of slices.", e)
            {
                IsOfInput = e is UnauthorizedAccessException,
            };
        }
        return files.Length > 0
            ? new ImageStack(folder, files.Length, 1, number => open(new StackPlane(files[number], files[number]), options))
            : throw new FastSegException(
                $"{folder} is a folder without images ({string.Join(", ", Extensions)}); give an image, or a folder of slices.");
    }
}

/// <summary>Where an image of a stack is.</summary>
/// <param name="File">Its file.</param>
/// <param name="Name">What sentences call it.</param>
internal sealed record StackPlane(string File, string Name)
{
    /// <summary>Its page; 0 where it has none.</summary>
    public int Page { get; init; }

    /// <summary>Whether other pages are further channels of it.</summary>
    public bool HoldsChannels { get; init; }
}
