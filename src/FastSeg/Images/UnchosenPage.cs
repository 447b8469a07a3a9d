namespace FastSeg.Images;

/// <summary>Says which page of a stack was taken where the caller named none: the others are left out, and nobody asked for that.</summary>
internal static class UnchosenPage
{
    /// <summary>A sentence for each file of several pages, or planes, of which none was chosen.</summary>
    /// <param name="readers">What a run reads; null stands for what it does not have.</param>
    public static IReadOnlyList<string> Warnings(params IEnumerable<ImageReader?> readers) => Warnings(readers, all: false);

    /// <summary>The same of an image of which all pages could be segmented, and its mask.</summary>
    /// <param name="image">The image.</param>
    /// <param name="mask">Its mask; null where it has none.</param>
    public static IReadOnlyList<string> OfImage(ImageReader image, ImageReader? mask) =>
        [.. Warnings([image], all: true).Union(Warnings([mask], all: false))];

    private static IReadOnlyList<string> Warnings(IEnumerable<ImageReader?> readers, bool all) =>
    [
        .. readers.OfType<ImageReader>()
            .Select(reader => reader.Info.UnchosenPlanes ?? (IsUnchosen(reader) ? Sentence(reader.Info, all) : null))
            .OfType<string>().Distinct(),
    ];

    /// <summary>Whether a file has further pages, and its name says of none that it is wanted.</summary>
    private static bool IsUnchosen(ImageReader reader) =>
        reader.Info.Pages - reader.Info.CopiedPages.Count > 1 && reader.Info.Name == reader.FilePath;

    private static string Sentence(ImageInfo info, bool all) =>
        $"{info.Name} has {info.Pages} pages, of which the first was taken; write {info.Name}#N for page N, 1 to {info.Pages}"
        + (all ? $", or {info.Name}#all for all of them." : ".");
}
