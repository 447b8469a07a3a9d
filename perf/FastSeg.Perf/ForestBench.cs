using System.Globalization;
using System.Runtime.InteropServices;
using FastSeg.Forest;
using FastSeg.Forest.Training;
using FastSeg.Native;
using FastSeg.Perf.Trees;

namespace FastSeg.Perf;

/// <summary>
/// The forest alone, binning included, against libxgboost's own prediction of the same rows on as many threads: models of a few images,
/// trained as the paper does (dense) and with the defaults (regularised), and one of a few strokes, trained as the paper does (scribble).
/// </summary>
internal static unsafe class ForestBench
{
    /// <summary>Our rate over those of ONNX Runtime and LightGBM with the dense forest.</summary>
    private const double WantedAgainstOthers = 10;

    /// <summary>Margins of a few units that are summed in another order, or in float64, may differ by so much.</summary>
    private const float MostApart = 1e-4f;

    public static void Run(PerfRun run)
    {
        using (var images = new Images([.. PerfImages.Training.Select(pair => ImageFile.Open(pair.Image))]))
        {
            Compare(run, "dense", DenseModel.Get(run), images.Readers, wanted: 12e6, ratio: 25);
            Compare(run, "regularised", DenseModel.Train(run, new TrainingOptions()).Model, images.Readers, wanted: 20e6, ratio: 25);
        }
        using (var images = new Images([ImageFile.Open(ScribbleModel.Drawn.Image)]))
        {
            Compare(run, "scribble", ScribbleModel.Get(run), images.Readers, wanted: 60e6, ratio: 15);
        }
    }

    // A booster keeps its predictions for a matrix: each run gets a fresh one, loaded before the clock starts.
    private static void Compare(PerfRun run, string name, Model model, ImageReader[] images, double wanted, double ratio)
    {
        DecisionForest forest = model.Forest;
        int threads = run.Options.Threads;
        using var rows = new ForestRows(images, model.Features, threads);
        using var ours = new ForestRun(forest, rows, threads);
        using DMatrixHandle data = Booster.CreateMatrix(rows.Rows, rows.Pixels, rows.Features, threads);
        BoosterHandle booster = Load(model, threads);
        try
        {
            using OnnxForestPeer? onnx = run.Options.Peers ? new OnnxForestPeer(forest, rows, threads) : null;
            using LightGbmPeer? light = run.Options.Peers ? new LightGbmPeer(forest, rows, threads) : null;
            Action[] peers = onnx is null || light is null ? [] : [onnx.Run, light.Run];
            double[] seconds = run.Best([ours.Run, () => Inplace(booster, rows), () => FromMatrix(booster, data), .. peers], () =>
            {
                booster.Dispose();
                booster = Load(model, threads);
            });
            Add(run, name, model, ours, rows, seconds[0], wanted);
            double fastest = Math.Min(seconds[1], seconds[2]);
            Add(
                run, $"forest, {name}", "inplace predict", rows.Pixels, seconds[0], seconds[1],
                Agreement(ours, Inplace(booster, rows)), seconds[1] == fastest ? ratio : null);
            Add(
                run, $"forest, {name}", "DMatrix predict", rows.Pixels, seconds[0], seconds[2],
                Agreement(ours, FromMatrix(booster, data)), seconds[2] == fastest ? ratio : null);
            if (onnx is not null && light is not null)
            {
                AddPeer(run, name, OnnxForestPeer.Name, rows.Pixels, seconds[0], seconds[3], Largest(ours, onnx.Margins));
                AddPeer(run, name, LightGbmPeer.Name, rows.Pixels, seconds[0], seconds[4], Largest(ours, light.Margins()));
            }
        }
        finally
        {
            booster.Dispose();
        }
    }

