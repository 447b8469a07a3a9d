namespace FastSeg.Studio.Projects;

/// <summary>An image of the project's list.</summary>
/// <param name="Id">"i1", "i2", ..., never given to another image of the project.</param>
/// <param name="Path">The file, from the root.</param>
/// <param name="RelativePath">The file, from the project's folder.</param>
internal sealed record ProjectImage(string Id, string Path, string RelativePath)
{
    /// <summary>The file's name without its folder.</summary>
    public string Name => System.IO.Path.GetFileName(Path);

    public int Pages { get; init; }

    /// <summary>Columns of the first page.</summary>
    public long Width { get; init; }

    /// <summary>Rows of the first page.</summary>
    public long Height { get; init; }

    public int Channels { get; init; }

    /// <summary>Null where the image was never read.</summary>
    public SampleType? Type { get; init; }

    /// <summary>How large a pixel is; null where the file does not say, or cannot be read.</summary>
    public PixelSize? PixelSize { get; init; }

    /// <summary>Why the image cannot be shown, in a sentence; null where it can.</summary>
    public string? Failure { get; init; }

    /// <summary>The name under which <see cref="ImageFile.Open"/> opens a page.</summary>
    public string PagePath(int page) => page == 1 ? Path : $"{Path}#{page}";
}
