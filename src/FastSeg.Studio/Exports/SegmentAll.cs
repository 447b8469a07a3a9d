using FastSeg.Studio.Files;
using FastSeg.Studio.Projects;

namespace FastSeg.Studio.Exports;

/// <summary>
/// Trains the project's model and segments every page of every image with it: label images with the classes' values, probabilities where
/// they are wanted, the model, and a table of area fractions. A page that fails is named in the end, and the others are done.
/// </summary>
/// <param name="project">The project.</param>
/// <param name="output">The folder for the results; null for one below the project.</param>
/// <param name="options">Threads and memory.</param>
/// <param name="probabilities">Whether probabilities are written too (uint8, a page a class).</param>
internal sealed class SegmentAll(Project project, string? output, ComputeOptions options, bool probabilities)
{
    /// <summary>The table's file, and what a browser calls it where the project has changed since.</summary>
    public const string Fractions = "fractions.csv", OutdatedFractions = "fractions-outdated.csv";

    private const string Tiff = "tif", Png = "png", OmeZarr = "ome.zarr";

    /// <summary>Formats of label images. PNGs that would be larger than <see cref="LabelFiles.MostPngPixels"/> are TIFFs.</summary>
    public static IReadOnlyList<string> Formats { get; } = [Tiff, Png, OmeZarr];

    /// <summary>Share of the progress that the training gets.</summary>
    private const double TrainShare = 0.1;

    private readonly WrittenFiles _written = new(project.Folder);

    /// <summary>One of <see cref="Formats"/>; beside PNGs, probabilities are TIFFs, since they have a page a class.</summary>
    public string Format { get; init; } = Tiff;

    /// <summary>The folder for results of a project.</summary>
    public static string FolderOf(Project project, string? output) => output ?? Path.Combine(project.Folder, WrittenFiles.Segmentations);

    /// <summary>Does it.</summary>
    /// <returns>What came of it, in a sentence.</returns>
    /// <exception cref="FastSegException">Nothing can be trained or written.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled; pages that were finished stay.</exception>
    public string Run(JobRun job)
    {
        ProjectSnapshot snapshot = project.Snapshot();
        string folder = FolderOf(project, output);
        PageTask[] pages = Pages(snapshot);
        var swap = new StoreSwap(folder, project.Id);
        swap.Recover();
        _written.Check(Names(folder, pages), snapshot.Images);
        using Backbone? backbone = snapshot.Settings.OpenBackbone();
        Model model = Train(job, snapshot, backbone, folder, pages.Length);
        var table = new FractionTable(snapshot.Version);
        var failures = new List<string>();
        var segmenter = new Segmenter(model, backbone);
        double all = pages.Sum(page => page.Pixels), before = 0;
        for (int i = 0; i < pages.Length; i++)
        {
            PageTask page = pages[i];
            job.Cancellation.ThrowIfCancellationRequested();
            job.Begin(i, pages.Length, $"segmenting {page.Stem}");
            double start = TrainShare + ((1 - TrainShare) * before / all), share = (1 - TrainShare) * page.Pixels / all;
            try
            {
                RunResult run = Segment(segmenter, page, folder, job.Part(options, start, share));
                table.Add(page.Image, page.Page, model.Classes, run.ClassPixels);
                Array.ForEach(Names(folder, page), _written.Add);
            }
            catch (FastSegException e)
            {
                failures.Add(e.Message);
            }
            before += page.Pixels;
        }
        string counted = Path.Combine(folder, Fractions);
        ProjectFolder.Guarded(folder, () => Disk.WriteWhole(counted, System.Text.Encoding.UTF8.GetBytes(table.ToString())));
        _written.Add(counted);
        swap.Recover();
        job.Begin(pages.Length, pages.Length, "");
        string changed = project.Version == snapshot.Version
            ? "" : $" The project has changed since: these are results of its version {snapshot.Version}.";
        return Sentence(pages.Length - failures.Count, folder, failures) + changed;
    }

