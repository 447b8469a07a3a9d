using FastSeg.Features;
using FastSeg.Forest;
using FastSeg.Forest.Training;
using FastSeg.Gpu;
using FastSeg.Kernels;
using ILGPU;
using ILGPU.Runtime;

namespace FastSeg.Checks;

/// <summary>Compares binning, the trees and the gathering of rows on a device with what the CPU's features give.</summary>
internal static class GpuForestCheck
{
    /// <summary>Classes of the model, side of the image it is trained on, and the step from one gathered pixel to the next.</summary>
    private const int Classes = 4, TrainedSide = 160, GatherStep = 7;

    /// <summary>Trees like the paper's, but of FastSeg's own booster: a machine without libxgboost can then run the checks.</summary>
    private static readonly TrainingOptions Training =
        TrainingOptions.Published with { Rounds = 25, Booster = TreeBooster.FastSeg };

    /// <summary>Runs the checks one after the other.</summary>
    public static IEnumerable<BackendCheckResult> Run(GpuMeter meter, int seed)
    {
        int side = meter.Side;
        byte[] samples = CheckScene.Samples(side, seed);
        DecisionForest forest = CheckScene.Trained(TrainedSide, seed, Classes, Training, BackendKind.Cpu).Forest;
        float[] planes = CheckScene.Planes(FeatureSpec.Paper with { Standardise = Standardisation.None }, samples, side);
        Found found = meter.On(device => Predict(device, forest, samples, side));
        BinTables bins = ForestTablesGpu.Of(forest).Bins;
        int thresholds = bins.Search.Thresholds.Sum(plane => plane.Length) / bins.Planes;
        string size = $"{side} x {side}";
        yield return meter.Row(
            "features and binning: wrong bins", $"{size} x {bins.Planes}", WrongBins(bins, planes, found.Bins),
            meter.MayDiffer ? 0.001 * found.Bins.Length : 0, found.FilterSeconds,
            GpuCounts.Filters(FeatureSpec.Paper, sizeof(byte), thresholds), samples.Length);
        float[] expected = Margins(forest, planes, samples.Length);
        yield return meter.Row(
            $"forest: margins, {forest.Trees.Length} trees", size, Deviation.OfBits(found.Margins, expected),
            meter.MayDiffer ? double.MaxValue : 0, found.ForestSeconds,
            [GpuCounts.Forest(forest.Trees.Length, bins.Planes, forest.Groups)], samples.Length);
        int[] pixels = [.. Enumerable.Range(0, (samples.Length + GatherStep - 1) / GatherStep).Select(i => i * GatherStep)];
        int features = FeatureSpec.Paper.Names.Count;
        (float[] rows, double seconds) = meter.On(device => Rows(device, planes, pixels, features, samples.Length));
        float[] gathered = [.. from pixel in pixels
                              from feature in Enumerable.Range(0, features)
                              select planes[(feature * samples.Length) + pixel]];
        yield return meter.Row(
            "gather: rows", $"{pixels.Length} x {features}", Deviation.OfBits(rows, gathered), 0, seconds,
            [GpuCounts.Gather(features)], pixels.Length);
    }

    /// <summary>Results from the device, and its seconds for filters with binning and for the trees.</summary>
    internal sealed record Found(byte[] Bins, float[] Margins, double FilterSeconds, double ForestSeconds);

    /// <summary>Filters into bins and trees on a device, of a square image.</summary>
    internal static Found Predict(GpuDevice device, DecisionForest forest, byte[] samples, int side)
    {
        TileShape shape = GpuFilterCheck.Whole(side);
        FeatureSpec spec = FeatureSpec.Paper;
        int pixels = samples.Length;
        long scratchBytes = FilterBankGpu.ScratchBytes(spec, shape), marginBytes = (long)forest.Groups * pixels * sizeof(float);
        using var bank = new FilterBankGpu(device, spec, 1);
        using var trees = new ForestGpu(device, forest);
        using var image = new DeviceTable<byte>(device, samples);
        using var flag = new DeviceTable<int>(device, [0]);
        long binBytes = (long)trees.BytePlanes * pixels;
        using var arena = new DeviceArena(
            device,
            DeviceArena.Aligned(scratchBytes) + DeviceArena.Aligned(binBytes)
            + DeviceArena.Aligned(pixels) + DeviceArena.Aligned(marginBytes));
        ArrayView<byte> scratch = arena.Take(scratchBytes), bins = arena.Take(binBytes), labels = arena.Take(pixels);
        ArrayView<float> margins = arena.Take(marginBytes).Cast<float>();
        BinSink sink = trees.Sink(bins, flag.View, pixels);
        double filters = GpuRates.Seconds(device, stream => bank.Run(stream, shape, image.View, SampleType.UInt8, 1, scratch, sink));
        double walk = GpuRates.Seconds(device, stream => trees.Run(stream, bins, pixels, pixels, labels, margins));
        var found = new Found(new byte[bins.Length], new float[margins.Length], filters, walk);
        bins.CopyToCPU(found.Bins);
        margins.CopyToCPU(found.Margins);
        return found;
    }

    private static (float[] Rows, double Seconds) Rows(GpuDevice device, float[] planes, int[] pixels, int features, int stride)
    {
        using var from = new DeviceTable<float>(device, planes);
        using var positions = new DeviceTable<int>(device, pixels);
        using var arena = new DeviceArena(device, (long)pixels.Length * features * sizeof(float));
        ArrayView<float> rows = arena.Take((long)pixels.Length * features * sizeof(float)).Cast<float>();
        var gather = new GatherGpu(device);
        var work = new GatherRows
        {
            Planes = from.View,
            Pixels = positions.View,
            RowOf = ArrayView<int>.Empty,
            Rows = rows,
            PlaneStride = stride,
            Features = features,
            Count = pixels.Length,
        };
        double seconds = GpuRates.Seconds(device, stream => gather.Run(stream, work));
        float[] found = new float[rows.Length];
        rows.CopyToCPU(found);
        return (found, seconds);
    }

    /// <summary>
    /// How many bins are wrong. The right bin is the number of thresholds of the byte plane that are at or below the value.
    /// </summary>
    private static int WrongBins(BinTables bins, float[] planes, byte[] found)
    {
        int wrong = 0, pixels = found.Length / bins.Planes;
        BinRange[] features = bins.Search.Features;
        for (int feature = 0; feature < features.Length; feature++)
        {
            for (int plane = features[feature].First; plane < features[feature].End; plane++)
            {
                float[] thresholds = bins.Search.Thresholds[plane];
                for (int i = 0; i < pixels; i++)
                {
                    int rank = Array.BinarySearch(thresholds, planes[(feature * pixels) + i]);
                    wrong += found[(plane * pixels) + i] == (rank >= 0 ? rank + 1 : ~rank) ? 0 : 1;
                }
            }
        }
        return wrong;
    }

    /// <summary>Margins from walking every tree node by node: groups x pixels.</summary>
    private static float[] Margins(DecisionForest forest, float[] planes, int pixels)
    {
        float[] margins = new float[forest.Groups * pixels], row = new float[planes.Length / pixels], ofPixel = new float[forest.Groups];
        for (int i = 0; i < pixels; i++)
        {
            for (int feature = 0; feature < row.Length; feature++)
            {
                row[feature] = planes[(feature * pixels) + i];
            }
            forest.Margins(row, ofPixel);
            for (int group = 0; group < ofPixel.Length; group++)
            {
                margins[(group * pixels) + i] = ofPixel[group];
            }
        }
        return margins;
    }
}
