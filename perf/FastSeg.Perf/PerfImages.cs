using FastSeg.Cli.Scaling;
using FastSeg.Perf.Kit;

namespace FastSeg.Perf;

/// <summary>Real micrographs of any size: the sample's Ni images side by side.</summary>
internal static class PerfImages
{
    private static readonly Lazy<Mosaic> All = new(
        () => FastSeg.Cli.Scaling.Mosaic.Of(KitFolder.Here?.Images ?? Micrographs));

    /// <summary>The sample's micrographs in the order in which mosaics take them.</summary>
    public static IReadOnlyList<string> Micrographs => [.. Names("train"), .. Names("test")];

    /// <summary>Images and labels to train on.</summary>
    public static IReadOnlyList<(string Image, string Labels)> Training =>
        [.. Names("train").Select(name => (name, name.Replace(".png", "_labels.png", StringComparison.Ordinal)))];

    /// <summary>
    /// The path of a file of examples/ in the large data set, which lies in the folder that FASTSEG_DATA names, or else in shared/data
    /// beside the repository; null where it is missing.
    /// </summary>
    public static string? Example(string name)
    {
        string data = Environment.GetEnvironmentVariable("FASTSEG_DATA") ?? Path.Combine(Repository.Root, "..", "shared", "data");
        string path = Path.Combine(data, "examples", name);
        return File.Exists(path) ? path : null;
    }

    /// <summary>A square mosaic in memory, uint8.</summary>
    public static byte[] Mosaic(long side) => All.Value.Pixels(side);

    /// <summary>Writes a mosaic to a file, in bands, so that any size fits; the extension says which format.</summary>
    public static void SaveMosaic(string path, long side) => All.Value.Save(path, side);

    private static IEnumerable<string> Names(string part) => Directory
        .GetFiles(Path.Combine(Repository.Root, "samples", "ni", part), "*.png")
        .Where(file => !file.EndsWith("_labels.png", StringComparison.Ordinal) && !file.EndsWith("_gt.png", StringComparison.Ordinal))
        .Order(StringComparer.Ordinal);
}
