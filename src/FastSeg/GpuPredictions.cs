using System.Globalization;
using FastSeg.Deep;
using FastSeg.Deep.Weights;
using FastSeg.Features;
using FastSeg.Gpu;

namespace FastSeg;

/// <summary>What GPUs should reach by <see cref="GpuCounts"/>: predictions, for docs/gpu.md and `perf --only gpu`. No GPU was measured.</summary>
internal static class GpuPredictions
{
    /// <summary>Thresholds of a feature, trees and byte planes of the benchmarks' dense forest, whose trees have 36.8 splits.</summary>
    public const int Thresholds = 100, Trees = 300, BytePlanes = 57;

    private const int Patch = 14, Side = 72 * Patch;

    /// <summary>Groups of launches, each under a name.</summary>
    public static IReadOnlyList<(string Name, IReadOnlyList<KernelCount> Launches)> Groups()
    {
        IReadOnlyList<KernelCount> filters = GpuCounts.Filters(FeatureSpec.Paper, 1, Thresholds);
        KernelCount forest = GpuCounts.Forest(Trees, BytePlanes);
        KernelCount[] Named(string name) => [.. filters.Where(count => count.Kernel.StartsWith(name, StringComparison.Ordinal))];
        return
        [
            ("samples to floats, uint8", Named("samples")),
            ("Gaussians, 5 sigmas, both passes", Named("Gaussian")),
            ("derivatives of 6 scales, into bins", Named("derivatives")),
            ("differences of 5 blurs, into bins", Named("differences")),
            ("membrane, into bins", Named("membrane")),
            ("binning alone, 58 features of 100 thresholds", [GpuCounts.Binning(FeatureSpec.Paper.Names.Count, Thresholds)]),
            ("**filters and binning, 58 features**", filters),
            ("**forest, 300 trees of depth 6**", [forest]),
            ("**classical, end to end**", [.. filters, forest]),
            ("nearest, 32 planes of floats", [GpuCounts.Cells(false, 32, Patch)]),
            ("bilinear, 32 planes of floats", [GpuCounts.Cells(true, 32, Patch)]),
            ("**upsampler, k = 32**", Upsampler(32)),
            ("upsampler, k = 128", Upsampler(128)),
        ];
    }

    /// <summary>The upsampler of Table S1 on an image of whole patches of 14 pixels.</summary>
    public static IReadOnlyList<KernelCount> Upsampler(int channels)
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
        using var network = new Upsampler(config, UpsamplerShapes.Of(config, UpsamplerShapes.Widths(config))
            .Select(tensor => new WeightTensor(tensor.Name, tensor.Shape, new float[tensor.Shape.Aggregate(1L, (a, b) => a * b)])));
        return GpuCounts.Upsampler(new UpsamplerGpuPlan(network, Side, Side, Side / Patch, Side / Patch, Patch, Patch));
    }

    /// <summary>The lines of the table in docs/gpu.md.</summary>
    public static IEnumerable<string> Table() => Groups().Select(group =>
    {
        double Sum(Func<KernelCount, double> what) => group.Launches.Sum(what);
        return $"| {group.Name} | {group.Launches.Count} | {Number(Sum(count => count.Bytes))} | {Number(Sum(count => count.Flops))} "
            + $"| {Number(Sum(count => count.Instructions))} | {Number(Sum(count => count.Folded))} | {Rates(GpuModel.H100, group.Launches)} | {Rates(GpuModel.A10, group.Launches)} | {By(group.Launches)} |";
    });

    /// <summary>Lower and higher prediction in Gpx/s, or one where they are the same.</summary>
    public static string Rates(GpuModel gpu, IReadOnlyList<KernelCount> launches)
    {
        string low = Two(gpu.PixelsPerSecond(launches, false) / 1e9), high = Two(gpu.PixelsPerSecond(launches, true) / 1e9);
        return low == high ? low : $"{low} to {high}";
    }

    /// <summary>What most of an H100's time comes from, by the lower count.</summary>
    public static string By(IReadOnlyList<KernelCount> launches) =>
        launches.Select(count => GpuModel.H100.Bound(count, false)).GroupBy(bound => bound.By).MaxBy(group => group.Sum(bound => bound.Seconds))!.Key;

    private static string Number(double value) => value.ToString("#,0", CultureInfo.InvariantCulture);

    /// <summary>Two significant digits.</summary>
    private static string Two(double value) => value.ToString(value switch { < 0.1 => "0.000", < 1 => "0.00", < 10 => "0.0", _ => "0" }, CultureInfo.InvariantCulture);
}
