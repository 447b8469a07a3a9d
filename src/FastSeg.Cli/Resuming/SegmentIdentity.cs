using System.Globalization;
using FastSeg.Cli.Files;
using FastSeg.Cli.Reports;
using FastSeg.Cli.Text;
using FastSeg.Files.Runs;
using FastSeg.Resuming;

namespace FastSeg.Cli.Resuming;

/// <summary>What makes one segmentation the same as another: everything that changes a byte of its results.</summary>
internal static class SegmentIdentity
{
    /// <summary>The identity of the segmentation of one image.</summary>
    /// <param name="modelPath">The model's file.</param>
    /// <param name="model">The model, and its transformer; null where it has no deep features.</param>
    /// <param name="images">The image, or the first of a stack and the stack.</param>
    /// <param name="path">Its path as given.</param>
    /// <param name="how">Region, mask, label values, smoothing; and the masks of a stack's images.</param>
    /// <param name="outputs">What is written, by name.</param>
    public static RunIdentity Of(
        string modelPath, (Model Itself, Backbone? Backbone) model, (ImageReader First, ImageStack? Stack) images, string path,
        (SegmentOptions Options, ImageStack? Masks) how, IEnumerable<(string Name, string Value)> outputs)
    {
        (SegmentOptions options, ImageReader image, ImageStack? stack) = (how.Options, images.First, images.Stack);
        ImageOptions opening = image.Opening;
        Smoothing smoothing = options.Smoothing ?? model.Itself.Smoothing;
        string file = ImageFile.FileOf(path);
        return new RunIdentity(
        [
            ("FastSeg", FastSegVersion.Text),
            ("model", FileHash.Of(modelPath).Sha256 ?? throw new FastSegException($"{modelPath} cannot be read twice; give a file.")),
            ("image", stack is null ? ImageIdentity.Of(image, file) : ImageIdentity.Of(stack, file)),
            ("page", path[file.Length..].TrimStart('#') is { Length: > 0 } page ? page : "1"),
            ("plane", Plane(opening.Select)),
            ("level", opening.Level.ToString(CultureInfo.InvariantCulture)),
            ("orientation", opening.Orient ? "as the file says" : "as stored"),
            ("channels", opening.ChannelsFromPages ? "from pages" : "of a page"),
            ("masks", how.Masks is { } masks ? ImageIdentity.Of(masks, ImageFile.FileOf(masks.Name)) : "none"),
            ("mask", options.Mask is { } mask ? ImageIdentity.Of(mask, mask.FilePath ?? mask.Info.Name) : "none"),
            ("region", options.Region is { } region ? $"{region}" : "the whole image"),
            ("label values", options.KeepValues ? "those that were drawn" : "1..C"),
            ("smoothing", SmoothingText.Of(smoothing)),
            ("class weights", options.ClassWeights is { } weights ? SmoothingText.Of(weights) : "its own"),
            ("data bar", $"{options.DataBar ?? model.Itself.Features.DataBar}"),
            ("NaN", (options.NanAs ?? model.Itself.Features.NanAs)?.ToString("R", CultureInfo.InvariantCulture) ?? "refused"),
            .. outputs,
            .. model.Backbone is not { } backbone ? [] : new[] { (RunIdentity.ExecutionPath, ExecutionPath.Of(backbone)) },
        ]);
    }

    /// <summary>The identity of a run of several images into one store; each image has one of its own besides.</summary>
    /// <param name="modelPath">The model's file.</param>
    /// <param name="images">How many there are.</param>
    /// <param name="stores">Names of the stores.</param>
    /// <param name="zarr">How they are written.</param>
    public static RunIdentity OfSeveral(string modelPath, int images, IReadOnlyList<string> stores, OmeZarrOptions zarr) => new(
    [
        ("FastSeg", FastSegVersion.Text),
        ("model", FileHash.Of(modelPath).Sha256 ?? throw new FastSegException($"{modelPath} cannot be read twice; give a file.")),
        ("number of images", images.ToString(CultureInfo.InvariantCulture)),
        ("number of stores", stores.Count.ToString(CultureInfo.InvariantCulture)),
        ("format", $"OME-Zarr {zarr.Version}"),
    ]);

    /// <summary>What is written, by name.</summary>
    /// <param name="paths">The results.</param>
    /// <param name="form">How they are written.</param>
    public static IEnumerable<(string Name, string Value)> Outputs(OutputPaths paths, OutputForm form)
    {
        bool tiff = Path.GetExtension(paths.Labels).StartsWith(".tif", StringComparison.OrdinalIgnoreCase);
        string chunk = form.Zarr.Chunk.ToString(CultureInfo.InvariantCulture);
        return
        [
            ("probabilities", form.Probabilities?.Name() ?? "none"),
            ("images", form.Stack is { } stack ? $"{stack.Slices} x {stack.Frames}" : "1"),
            ("confidence", paths.Confidence is null ? "none" : "float32"),
            ("format", tiff ? $"TIFF{(form.Pyramid ? " pyramid" : "")}" : $"OME-Zarr {form.Zarr.Version}, chunks of {chunk} x {chunk}"),
        ];
    }

    private static string Plane(PlaneSelection? plane) => plane is null
        ? "the first"
        : string.Create(CultureInfo.InvariantCulture, $"t={plane.T ?? 0},z={plane.Z ?? 0},c={plane.C?.ToString() ?? "all"}");
}
