using FastSeg.Studio.Projects;

namespace FastSeg.Studio.Exports;

/// <summary>The labels of a project as files that <c>fastseg train</c> reads.</summary>
internal static class LabelFiles
{
    /// <summary>Most pixels of a PNG: programs decode a PNG as a whole, a TIFF by parts.</summary>
    public const long MostPngPixels = 64L << 20;

    /// <summary>Rows that are written at once: those of a TIFF's tiles.</summary>
    private const int Rows = 256;

    /// <summary>The name of each drawn page's file, in order.</summary>
    public static IReadOnlyList<string> Names(IReadOnlyList<DrawnPage> pages)
    {
        IReadOnlyList<string> stems = Stems([.. pages.Select(page => (page.Image, page.Page))]);
        return [.. pages.Select((page, i) => stems[i] + (page.Labels.Width * page.Labels.Height > MostPngPixels ? ".tif" : ".png"))];
    }

    /// <summary>A name for each page, no two the same, also where images of two folders have one name.</summary>
    public static IReadOnlyList<string> Stems(IReadOnlyList<(ProjectImage Image, int Page)> pages)
    {
        var given = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        var stems = new List<string>();
        foreach ((ProjectImage image, int page) in pages)
        {
            string stem = Stem(image, page);
            while (!given.Add(stem))
            {
                stem += $"_{image.Id}";
            }
            stems.Add(stem);
        }
        return stems;
    }

    /// <summary>The name that what belongs to a page carries, as the command line has it.</summary>
    public static string Stem(ProjectImage image, int page)
    {
        string stem = Path.GetFileNameWithoutExtension(image.Path);
        stem = stem.EndsWith(".ome", StringComparison.OrdinalIgnoreCase) ? stem[..^4] : stem;
        return page == 1 ? stem : $"{stem}_page{page}";
    }

    /// <summary>
    /// Writes the labels of a page: 0 where nothing was drawn, otherwise the class's value, with the class colours as palette and the
    /// classes' names, which a training reads.
    /// </summary>
    /// <exception cref="FastSegException">The file cannot be written.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled; there is no file.</exception>
    public static void Write(string path, DrawnPage page, IReadOnlyList<ProjectClass> classes, CancellationToken cancellation)
    {
        (long width, long height) = (page.Labels.Width, page.Labels.Height);
        using ImageWriter writer = ImageFile.Create(path, new ImageLayout(width, height, SampleType.UInt8)
        {
            IsLabelMap = true,
            Classes = [.. classes.Select(one => new LabelClass(one.Value, one.Value, one.Name))],
        });
        byte[] band = new byte[Math.Min(Rows, height) * width];
        for (long y = 0; y < height; y += Rows)
        {
            cancellation.ThrowIfCancellationRequested();
            var region = new Region(0, y, width, Math.Min(Rows, height - y));
            page.Labels.Read(region, band);
            writer.Write(region, band.AsSpan(0, (int)region.Pixels));
        }
        writer.Commit();
    }
}
