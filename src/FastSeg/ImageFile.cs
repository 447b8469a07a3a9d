using System.Globalization;
using FastSeg.Files;
using FastSeg.Files.Runs;
using FastSeg.Images;
using FastSeg.Images.Labels;
using FastSeg.Images.Npy;
using FastSeg.Images.Pictures;
using FastSeg.Images.Samples;
using FastSeg.Images.Tiff;
using FastSeg.Images.Zarr;
using static FastSeg.Common.Arguments;

namespace FastSeg;

/// <summary>
/// Opens and creates image files. What is read depends on a file's content: TIFF and BigTIFF, PNG, JPEG, WebP, BMP, npy or OME-Zarr, which
/// is a folder. What is written depends on the extension: .tif, .tiff, .png, .npy or .zarr.
/// </summary>
public static class ImageFile
{
    /// <summary>Bytes at the start of a file that tell its format.</summary>
    private const int MagicBytes = 12;

    /// <summary>
    /// Opens an image. "FILE#2" is the second page of FILE; pages count from 1, and without a number the first one is opened. Where a file
    /// has the whole text as its name, # and number included, that file is opened.
    /// </summary>
    /// <param name="path">Path, with an optional page.</param>
    /// <returns>
    /// A reader of 1 to 16 channels of uint8, int8, uint16, int16 or float32. Wider samples become float32, rounded to the nearest; a
    /// float64 beyond float32 becomes infinite, which every computation refuses. Alpha is dropped, a palette becomes RGB. The pages of an
    /// ImageJ composite are channels of one image: those of the slice and frame that the page is one of.
    /// </returns>
    /// <exception cref="FastSegException">The file is missing, damaged or of a kind that is not read, or it has no such page.</exception>
    public static ImageReader Open(string path) => Open(path, ImageOptions.Default);

    /// <summary>Opens an image, its pages as channels or turned as its file says where that is asked for.</summary>
    /// <param name="path">Path, with an optional page.</param>
    /// <param name="options">What is asked for.</param>
    /// <exception cref="FastSegException">As in <see cref="Open(string)"/>, or there are too many pages, or they differ.</exception>
    public static ImageReader Open(string path, ImageOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        (string file, int number) = SplitPage(NotNull(path));
        return Whole(Open(path, options, labels: false), file, number, PageMark(path) >= 0, options);
    }

    /// <summary>
    /// Opens images that are segmented as one: all pages of a TIFF as "FILE#all", the planes of an OME-Zarr along t and z as far as
    /// <see cref="ImageOptions.Select"/> chooses none, or the images in a folder, in the order in which people count their names.
    /// </summary>
    /// <param name="path">The path.</param>
    /// <param name="options">How each is opened; null for the defaults.</param>
    /// <returns>The images; null where the path is that of one image, for <see cref="Open(string, ImageOptions)"/>.</returns>
    /// <exception cref="FastSegException">The file is damaged, or the folder has no image.</exception>
    public static ImageStack? OpenStack(string path, ImageOptions? options = null) =>
        StackFiles.Find(NotNull(path), options ?? ImageOptions.Default, OpenPlane);

    /// <summary>Opens masks of a stack's images; null where the path is that of one mask.</summary>
    internal static ImageStack? OpenMaskStack(string path, ImageOptions options) =>
        StackFiles.Find(path, options, (plane, how) => OpenMask(plane.Page > 0 ? plane.Name : plane.File, how));

    private static ImageReader OpenPlane(StackPlane plane, ImageOptions options) => Whole(
        options.Select is not null && ZarrStore.Matches(plane.File)
            ? Named(ZarrReader.Open(plane.File, plane.Name, options, labels: false), plane.File)
            : OpenPage(plane.Name, plane.File, Math.Max(1, plane.Page), options, labels: false),
        plane.File, Math.Max(1, plane.Page), plane.Page > 0 && !plane.HoldsChannels, options);

