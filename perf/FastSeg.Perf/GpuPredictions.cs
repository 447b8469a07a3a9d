using System.Globalization;
using FastSeg.Checks;
using FastSeg.Deep.Upsamplers;
using FastSeg.Deep.Weights;

namespace FastSeg.Perf;

/// <summary>
/// The rates that <see cref="GpuCounts"/> predicts for two GPUs, for docs/gpu.md and `perf --only gpu`. No GPU was measured.
/// </summary>
internal static class GpuPredictions
{
    /// <summary>Thresholds of a feature, trees and byte planes of the benchmarks' dense forest, whose trees have 36.8 splits.</summary>
    public const int Thresholds = 100, Trees = 300, BytePlanes = 57;

    /// <summary>Names of families.</summary>
    public const string Filters = "filters, 58 features as floats", IntoBins = "filters into bins", TreesAlone = "trees alone";

    /// <summary>Names of families.</summary>
    public const string Classical = "classical, end to end", Smoothing = "smoothing of 3 classes, radius 8";

    /// <summary>Pixels of a cell's side.</summary>
    public const int Patch = 14;

    private const string Forest = "forest of 300 trees of depth 6, with binning";
    private const int TileSide = 72 * Patch, Side = 2 * TileSide;

    private static readonly string Upsampler32 = UpsamplerOf(32);

    /// <summary>
    /// Families of single kernels of the filters: each with the class that holds its kernels, and how the names of its counts begin.
    /// </summary>
    public static readonly (string Name, string Class, string Count)[] FilterKernels =
    [
        ("samples to floats, uint8", "Pixels", "samples"), ("Gaussians, 5 sigmas, both passes", "Gaussian", "Gaussian"),
        ("derivatives of 6 scales, into bins", "Derivatives", "derivatives"), ("differences of 5 blurs, into bins", "Dog", "differences"),
        ("membrane, into bins", "Membrane", "membrane"),
    ];

    /// <summary>The goals for an H100, in Gpx/s.</summary>
    public static IReadOnlyDictionary<string, double> Wanted { get; } =
        new Dictionary<string, double> { [Filters] = 6, [Classical] = 1.05, [Upsampler32] = 0.4 };

    /// <summary>Groups of launches, each under a name.</summary>
    public static IReadOnlyList<(string Name, IReadOnlyList<KernelCount> Launches)> Groups()
    {
        IReadOnlyList<KernelCount> floats = GpuCounts.Filters(FeatureSpec.Paper, 1);
        IReadOnlyList<KernelCount> filters = GpuCounts.Filters(FeatureSpec.Paper, 1, Thresholds);
        KernelCount binning = GpuCounts.Binning(FeatureSpec.Paper.Names.Count, Thresholds), forest = GpuCounts.Forest(Trees, BytePlanes);
        KernelCount[] Named(string name) => [.. filters.Where(count => count.Kernel.StartsWith(name, StringComparison.Ordinal))];
        return
        [
            .. FilterKernels.Select(family => (family.Name, (IReadOnlyList<KernelCount>)Named(family.Count))),
            (Filters, floats),
            ("binning alone, 58 features of 100 thresholds", [binning]),
            (IntoBins, filters),
            (TreesAlone, [forest]),
            (Forest, [binning with { Launches = 0 }, forest]),
            (Classical, [.. filters, forest]),
            (Smoothing, GpuCounts.Smoothing(3, 8, 1, masked: false)),
            ("nearest, 32 planes of floats", [GpuCounts.Cells(false, 32, Patch)]),
            ("bilinear, 32 planes of floats", [GpuCounts.Cells(true, 32, Patch)]),
            (Upsampler32, Upsampler(32)),
            (UpsamplerOf(128), Upsampler(128)),
        ];
    }

    /// <summary>The upsampler of Table S1 on a tile of 1008 x 1008 inside an image of whole patches of 14 pixels.</summary>
    public static IReadOnlyList<KernelCount> Upsampler(int channels)
    {
        using Upsampler network = Network(
            channels,
            config => UpsamplerShapes.Of(config, UpsamplerShapes.Widths(config)).Select(tensor =>
                new WeightTensor(tensor.Name, tensor.Shape, new float[tensor.Shape.Aggregate(1L, (a, b) => a * b)])));
        return GpuCounts.Upsampler(new UpsamplerPlanGpu(network, Side, Side, Side / Patch, Side / Patch, TileSide, TileSide));
    }

    /// <summary>The name of the upsampler's family.</summary>
    public static string UpsamplerOf(int channels) => $"upsampler, k = {channels}";

    /// <summary>The upsampler of Table S1 with as many channels.</summary>
    public static Upsampler Network(int channels, Func<UpsamplerConfig, IEnumerable<WeightTensor>> weights)
    {
        var config = new UpsamplerConfig
        {
            ChannelsIn = channels,
            ChannelsHidden = channels,
            ChannelsOut = channels,
            ChannelsDown = channels < 128 ? 32 : 64,
            Patch = Patch,
            Padding = Padding.Replicate,
        };
        return new Upsampler(config, weights(config));
    }

    /// <summary>Titles of the table in docs/gpu.md.</summary>
    public static readonly string[] Titles =
        ["kernels", "launches", "bytes", "flops", "slots", "H100", "A10", "bound by", "counted by"];

    /// <summary>The lines of the table in docs/gpu.md.</summary>
    public static IEnumerable<string> Table() => Rows().Select(row => $"| {string.Join(" | ", row.Cells)} |");

    /// <summary>The cells of that table, each row with its family's name and launches.</summary>
    public static IEnumerable<(string Name, IReadOnlyList<KernelCount> Launches, string[] Cells)> Rows() => Groups().Select(group =>
    {
        string Sum(Func<KernelCount, double> what) => group.Launches.Sum(what).ToString("#,0", CultureInfo.InvariantCulture);
        string[] cells =
        [
            Wanted.ContainsKey(group.Name) ? $"**{group.Name}**" : group.Name, Sum(count => count.Launches), Sum(count => count.Bytes),
            Sum(count => count.Flops), Sum(count => count.Slots),
            Rates(GpuModel.H100, group.Launches), Rates(GpuModel.A10, group.Launches), By(group.Launches), Source(group.Launches),
        ];
        return (group.Name, group.Launches, cells);
    });

    /// <summary>The prediction in Gpx/s.</summary>
    public static string Rates(GpuModel gpu, IReadOnlyList<KernelCount> launches) => Two(gpu.PixelsPerSecond(launches) / 1e9);

    /// <summary>What bounds most of an H100's time.</summary>
    public static string By(IReadOnlyList<KernelCount> launches) => launches
        .Select(count => GpuModel.H100.Bound(count))
        .GroupBy(bound => bound.By)
        .MaxBy(group => group.Sum(bound => bound.Seconds))!.Key;

    /// <summary>Where most of the slots come from.</summary>
    private static string Source(IReadOnlyList<KernelCount> launches) => launches
        .GroupBy(count => count.Source).MaxBy(group => group.Sum(count => count.Slots))!.Key switch
    {
        CountSource.Assembler => "assembler",
        CountSource.Scaled => "assembler x PTX",
        _ => "PTX",
    };

    /// <summary>Two significant digits.</summary>
    private static string Two(double value) => value.ToString(
        value switch { < 0.1 => "0.000", < 1 => "0.00", < 10 => "0.0", _ => "0" }, CultureInfo.InvariantCulture);
}