    private static void Add(PerfRun run, string name, Model model, ForestRun ours, ForestRows rows, double seconds, double wanted)
    {
        DecisionForest forest = model.Forest;
        double left = (double)ours.SplitsEvaluated / ours.SquaresEvaluated / forest.Trees.Length;
        run.Add(new Measurement("forest", name, seconds, rows.Pixels)
        {
            BytesPerPixel = sizeof(float) * rows.Features,
            OwnBound = (
                ForestOperations.ASecond(run.Bounds) / ForestOperations.APixel(forest, left), "vector operations of the trees"),
            Note = string.Create(
                CultureInfo.InvariantCulture,
                $"{forest.Trees.Length} trees of {model.SplitsPerTree:F1} splits, {left:F1} after pruning; "
                + $"{ForestTablesCpu.Of(forest).Thresholds.Sum()} thresholds"),
        });
        run.Add(new Quantity("forest", $"{name}, pixels a second", rows.Pixels / seconds / 1e6, "Mpx/s", "")
        {
            Goal = Goal.AtLeast(wanted / 1e6),
        });
    }

    private static void Add(
        PerfRun run, string name, string call, long pixels, double ours, double theirs, string agreement, double? ratio) =>
        run.Add(new Comparison(name, $"XGBoost {XgBoost.Version} {call}", pixels / ours, pixels / theirs, agreement)
        {
            Goal = ratio is { } wanted ? Goal.AtLeast(wanted) : null,
        });

    private static void AddPeer(PerfRun run, string name, string peer, long pixels, double ours, double theirs, string agreement) =>
        run.Add(new Comparison($"forest, {name}", peer, pixels / ours, pixels / theirs, agreement)
        {
            Goal = name == "dense" ? Goal.AtLeast(WantedAgainstOthers) : null,
        });

    /// <summary>How far margins are apart that are not summed in our order.</summary>
    private static string Largest(ForestRun ours, ReadOnlySpan<float> theirs)
    {
        ReadOnlySpan<float> mine = ours.Margins();
        float largest = mine.Length == theirs.Length ? 0 : float.PositiveInfinity;
        for (int i = 0; i < theirs.Length; i++)
        {
            largest = Math.Max(largest, Math.Abs(mine[i] - theirs[i]));
        }
        return FormattableString.Invariant($"{(largest <= MostApart ? "agree" : "DISAGREE")}: margins differ by {largest:E1} at most");
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

    private static ReadOnlySpan<float> Inplace(BoosterHandle booster, ForestRows rows)
    {
        const string Config =
            """{"type":1,"training":false,"iteration_begin":0,"iteration_end":0,"strict_shape":true,"cache_id":0,"missing":NaN}""";
        string array = XgBoost.Array(rows.Rows, "<f4", rows.Pixels, rows.Features);
        XgBoost.XGBoosterPredictFromDense(booster, array, Config, 0, out ulong* shape, out _, out float* result)
            .ThrowIfFailed("predicting");
        return new ReadOnlySpan<float>(result, (int)(shape[0] * shape[1]));
    }

    private static ReadOnlySpan<float> FromMatrix(BoosterHandle booster, DMatrixHandle matrix)
    {
        const string Config = """{"type":1,"training":false,"iteration_begin":0,"iteration_end":0,"strict_shape":true}""";
        XgBoost.XGBoosterPredictFromDMatrix(booster, matrix, Config, out ulong* shape, out _, out float* result)
            .ThrowIfFailed("predicting");
        return new ReadOnlySpan<float>(result, (int)(shape[0] * shape[1]));
    }

    private static string Agreement(ForestRun ours, ReadOnlySpan<float> theirs)
    {
        ReadOnlySpan<int> mine = MemoryMarshal.Cast<float, int>(ours.Margins());
        ReadOnlySpan<int> peer = MemoryMarshal.Cast<float, int>(theirs);
        int same = 0;
        for (int i = 0; i < peer.Length; i++)
        {
            same += mine[i] == peer[i] ? 1 : 0;
        }
        return mine.Length == peer.Length && same == peer.Length
            ? $"all {same} margins bit-equal"
            : $"{peer.Length - same} of {peer.Length} margins differ";
    }

    private sealed class Images(ImageReader[] readers) : IDisposable
    {
        public ImageReader[] Readers => readers;

        public void Dispose() => Array.ForEach(readers, reader => reader.Dispose());
    }
}
