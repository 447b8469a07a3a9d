using System.Diagnostics;
using FastSeg.Deep;
using FastSeg.Deep.Weights;
using FastSeg.Images;

namespace FastSeg.Reference;

/// <summary>What follows the transformer, against float64: the projection, cells at full resolution, and the learned upsampler.</summary>
internal static unsafe class DeepCheck
{
    private const int Channels = 16, Rows = 9, Columns = 11, Patch = 14, Dimension = 192;

    /// <summary>Float32 chains of a token's numbers, of magnitude about 10 for these.</summary>
    private const double ProjectionTolerance = 2e-5;

    /// <summary>Roundings of a few operations on values of at most 1.</summary>
    private const double BilinearTolerance = 1e-6;

    /// <summary>Part of the result's range.</summary>
    private const double UpsamplerTolerance = 2e-6;

    public static IEnumerable<EngineCheckResult> Run(int seed)
    {
        yield return Projection(seed);
        yield return Interpolation(seed, bilinear: false);
        yield return Interpolation(seed, bilinear: true);
        foreach (Padding padding in Enum.GetValues<Padding>())
        {
            yield return Learned(seed, padding);
        }
    }

    private static EngineCheckResult Projection(int seed)
    {
        var random = new Random(seed);
        const int Cells = Rows * Columns;
        float[] mean = RandomNetwork.Numbers(random, Dimension), components = RandomNetwork.Numbers(random, Channels * Dimension), tokens = RandomNetwork.Numbers(random, Cells * Dimension);
        var projection = new SharedPca(mean, components, new float[Channels]);
        float[] features = new float[Channels * Cells];
        double seconds;
        fixed (float* from = tokens, to = features)
        {
            float* first = from, output = to;
            seconds = Seconds(() => projection.Project(first, Cells, output, Cells));
        }
        double worst = 0;
        for (int i = 0; i < features.Length; i++)
        {
            (int channel, int cell) = (i / Cells, i % Cells);
            double exact = 0;
            for (int number = 0; number < Dimension; number++)
            {
                exact += components[(channel * Dimension) + number] * ((double)tokens[(cell * Dimension) + number] - mean[number]);
            }
            worst = Worse(worst, features[i], exact);
        }
        return new EngineCheckResult("deep: projection", $"{Cells} x {Dimension} to {Channels}", worst, ProjectionTolerance, seconds);
    }

    private static EngineCheckResult Interpolation(int seed, bool bilinear)
    {
        const int Height = Rows * Patch, Width = Columns * Patch;
        using var map = new LowResolution(Channels, Rows, Columns, Patch);
        float[] cells = RandomNetwork.Numbers(new Random(seed), Channels * Rows * Columns);
        cells.CopyTo(new Span<float>(map.Plane(0), cells.Length));
        using var upsampled = new LowResolutionPlanesCpu(map, bilinear, Width, Height);
        float[] planes = new float[Channels * Height * Width];
        double seconds;
        fixed (float* to = planes)
        {
            float* output = to;
            seconds = Seconds(() => upsampled.Planes(0, 0, Width, Height, output, Width, Height * Width));
        }
        double worst = 0;
        for (int i = 0; i < planes.Length; i++)
        {
            (int channel, int y, int x) = (i / (Height * Width), i / Width % Height, i % Width);
            double Cell(int row, int column) => cells[(((channel * Rows) + Math.Clamp(row, 0, Rows - 1)) * Columns) + Math.Clamp(column, 0, Columns - 1)];
            worst = Worse(worst, planes[i], bilinear ? Bilinear(Cell, ((y + 0.5) / Patch) - 0.5, ((x + 0.5) / Patch) - 0.5) : Cell(y / Patch, x / Patch));
        }
        return new EngineCheckResult($"deep: {(bilinear ? "bilinear" : "nearest")}", $"{Width} x {Height} x {Channels}", worst, bilinear ? BilinearTolerance : 0, seconds);
    }

    private static double Bilinear(Func<int, int, double> cell, double v, double u)
    {
        (int row, int column) = ((int)Math.Floor(v), (int)Math.Floor(u));
        (double b, double a) = (v - row, u - column);
        return ((1 - b) * (((1 - a) * cell(row, column)) + (a * cell(row, column + 1)))) + (b * (((1 - a) * cell(row + 1, column)) + (a * cell(row + 1, column + 1))));
    }

    private static EngineCheckResult Learned(int seed, Padding padding)
    {
        const int Height = 33, Width = 45, LowHeight = Height / Patch, LowWidth = Width / Patch;
        var config = new UpsamplerConfig { ChannelsIn = Channels, ChannelsHidden = Channels, ChannelsOut = Channels, ChannelsDown = 32, Patch = Patch, Padding = padding };
        var random = new Random(seed);
        WeightTensor[] tensors = RandomNetwork.Tensors(config, random);
        float[] image = [.. RandomNetwork.Numbers(random, 3 * Height * Width).Select(value => (value + 1) / 2)], low = RandomNetwork.Numbers(random, Channels * LowHeight * LowWidth);
        float[] result = new float[Channels * Height * Width];
        using var network = new Upsampler(config, tensors);
        using UpsamplerCpu worker = UpsamplerCpu.Create(new UpsamplerPlanCpu(network, Height, Width, LowHeight, LowWidth, Width));
        var all = new Region(0, 0, Width, Height);
        double seconds;
        fixed (float* guide = image, cells = low, to = result)
        {
            (nint g, nint c, nint o) = ((nint)guide, (nint)cells, (nint)to);
            seconds = Seconds(() => worker.Run(
                new LowFeatures((float*)c, Channels, LowHeight, LowWidth), new GuidanceImage((float*)g, Height * Width, Width, all), all, new OutputPlanes((float*)o, Height * Width, Width)));
        }
        double[] exact = new UpsamplerReference(config, tensors).Run(
            new ReferencePlanes(3, Height, Width, [.. image.Select(value => (double)value)]), new ReferencePlanes(Channels, LowHeight, LowWidth, [.. low.Select(value => (double)value)])).Values;
        double worst = 0;
        for (int i = 0; i < exact.Length; i++)
        {
            worst = Worse(worst, result[i], exact[i]);
        }
        string operation = $"deep: upsampler, padding {padding.ToString().ToLowerInvariant()}";
        return new EngineCheckResult(operation, $"{Width} x {Height} x {Channels}", worst / (exact.Max() - exact.Min()), UpsamplerTolerance, seconds);
    }

    /// <summary>Time of the second of two runs, when everything is compiled.</summary>
    private static double Seconds(Action run)
    {
        run();
        long start = Stopwatch.GetTimestamp();
        run();
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    private static double Worse(double worst, float found, double exact)
    {
        double error = Math.Abs(found - exact);
        return error > worst || double.IsNaN(error) ? error : worst;
    }
}