    /// <summary>The image that a page belongs to, as computations see it.</summary>
    private static ImageReader Whole(ImageReader stored, string file, int number, bool named, ImageOptions options)
    {
        ImageReader page = NarrowedImage.Of(stored, owned: true);
        ImageReader Other(int other) => NarrowedImage.Of(OpenPage($"{file}#{other}", file, other, options, labels: false), owned: true);
        ImageReader image = ChannelPages.Of(page, number, options.ChannelsFromPages, named, Other);
        image = options.Orient ? OrientedImage.Of(image) : image;
        image.Opening = options;
        return image;
    }

    /// <summary>
    /// Opens a label image, whatever its samples are: whole numbers of any type (floats too, if all are whole), of which 0 and those below
    /// are unlabelled and those above 65535 refused, a palette PNG or TIFF, which keeps its indices, or coloured strokes, of which each
    /// exact colour is a class. Where alpha is 0, nothing was drawn.
    /// </summary>
    /// <param name="path">Path, with an optional page as in <see cref="Open(string)"/>.</param>
    /// <returns>A reader of one channel of uint8 or uint16, 0 where nothing is drawn.</returns>
    /// <exception cref="FastSegException">
    /// The file is missing, damaged, of a kind that is not read or changes values (JPEG), or it has no such page or too many colours.
    /// </exception>
    public static ImageReader OpenLabels(string path) => OpenLabels(path, new LabelOptions());

    /// <summary>Opens a label image of which it is said how it is read.</summary>
    /// <param name="path">Path, with an optional page.</param>
    /// <param name="options">A void value, the classes of colours.</param>
    /// <exception cref="FastSegException">As in <see cref="OpenLabels(string)"/>, or no pixel has one of the colours.</exception>
    public static ImageReader OpenLabels(string path, LabelOptions options) => OpenLabels([NotNull(path)], options)[0];

    /// <summary>Opens a label image, turned as its file says where that is asked for.</summary>
    /// <param name="path">Path, with an optional page.</param>
    /// <param name="options">What is asked for; pages of labels are never channels.</param>
    /// <exception cref="FastSegException">As in <see cref="OpenLabels(string)"/>.</exception>
    public static ImageReader OpenLabels(string path, ImageOptions options) =>
        OpenLabels(path, new LabelOptions { Orient = NotNull(options).Orient, Opening = options });

    /// <summary>Opens the label images of one training set, so that a colour is the same class in all of them.</summary>
    /// <param name="paths">Paths, as in <see cref="OpenLabels(string)"/>.</param>
    /// <param name="options">A void value, the classes of colours.</param>
    /// <exception cref="FastSegException">As there, or some hold numbers and others colours.</exception>
    public static IReadOnlyList<ImageReader> OpenLabels(IReadOnlyList<string> paths, LabelOptions options) =>
        OpenLabels(NoneNull(paths), NotNull(options), LabelSet.Values);

    /// <summary>Opens a mask, whatever its samples are, as labels are opened.</summary>
    /// <param name="path">Path, with an optional page.</param>
    /// <param name="options">Whether it is turned as its file says.</param>
    internal static ImageReader OpenMask(string path, ImageOptions options) =>
        OpenLabels([path], new LabelOptions { Orient = options.Orient, Opening = options }, LabelSet.Masks)[0];

    /// <summary>Opens label images, or other images of the same form, such as masks.</summary>
    /// <param name="paths">Paths, with an optional page each.</param>
    /// <param name="options">A void value, the classes of colours.</param>
    /// <param name="what">What sentences call the values: "label values", "mask values".</param>
    internal static ImageReader[] OpenLabels(IReadOnlyList<string> paths, LabelOptions options, string what)
    {
        var readers = new List<ImageReader>();
        try
        {
            foreach (string path in paths)
            {
                readers.Add(Open(path, options.Opening, labels: true));
                if (options.Colours is not null && readers[^1].Info.IsPalette)
                {
                    readers[^1].Dispose();
                    readers[^1] = Open(path, options.Opening, labels: false);
                }
                readers[^1] = options.Orient ? OrientedImage.Of(readers[^1]) : readers[^1];
            }
            return LabelSet.Of(readers, options, what, owned: true);
        }
        catch
        {
            readers.ForEach(reader => reader.Dispose());
            throw;
        }
    }

