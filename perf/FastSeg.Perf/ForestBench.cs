using System.Runtime.InteropServices;
using FastSeg.Features;
using FastSeg.Forest;
using FastSeg.Images;
using FastSeg.Models;
using FastSeg.Native;

namespace FastSeg.Perf;

/// <summary>
/// The forest alone, binning included, against libxgboost's own prediction of the same rows on as many threads: a model of a few images
/// (dense) and one of a few strokes (scribble).
/// </summary>
internal static unsafe class ForestBench
{
    private const int StrokePixels = 450;

    public static void Run(PerfRun run)
    {
        using (var images = new Images([.. PerfImages.Training.Select(pair => ImageFile.Open(pair.Image))]))
        {
            Compare(run, "dense", DenseModel.Get(run), images.Readers);
        }
        string image = PerfImages.Training[0].Image, labels = PerfImages.Training[0].Labels;
        if (PerfImages.FullSet is { } ni && File.Exists(Path.Combine(ni, "..", "examples", "0.tif")))
        {
            image = Path.Combine(ni, "..", "examples", "0.tif");
            labels = Path.Combine(ni, "..", "examples", "0_labels.tif");
        }
        using (var images = new Images([ImageFile.Open(image)]))
        {
            Compare(run, "scribble", Scribbled(run, images.Readers[0], labels), images.Readers);
        }
    }

    private static void Compare(PerfRun run, string name, Model model, ImageReader[] images)
    {
        DecisionForest forest = model.Forest;
        int threads = run.Options.Threads;
        using var rows = new ForestRows(images, model.Features, threads);
        using var ours = new ForestRun(forest, rows, threads);
        double seconds = run.Best(ours.Run);
        double left = (double)ours.SplitsEvaluated / ours.SquaresEvaluated / forest.Trees.Length;
        run.Add(new Measurement("forest", name, seconds, rows.Pixels)
        {
            BytesPerPixel = sizeof(float) * rows.Features,
            // A byte comparison a cycle and byte of a vector, as many as floating-point operations in two multiply-adds; each split that
            // pruning leaves needs two, its bin against its cut and its label against the pixels'.
            OwnBound = (run.Bounds.FlopsPerSecond / (2 * left * forest.Trees.Length), "byte comparisons"),
            Note = FormattableString.Invariant(
                $"{forest.Trees.Length} trees of {model.SplitsPerTree:F1} splits, {left:F1} after pruning; byte comparisons a pixel: {2 * forest.Splits} before, {2 * left * forest.Trees.Length:F0} after"),
        });
        float[] inplace = [], matrix = [];
        double inplaceSeconds = BestOf(run, () => Load(model, threads), booster => inplace = Inplace(booster, rows));
        using DMatrixHandle data = Booster.CreateMatrix(rows.Rows, rows.Pixels, rows.Features, threads);
        double matrixSeconds = BestOf(run, () => Load(model, threads), booster => matrix = FromMatrix(booster, data));
        string version = $"XGBoost {XgBoost.Version}";
        double mine = rows.Pixels / seconds;
        run.Add(new Comparison($"forest, {name}", $"{version} inplace predict", mine, rows.Pixels / inplaceSeconds, Agreement(ours, inplace)));
        run.Add(new Comparison($"forest, {name}", $"{version} DMatrix predict", mine, rows.Pixels / matrixSeconds, Agreement(ours, matrix)));
    }

    // A booster keeps its predictions for a matrix: each run gets a fresh one, loaded before the clock starts.
    private static double BestOf(PerfRun run, Func<BoosterHandle> create, Action<BoosterHandle> predict)
    {
        var boosters = new Stack<BoosterHandle>(Enumerable.Range(0, run.Options.Runs + 1).Select(_ => create()));
        return run.Best(() =>
        {
            using BoosterHandle booster = boosters.Pop();
            predict(booster);
        });
    }

    private static BoosterHandle Load(Model model, int threads)
    {
        BoosterHandle booster = Booster.CreateBooster();
        XgBoost.XGBoosterSetParam(booster, "verbosity", "0").ThrowIfFailed("setting verbosity");
        fixed (byte* bytes = model.ForestBytes.Span)
        {
            XgBoost.XGBoosterLoadModelFromBuffer(booster, bytes, (ulong)model.ForestBytes.Length).ThrowIfFailed("loading");
        }
        XgBoost.XGBoosterSetParam(booster, "nthread", FormattableString.Invariant($"{threads}")).ThrowIfFailed("setting nthread");
        return booster;
    }

    private static float[] Inplace(BoosterHandle booster, ForestRows rows)
    {
        const string Config = """{"type":1,"training":false,"iteration_begin":0,"iteration_end":0,"strict_shape":true,"cache_id":0,"missing":NaN}""";
        string array = XgBoost.Array(rows.Rows, "<f4", rows.Pixels, rows.Features);
        XgBoost.XGBoosterPredictFromDense(booster, array, Config, 0, out ulong* shape, out _, out float* result).ThrowIfFailed("predicting");
        return new ReadOnlySpan<float>(result, (int)(shape[0] * shape[1])).ToArray();
    }

    private static float[] FromMatrix(BoosterHandle booster, DMatrixHandle matrix)
    {
        const string Config = """{"type":1,"training":false,"iteration_begin":0,"iteration_end":0,"strict_shape":true}""";
        XgBoost.XGBoosterPredictFromDMatrix(booster, matrix, Config, out ulong* shape, out _, out float* result).ThrowIfFailed("predicting");
        return new ReadOnlySpan<float>(result, (int)(shape[0] * shape[1])).ToArray();
    }

    private static string Agreement(ForestRun ours, float[] theirs)
    {
        ReadOnlySpan<int> mine = MemoryMarshal.Cast<float, int>(ours.Margins());
        ReadOnlySpan<int> peer = MemoryMarshal.Cast<float, int>(theirs);
        int same = 0;
        for (int i = 0; i < peer.Length; i++)
        {
            same += mine[i] == peer[i] ? 1 : 0;
        }
        return mine.Length == peer.Length && same == peer.Length ? $"all {same} margins bit-equal" : $"{peer.Length - same} of {peer.Length} margins differ";
    }

    /// <summary>A model of a few hundred labelled pixels, evenly taken from a label image.</summary>
    private static Model Scribbled(PerfRun run, ImageReader image, string labelFile)
    {
        using ImageReader all = ImageFile.OpenLabels(labelFile);
        byte[] labels = new byte[all.Info.Bounds.Pixels];
        all.Read(all.Info.Bounds, labels);
        int[] labelled = [.. Enumerable.Range(0, labels.Length).Where(i => labels[i] != 0)];
        byte[] few = new byte[labels.Length];
        int count = Math.Min(StrokePixels, labelled.Length);
        for (int i = 0; i < count; i++)
        {
            int at = labelled[(int)((long)i * labelled.Length / count)];
            few[at] = labels[at];
        }
        using var drawn = MemoryImage.FromMemory<byte>(few, all.Info.Width, all.Info.Height, name: "strokes");
        TrainingResult result = Segmenter.Train([new TrainingImage(image, drawn)], options: new RunOptions { Backend = BackendKind.Cpu, Threads = run.Options.Threads });
        run.Add(new Quantity("train", $"strokes, {count} labelled pixels", result.Run.Seconds, "s", Path.GetFileName(labelFile)));
        return result.Model;
    }

    private sealed class Images(ImageReader[] readers) : IDisposable
    {
        public ImageReader[] Readers => readers;

        public void Dispose() => Array.ForEach(readers, reader => reader.Dispose());
    }
}
