using System.Diagnostics;
using FastSeg.Deep.Backbones;
using FastSeg.Deep.Tokens;
using FastSeg.Deep.Upsamplers;
using FastSeg.Deep.Weights;

namespace FastSeg.Checks;

/// <summary>
/// Compares what stands around the transformer with float64: the enlarged page before it, and behind it the projection of tokens, the
/// spreading of cells over pixels, and the learned upsampler.
/// </summary>
internal static unsafe class DeepCheck
{
    private const int Channels = 16, Rows = 9, Columns = 11, Patch = 14, Dimension = 192;

    /// <summary>
    /// Largest error of a projection: the rounding of float32 sums of 192 products, which have a magnitude of about 10 here.
    /// </summary>
    private const double ProjectionTolerance = 2e-5;

    /// <summary>Largest error of an interpolation, bicubic ones too: a few roundings of values of at most 1.</summary>
    private const double BilinearTolerance = 1e-6;

    /// <summary>Largest error of the learned upsampler, as a part of its result's range.</summary>
    private const double UpsamplerTolerance = 2e-6;

    /// <summary>Runs the checks one after the other.</summary>
    public static IEnumerable<BackendCheckResult> Run(int seed)
    {
        yield return Enlarged(seed);
        yield return Projection(seed);
        yield return Interpolation(seed, bilinear: false);
        yield return Interpolation(seed, bilinear: true);
        foreach (int colours in (int[])[1, 3])
        {
            yield return JointBilateralCheck.Run(seed, colours);
        }
        foreach ((Padding padding, Align align) in RandomNetwork.Geometries)
        {
            yield return Learned(seed, padding, align);
        }
    }

    private static BackendCheckResult Enlarged(int seed)
    {
        const int Height = Rows * Patch, Width = Columns * Patch;
        float[] page = RandomNetwork.Samples(new Random(seed), Height * Width), line = new float[Enlargement.LineFloats(2 * Width)];
        float[] plane = new float[2 * Height * 2 * Width];
        var all = new Region(0, 0, Width, Height);
        double seconds;
        fixed (float* pixels = page, row = line, to = plane)
        {
            float* from = pixels, memory = row, output = to;
            seconds = Seconds(
                () => Enlargement.Fill(from, all, Width, Height, new Region(0, 0, 2 * Width, 2 * Height), memory, output));
        }
        double worst = 0;
        for (int i = 0; i < plane.Length; i++)
        {
            (int y, int x) = (i / (2 * Width), i % (2 * Width));
            worst = Worse(worst, plane[i], EnlargementReference.At((r, c) => page[(r * Width) + c], Height, Width, y, x));
        }
        return new BackendCheckResult("deep: enlarged page", $"{Width} x {Height}", worst, BilinearTolerance, seconds);
    }

    private static BackendCheckResult Projection(int seed)
    {
        var random = new Random(seed);
        const int Cells = Rows * Columns;
        float[] mean = RandomNetwork.Numbers(random, Dimension);
        float[] components = RandomNetwork.Numbers(random, Channels * Dimension);
        float[] tokens = RandomNetwork.Numbers(random, Cells * Dimension);
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
        return new BackendCheckResult("deep: projection", $"{Cells} x {Dimension} to {Channels}", worst, ProjectionTolerance, seconds);
    }

    private static BackendCheckResult Interpolation(int seed, bool bilinear)
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
            double exact = bilinear
                ? Bilinear(Cell, ((y + 0.5) / Patch) - 0.5, ((x + 0.5) / Patch) - 0.5)
                : Cell(y / Patch, x / Patch);
            worst = Worse(worst, planes[i], exact);

            double Cell(int row, int column) =>
                cells[(((channel * Rows) + Math.Clamp(row, 0, Rows - 1)) * Columns) + Math.Clamp(column, 0, Columns - 1)];
        }
        return new BackendCheckResult(
            $"deep: {(bilinear ? "bilinear" : "nearest")}", $"{Width} x {Height} x {Channels}", worst,
            bilinear ? BilinearTolerance : 0, seconds);
    }

    /// <summary>
    /// The value between four cells at row <paramref name="v"/> and column <paramref name="u"/>, which count cells from the middle of the
    /// first one.
    /// </summary>
    private static double Bilinear(Func<int, int, double> cell, double v, double u)
    {
        (int row, int column) = ((int)Math.Floor(v), (int)Math.Floor(u));
        (double b, double a) = (v - row, u - column);
        return ((1 - b) * Along(row)) + (b * Along(row + 1));

        double Along(int y) => ((1 - a) * cell(y, column)) + (a * cell(y, column + 1));
    }

    private static BackendCheckResult Learned(int seed, Padding padding, Align align)
    {
        const int Height = 33, Width = 45, LowHeight = Height / Patch, LowWidth = Width / Patch;
        UpsamplerConfig config = RandomNetwork.Config(Channels, Patch, padding, align);
        var random = new Random(seed);
        WeightTensor[] tensors = RandomNetwork.Tensors(config, random);
        float[] image = RandomNetwork.Samples(random, 3 * Height * Width);
        float[] low = RandomNetwork.Numbers(random, Channels * LowHeight * LowWidth);
        float[] result = new float[Channels * Height * Width];
        using var network = new Upsampler(config, tensors);
        using UpsamplerCpu worker = UpsamplerCpu.Create(new UpsamplerPlanCpu(network, Height, Width, LowHeight, LowWidth, Width));
        var all = new Region(0, 0, Width, Height);
        double seconds;
        fixed (float* guide = image, cells = low, to = result)
        {
            var features = new LowFeatures(cells, Channels, LowHeight, LowWidth);
            var guidance = new GuidanceImage(guide, Height * Width, Width, all);
            var output = new OutputPlanes(to, Height * Width, Width);
            seconds = Seconds(() => worker.Run(features, guidance, all, output));
        }
        double[] exact = new UpsamplerReference(config, tensors)
            .Run(ReferencePlanes.Of(3, Height, Width, image), ReferencePlanes.Of(Channels, LowHeight, LowWidth, low))
            .Values;
        double worst = 0;
        for (int i = 0; i < exact.Length; i++)
        {
            worst = Worse(worst, result[i], exact[i]);
        }
        string operation = RandomNetwork.Operation(padding, align);
        double range = exact.Max() - exact.Min();
        return new BackendCheckResult(operation, $"{Width} x {Height} x {Channels}", worst / range, UpsamplerTolerance, seconds);
    }

    /// <summary>Runs an operation twice and returns the time of the second run, when everything is compiled.</summary>
    private static double Seconds(Action run)
    {
        run();
        long start = Stopwatch.GetTimestamp();
        run();
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    /// <summary>The larger of the error so far and that of one more value. NaN stays, so that no later value hides it.</summary>
    private static double Worse(double worst, float found, double exact)
    {
        double error = Math.Abs(found - exact);
        return error > worst || double.IsNaN(error) ? error : worst;
    }
}