    /// <summary>Whether a path is a folder that looks like a Zarr.</summary>
    internal static bool IsZarr(string path) => ZarrStore.Matches(path);

    /// <summary>Opens an image whose samples are delivered as they are stored, however wide.</summary>
    internal static ImageReader OpenStored(string path) => Open(path, ImageOptions.Default, labels: false);

    /// <summary>
    /// Creates an image file in the format that the extension names. The file appears under its name with <see cref="ImageWriter.Commit"/>.
    /// </summary>
    /// <param name="path">A path ending in .tif, .tiff, .png, .npy or .zarr, in a folder that exists.</param>
    /// <param name="layout">Size, type and pages.</param>
    /// <exception cref="FastSegException">
    /// The extension is none of these, the format cannot hold the layout, the folder cannot be written, or there is such a Zarr already.
    /// </exception>
    /// <exception cref="ArgumentOutOfRangeException">The layout has no pixel or no page.</exception>
    public static ImageWriter Create(string path, ImageLayout layout) => Create(path, layout, null);

    /// <summary>Creates an image file of which it is said how it is written if it is an OME-Zarr.</summary>
    /// <param name="path">A path, as in <see cref="Create(string, ImageLayout)"/>.</param>
    /// <param name="layout">Size, type and pages.</param>
    /// <param name="zarr">Version and chunks; null for the defaults.</param>
    /// <exception cref="FastSegException">As there.</exception>
    public static ImageWriter Create(string path, ImageLayout layout, OmeZarrOptions? zarr) => Create(path, layout, zarr, null);

    /// <summary>Whether a run that writes a file of this name can go on where an earlier start of it ended.</summary>
    internal static bool CanResume(string path) => FormatOf(path, null) is FileFormat.Tiff or FileFormat.Zarr;

    /// <summary>Creates an image file that grows in a run's folder; null for one that leaves nothing where it fails.</summary>
    internal static ImageWriter Create(string path, ImageLayout layout, OmeZarrOptions? zarr, RunFolder? folder)
    {
        ArgumentNullException.ThrowIfNull(path);
        ArgumentNullException.ThrowIfNull(layout);
        CheckSize(layout);
        FileFormat format = FormatOf(path, zarr);
        CheckForm(path, layout, format);
        ImageWriter writer = format switch
        {
            FileFormat.Tiff => new TiffWriter(path, layout, folder),
            FileFormat.Png => new PngWriter(path, layout),
            FileFormat.Zarr => new ZarrWriter(path, WrittenImage.Of(path, layout, zarr ?? new OmeZarrOptions()), folder: folder),
            _ => new NpyWriter(path, layout),
        };
        writer.FilePath = path;
        return writer;
    }

    /// <summary>
    /// Creates a label image inside the OME-Zarr that an image was opened from, where viewers look for labels: labels/NAME, for the plane
    /// and the size that were opened. It appears, and is listed, with <see cref="ImageWriter.Commit"/>.
    /// </summary>
    /// <param name="image">The image, opened by <see cref="Open(string, ImageOptions)"/>.</param>
    /// <param name="name">The label image's name: letters, digits, - and _.</param>
    /// <param name="layout">Size, which is the image's, and type.</param>
    /// <param name="zarr">Chunks; the version is that of the store. Null for the defaults.</param>
    /// <exception cref="FastSegException">
    /// The image is no OME-Zarr, has labels of that name, or cannot be written, or the name or the size is another.
    /// </exception>
    public static ImageWriter CreateLabels(ImageReader image, string name, ImageLayout layout, OmeZarrOptions? zarr = null) =>
        CreateLabels(image, name, layout, zarr, null);