    private static string Sentence(int pages, string folder, List<string> failures)
    {
        string done = $"{pages} {(pages == 1 ? "page is" : "pages are")} segmented in {folder}.";
        return failures.Count == 0 ? done : $"{done} {failures.Count} failed: {string.Join(" ", failures)}";
    }

    private Model Train(JobRun job, ProjectSnapshot snapshot, Backbone? backbone, string folder, int pages)
    {
        job.Begin(0, pages, "training");
        ProjectFolder.Guarded(folder, () => Directory.CreateDirectory(folder));
        Model model = ProjectModel.Train(snapshot, project.Folder, backbone, job.Part(options, 0, TrainShare)).Model;
        string file = Path.Combine(folder, ProjectModel.FileName);
        model.Save(file);
        _written.Add(file);
        return model;
    }

    private RunResult Segment(Segmenter segmenter, PageTask page, string folder, ComputeOptions how)
    {
        var segment = new SegmentOptions { KeepValues = true };
        using ImageReader image = ImageFile.Open(page.Image.PagePath(page.Page));
        string[] names = Names(folder, page);
        var swap = new StoreSwap(folder, project.Id);
        string[] places = Format == OmeZarr ? [.. names.Select(swap.Place)] : names;
        RunResult run;
        using (ImageWriter labels = ImageFile.Create(places[0], segmenter.LabelLayout(image.Info, segment)))
        using (ImageWriter? extra = !probabilities ? null : ImageFile.Create(
            places[1], segmenter.ProbabilityLayout(image.Info, SampleType.UInt8, segment)))
        {
            run = segmenter.Segment(image, new SegmentOutputs { Labels = labels, Probabilities = extra }, segment, how);
        }
        Array.ForEach(Format == OmeZarr ? names : [], swap.Take);
        return run;
    }

    /// <summary>The files of a page: labels, and probabilities where they are wanted.</summary>
    private string[] Names(string folder, PageTask page)
    {
        string stored = Format == Png ? Tiff : Format;
        string labels = Path.Combine(folder, $"{page.Stem}.{(page.Pixels > LabelFiles.MostPngPixels ? stored : Format)}");
        return probabilities ? [labels, Path.Combine(folder, $"{page.Probabilities}.{stored}")] : [labels];
    }

    /// <summary>All files that will be written.</summary>
    private IEnumerable<string> Names(string folder, PageTask[] pages) =>
    [
        Path.Combine(folder, ProjectModel.FileName), Path.Combine(folder, Fractions), .. pages.SelectMany(page => Names(folder, page)),
    ];

    /// <summary>All pages of the images that can be read.</summary>
    private static PageTask[] Pages(ProjectSnapshot snapshot)
    {
        (ProjectImage Image, int Page)[] pages =
        [
            .. snapshot.Images.Where(image => image.Failure is null)
                .SelectMany(image => Enumerable.Range(1, image.Pages).Select(page => (image, page))),
        ];
        IReadOnlyList<string> stems = LabelFiles.Stems(pages);
        var taken = stems.ToHashSet(StringComparer.OrdinalIgnoreCase);
        return [.. pages.Select((page, i) => new PageTask(page.Image, page.Page, stems[i], Beside(stems[i], taken)))];
    }

    /// <summary>The name of a page's probabilities: an image may be called as they would be.</summary>
    private static string Beside(string stem, HashSet<string> taken)
    {
        string name = $"{stem}_probabilities";
        while (!taken.Add(name))
        {
            name += "_";
        }
        return name;
    }

    /// <summary>A page and the names that its results carry.</summary>
    private sealed record PageTask(ProjectImage Image, int Page, string Stem, string Probabilities)
    {
        /// <summary>About how much work it is: other pages of a file are taken for as large as the first.</summary>
        public double Pixels => (double)Image.Width * Image.Height;
    }
}
