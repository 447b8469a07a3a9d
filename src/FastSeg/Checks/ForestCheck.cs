using System.Diagnostics;
using FastSeg.Forest;
using FastSeg.Forest.Saved;
using FastSeg.Forest.Training;
using FastSeg.Native;
using FastSeg.Simd;

namespace FastSeg.Checks;

/// <summary>Compares the forest with libxgboost: margins of random rows, then labels and probabilities of a whole segmentation.</summary>
internal static class ForestCheck
{
    private const int Rows = 4096;
    private const int Features = 58;
    private const int Side = 160;

    /// <summary>Largest difference of a probability: two correct softmaxes in float32 differ by less.</summary>
    private const double ProbabilityError = 1e-6;
    private static readonly TrainingOptions Training = TrainingOptions.Published with { Rounds = 8 };

    /// <summary>Runs the checks one after the other.</summary>
    /// <param name="seed">Seed of the random input.</param>
    /// <exception cref="FastSegException">libxgboost is missing.</exception>
    public static IEnumerable<BackendCheckResult> Run(int seed)
    {
        foreach (int classes in (int[])[2, 3, 7])
        {
            yield return Margins(classes, seed);
        }
        foreach (int classes in (int[])[2, 4])
        {
            (BackendCheckResult labels, BackendCheckResult probabilities) = Segmentation(classes, seed);
            yield return labels;
            yield return probabilities;
        }
    }

    /// <summary>Margins of random rows, which must equal libxgboost's.</summary>
    private static unsafe BackendCheckResult Margins(int classes, int seed)
    {
        var random = new Random(seed);
        float[] rows = [.. Enumerable.Range(0, Rows * Features).Select(_ => random.NextSingle())];
        // The first rows make sure that every class has one; the class of the others follows from their first feature.
        int[] labels = [.. Enumerable.Range(0, Rows).Select(i => i < classes ? i : (int)(rows[i * Features] * classes))];
        byte[] model;
        fixed (float* data = rows)
        {
            fixed (int* numbers = labels)
            {
                model = Booster.Train(data, numbers, Rows, Features, classes, Training);
            }
        }
        float[] expected = XgBoostReference.Margins(model, rows, Features);
        float[] margins = Predict(ForestReader.Parse(model), rows, out double seconds);
        double error = Deviation.OfValues(margins, expected);
        return new BackendCheckResult($"forest: margins, {classes} classes", $"{Rows} x {Features}", error, 0, seconds);
    }

    /// <summary>
    /// Margins from the vector code, which gets the rows laid out as bands of planes: rows x groups, as libxgboost gives them.
    /// </summary>
    private static unsafe float[] Predict(DecisionForest forest, float[] rows, out double seconds)
    {
        const int Width = 256, Height = 16;
        using var planes = new HostBuffer(sizeof(float) * Width * Height * Features);
        using var predictor = new ForestCpu(forest, Width, Height);
        float[] margins = new float[Rows * forest.Groups];
        var band = new Band(0, 0, Width, Height, Features, (float*)planes.Pointer, Width, Width * Height);
        long ticks = 0;
        for (int first = 0; first < Rows; first += Width * Height)
        {
            for (int i = 0; i < Width * Height; i++)
            {
                for (int plane = 0; plane < Features; plane++)
                {
                    band.Row(plane, i / Width)[i % Width] = rows[((first + i) * Features) + plane];
                }
            }
            long start = Stopwatch.GetTimestamp();
            predictor.Predict(band);
            ticks += Stopwatch.GetTimestamp() - start;
            for (int i = 0; i < Width * Height; i++)
            {
                for (int group = 0; group < forest.Groups; group++)
                {
                    int pixel = (i / Width * predictor.RowStride) + (i % Width);
                    margins[((first + i) * forest.Groups) + group] = predictor.Margins(group)[pixel];
                }
            }
        }
        seconds = (double)ticks / Stopwatch.Frequency;
        return margins;
    }

    /// <summary>Trains on a random image, segments it, and asks libxgboost about the same pixels.</summary>
    private static (BackendCheckResult Labels, BackendCheckResult Probabilities) Segmentation(int classes, int seed)
    {
        var cpu = new ComputeOptions { Backend = BackendKind.Cpu };
        (byte[] samples, byte[] scribbles) = Scene(classes, seed);
        using var image = MemoryImage.FromMemory<byte>(samples, Side, Side);
        using var drawn = MemoryImage.FromMemory<byte>(scribbles, Side, Side);
        Model model = Segmenter.Train([new TrainingImage(image, drawn)], FeatureSpec.Paper, Training, options: cpu).Model;
        float[] expected = Expected(model, image, classes);
        long start = Stopwatch.GetTimestamp();
        (byte[] map, float[] probabilities) = CheckScene.Segment(model, image, BackendKind.Cpu);
        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        string size = $"{Side} x {Side}";
        return (
            new BackendCheckResult($"segment: wrong labels, {classes} classes", size, Differing(expected, map, classes), 0, seconds),
            new BackendCheckResult(
                $"segment: probabilities, {classes} classes", size, Deviation.OfValues(probabilities, expected), ProbabilityError,
                seconds));
    }

    /// <summary>
    /// Waves with noise over them, and labels on every fifth pixel: the brighter the waves are there, the higher the class.
    /// </summary>
    private static (byte[] Samples, byte[] Scribbles) Scene(int classes, int seed)
    {
        var random = new Random(seed);
        byte[] samples = new byte[Side * Side], scribbles = new byte[Side * Side];
        for (int i = 0; i < samples.Length; i++)
        {
            double wave = 0.5 + (0.25 * (Math.Sin(i % Side / 9.0) + Math.Cos(i / Side / 7.0)));
            samples[i] = (byte)Math.Clamp(255 * ((0.8 * wave) + (0.2 * random.NextDouble())), 0, 255);
            scribbles[i] = (byte)(i % 5 == 0 ? 1 + Math.Min(classes - 1, (int)(wave * classes)) : 0);
        }
        return (samples, scribbles);
    }

    /// <summary>
    /// The probabilities that libxgboost gives for our features: classes x pixels. For two classes libxgboost says only that of class 1.
    /// </summary>
    private static float[] Expected(Model model, ImageReader image, int classes)
    {
        const int Pixels = Side * Side;
        float[] planes = CheckScene.Planes(model.Features, image);
        float[] rows = new float[planes.Length];
        for (int i = 0; i < Pixels; i++)
        {
            for (int plane = 0; plane < model.Planes; plane++)
            {
                rows[(i * model.Planes) + plane] = planes[(plane * Pixels) + i];
            }
        }
        float[] given = XgBoostReference.Probabilities(model.ForestBytes.Span, rows, model.Planes);
        float[] expected = new float[classes * Pixels];
        for (int i = 0; i < Pixels; i++)
        {
            for (int c = 0; c < classes; c++)
            {
                expected[(c * Pixels) + i] = classes > 2 ? given[(i * classes) + c] : c == 1 ? given[i] : 1 - given[i];
            }
        }
        return expected;
    }

    /// <summary>
    /// How many pixels have another label than the class of the largest probability; among equal ones the lowest class counts.
    /// </summary>
    private static int Differing(float[] expected, byte[] map, int classes)
    {
        int differing = 0;
        for (int i = 0; i < map.Length; i++)
        {
            int best = 0;
            for (int c = 1; c < classes; c++)
            {
                best = expected[(c * map.Length) + i] > expected[(best * map.Length) + i] ? c : best;
            }
            differing += map[i] == best + 1 ? 0 : 1;
        }
        return differing;
    }
}