    /// <summary>Creates labels that grow in a run's folder, which is made once the folder is there that it lies in.</summary>
    internal static ImageWriter CreateLabels(
        ImageReader image, string name, ImageLayout layout, OmeZarrOptions? zarr, Func<string, RunFolder>? folder)
    {
        CheckSize(NotNull(layout));
        return LabelGroup.Create(NotNull(image), NotNull(name), layout, zarr ?? new OmeZarrOptions(), folder);
    }

    /// <summary>
    /// Most bytes that the writer of a file would hold while up to <paramref name="threads"/> threads write to it. No file is created.
    /// </summary>
    /// <param name="path">The file's name, or any name with its extension.</param>
    /// <param name="layout">Size, type and pages.</param>
    /// <param name="threads">Threads that write.</param>
    /// <param name="zarr">How an OME-Zarr is written; null for the defaults.</param>
    /// <exception cref="FastSegException">The extension is none that is written, or the format cannot hold the layout.</exception>
    internal static long HeldBytes(string path, ImageLayout layout, int threads, OmeZarrOptions? zarr = null)
    {
        CheckSize(layout);
        FileFormat format = FormatOf(path, zarr);
        CheckForm(path, layout, format);
        return format switch
        {
            FileFormat.Tiff => TiffWriter.HeldBytes(path, layout, threads),
            FileFormat.Png => PngWriter.HeldBytes(path, layout),
            FileFormat.Zarr => ZarrWriter.HeldBytes(WrittenImage.Of(path, layout, zarr ?? new OmeZarrOptions()), threads),
            _ => NpyWriter.HeldBytes(layout, threads),
        };
    }

    /// <summary>The part of it that is held only while the file is put together in the end; parameters as above.</summary>
    internal static long FinishBytes(string path, ImageLayout layout, int threads, OmeZarrOptions? zarr = null) =>
        FormatOf(path, zarr) == FileFormat.Zarr
            ? ZarrWriter.FinishBytes(WrittenImage.Of(path, layout, zarr ?? new OmeZarrOptions()), threads)
            : 0;

    private enum FileFormat
    {
        Tiff,
        Png,
        Npy,
        Zarr,
    }

    private static void CheckSize(ImageLayout layout)
    {
        if (layout.Type is not (SampleType.UInt8 or SampleType.UInt16 or SampleType.Int16 or SampleType.Float32))
        {
            throw new FastSegException($"Images of {layout.Type.Name()} are not written; write uint8, uint16, int16 or float32.");
        }
        if (layout.Width < 1 || layout.Height < 1 || layout.Pages < 1 || layout.Slices < 1 || layout.Frames < 1)
        {
            throw new ArgumentOutOfRangeException(nameof(layout), $"{layout.Width} x {layout.Height} x {layout.Pages} pages");
        }
    }

    private static void CheckForm(string path, ImageLayout layout, FileFormat format)
    {
        bool one = format is FileFormat.Png or FileFormat.Npy;
        if (layout.Planes > 1 && one)
        {
            throw new FastSegException(
                $"{path} would hold one plane of a stack of {layout.Planes}; stacks are written as .tif or .ome.zarr.");
        }
        if (layout.Pyramid && one)
        {
            throw new FastSegException($"{path} would hold one size of the image; pyramids are written as .tif or .ome.zarr.");
        }
    }

    private static FileFormat FormatOf(string path, OmeZarrOptions? zarr)
    {
        if (zarr?.IsMember == true)
        {
            return FileFormat.Zarr;
        }
        const string Written = ".tif, .tiff, .png, .npy or .ome.zarr";
        string extension = Path.GetExtension(Path.TrimEndingDirectorySeparator(path));
        return extension.ToLowerInvariant() switch
        {
            ".tif" or ".tiff" => FileFormat.Tiff,
            ".png" => FileFormat.Png,
            ".npy" => FileFormat.Npy,
            ".zarr" => FileFormat.Zarr,
            "" => throw new FastSegException($"{path} has no extension; images are written as {Written}."),
            _ => throw new FastSegException($"{path} ends in \"{extension}\"; images are written as {Written}."),
        };
    }

    /// <summary>The path of the file that <see cref="Open(string)"/> opens for a name such as "FILE#2".</summary>
    internal static string FileOf(string name)
    {
        int hash = PageMark(name);
        return hash < 0 ? StackFiles.FileOf(name) : name[..hash];
    }

    private static ImageReader Open(string name, ImageOptions options, bool labels)
    {
        if (name.Length == 0)
        {
            throw new FastSegException("The name of an image is empty; give the path of an image.");
        }
        (string path, int page) = SplitPage(name);
        return OpenPage(name, path, page, options, labels);
    }

    private static ImageReader OpenPage(string name, string path, int page, ImageOptions options, bool labels)
    {
        if (ZarrStore.Matches(path))
        {
            return path == name
                ? Named(ZarrReader.Open(path, name, options, labels), path)
                : throw new FastSegException($"{name} asks for a page of an OME-Zarr; its planes are named in {PlaneSelection.Words}.");
        }
        if (options.Select is not null && !labels)
        {
            throw new FastSegException($"{name} is no OME-Zarr, so leave out {PlaneSelection.Words}; a page of a TIFF is FILE#N.");
        }
        InputFile file = InputFile.Open(path, name);
        try
        {
            Span<byte> magic = stackalloc byte[MagicBytes];
            magic.Clear();
            file.Read(0, magic[..(int)Math.Min(file.Length, MagicBytes)]);
            return Named(Open(file, magic, page, labels, options.Level), path);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    private static ImageReader Named(ImageReader reader, string path)
    {
        reader.FilePath = path;
        return reader;
    }

    private static ImageReader Open(InputFile file, ReadOnlySpan<byte> magic, int page, bool labels, int level)
    {
        if (TiffHeader.Matches(magic))
        {
            return TiffReader.Open(file, page, labels, level);
        }
        bool npy = magic.StartsWith(NpyHeader.Magic);
        bool vips = VipsReader.Matches(magic);
        bool bmp = BmpReader.Matches(magic);
        if (!npy && !vips && !bmp)
        {
            throw file.Unsupported(
                "is no image that is read here",
                "give TIFF, PNG, JPEG, WebP, BMP, npy or OME-Zarr (the content counts, not the extension)");
        }
        if (page != 1)
        {
            throw new FastSegException($"{file.Name} has one page; pages count from 1, so only #1 exists.");
        }
        if (level != 0 && !labels)
        {
            throw ImageReading.NoLevel(file.Name, level, 1);
        }
        return npy ? NpyReader.Open(file, labels) : bmp ? BmpReader.Open(file, labels) : VipsReader.Open(file, magic, labels);
    }

    private static (string Path, int Page) SplitPage(string name)
    {
        int hash = PageMark(name);
        if (hash < 0)
        {
            return (name, 1);
        }
        return int.TryParse(name.AsSpan(hash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out int page) && page >= 1
            ? (name[..hash], page)
            : throw new FastSegException($"{name} asks for page {name[(hash + 1)..]}; pages count from 1.");
    }

    /// <summary>
    /// Position of the # in front of a page number; -1 where the name has no page, or where a file has the whole text as its name.
    /// </summary>
    private static int PageMark(string name)
    {
        int hash = name.LastIndexOf('#');
        bool number = hash >= 1 && hash < name.Length - 1 && name.AsSpan(hash + 1).ContainsOnlyDigits();
        return number && !Path.Exists(name) ? hash : -1;
    }

    private static bool ContainsOnlyDigits(this ReadOnlySpan<char> text) => !text.ContainsAnyExceptInRange('0', '9');
}
