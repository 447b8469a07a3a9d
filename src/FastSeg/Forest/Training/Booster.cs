using System.Globalization;
using FastSeg.Forest.Growing;
using FastSeg.Native;

namespace FastSeg.Forest.Training;

/// <summary>Training, with libxgboost or FastSeg's own booster: labelled rows in, a model in XGBoost's own UBJSON out.</summary>
internal static unsafe class Booster
{
    /// <summary>
    /// Trains a model. The same input, options and library give the same bytes on the CPU: the library always gets
    /// <see cref="TrainingOptions.BoosterThreads"/> threads, because it sums histograms per thread. Trees of a device are not the CPU's:
    /// bins and sums differ.
    /// </summary>
    /// <param name="rows">
    /// Row-major features, <paramref name="count"/> x <paramref name="features"/>, finite (NaN counts as missing); a device's address where
    /// <paramref name="device"/> is given. Labels and weights are the host's.
    /// </param>
    /// <param name="labels">Class of each row, 0 .. <paramref name="classes"/> - 1; every class at least once.</param>
    /// <param name="count">Rows.</param>
    /// <param name="features">Features of a row.</param>
    /// <param name="classes">2 gives binary:logistic, more give multi:softprob.</param>
    /// <param name="options">How to train.</param>
    /// <param name="weights">
    /// Weight of each row, or null; with <see cref="TrainingOptions.Balance"/> multiplied by the class's weight.
    /// </param>
    /// <param name="afterRound">Called with the number of rounds done so far.</param>
    /// <param name="cancellation">Looked at between rounds.</param>
    /// <param name="device">Ordinal of the CUDA device that holds the rows, in its primary context, and trains; null for the CPU.</param>
    /// <param name="compute">Threads of the own booster; null for one a core.</param>
    /// <param name="afterCopy">Called when XGBoost has its copy of rows and labels, so that the host's may be freed.</param>
    /// <exception cref="FastSegException">A class has no row, an option is out of its range, or XGBoost failed.</exception>
    public static byte[] Train(
        float* rows, int* labels, long count, int features, int classes, TrainingOptions options, float* weights = null,
        Action<int>? afterRound = null, CancellationToken cancellation = default, int? device = null, Action? afterCopy = null,
        ComputeOptions? compute = null)
    {
        options.Check();
        long[] counts = CountClasses(labels, count, classes);
        if (options.Booster == TreeBooster.FastSeg)
        {
            cancellation.ThrowIfCancellationRequested();
            using HostBuffer? own = options.Balance ? Balance(labels, count, counts, weights) : null;
            return ForestGrower.Train(
                rows, labels, own is null ? weights : (float*)own.Pointer, count, features, classes, options,
                (compute ?? new ComputeOptions()) with { Cancellation = cancellation }, afterCopy, afterRound);
        }
        if (XgBoost.Version < new Version(1, 6))
        {
            throw new FastSegException(
                $"libxgboost {XgBoost.Version} ({XgBoostLibrary.Path}) is too old to save UBJSON; 1.6 or newer is needed.");
        }
        cancellation.ThrowIfCancellationRequested();
        using HostBuffer? balanced = options.Balance ? Balance(labels, count, counts, weights) : null;
        float* used = balanced is null ? weights : (float*)balanced.Pointer;
        using DMatrixHandle matrix = device is null
            ? CreateMatrix(rows, count, features, options.BoosterThreads)
            : CreateDeviceMatrix(rows, count, features, labels, used, options);
        if (device is null)
        {
            SetInfo(matrix, labels, used, count);
            afterCopy?.Invoke();
        }
        return Grow(
            matrix, [.. Parameters(classes, options), .. Method(XgBoost.Version, device)], options.Rounds, afterRound, cancellation);
    }

    /// <summary>
    /// Trains on a matrix that has its labels; the model in UBJSON. The first round alone may take seconds, and cannot be stopped.
    /// </summary>
    internal static byte[] Grow(
        DMatrixHandle matrix, IEnumerable<(string Name, string Value)> parameters, int rounds, Action<int>? afterRound,
        CancellationToken cancellation)
    {
        bool kept = false;
        matrix.DangerousAddRef(ref kept);
        return LeavableWork.Run(
            (tell, stop) =>
            {
                try
                {
                    return Rounds(matrix, parameters, rounds, tell, stop);
                }
                finally
                {
                    matrix.DangerousRelease();
                }
            },
            afterRound, cancellation);
    }

    private static byte[] Rounds(
        DMatrixHandle matrix, IEnumerable<(string Name, string Value)> parameters, int rounds, Action<int> afterRound,
        CancellationToken cancellation)
    {
        using BoosterHandle booster = CreateBooster(matrix);
        foreach ((string name, string value) in parameters)
        {
            XgBoost.XGBoosterSetParam(booster, name, value).ThrowIfFailed($"setting {name} to {value}");
        }
        for (int round = 0; round < rounds; round++)
        {
            cancellation.ThrowIfCancellationRequested();
            XgBoost.XGBoosterUpdateOneIter(booster, round, matrix).ThrowIfFailed($"training round {round + 1}");
            afterRound(round + 1);
        }
        XgBoost.XGBoosterSaveModelToBuffer(booster, """{"format":"ubj"}""", out ulong length, out byte* bytes)
            .ThrowIfFailed("saving the model");
        return new ReadOnlySpan<byte>(bytes, checked((int)length)).ToArray();
    }

    /// <summary>
    /// Most bytes that libxgboost takes while it trains, besides the caller's rows and its own code. It has the larger of two peaks. Before
    /// the first tree it sketches the values of every feature (<see cref="SketchBytes"/>), which shallow trees never reach again. Later the
    /// bins, in 8 bits by rows and by columns, and the nodes' histograms of two doubles a bin take most. Sampling of rows and features
    /// changes neither, and 1 to 8 threads take the same. Measured with 1.7.4, each training in a process of its own (random rows, full
    /// trees; 5,000 to 200,000 rows, 58 and 174 features, 2 to 10 classes, depth 2 to 8): the estimate with 2.5 MiB for the code is 1 to
    /// 15 % above what was measured where 25 rounds or more were trained or the sketch is the peak, as it is up to depth 5. The
    /// allocator fragments, so histograms peak after some ten rounds only. With 58 features, 3 classes and depth 4 it was 41 MiB at
    /// 20,000 rows, 72 MiB at 50,000 and 204 MiB at 200,000; at depth 8, 20,000 rows took 109 MiB.
    /// </summary>
    /// <remarks>What FastSeg's own booster holds says <see cref="ForestGrower.Bytes"/>, exactly.</remarks>
    internal static long Bytes(long count, int features, int classes, TrainingOptions options)
    {
        const int DeepestFull = 12;
        const double HistogramsOfNode = 1.7, MostHistogramsApart = 32, BytesOfBins = 2.2, BytesOfPositions = 60;
        double nodes = Math.Min(1L << Math.Min(options.Depth, DeepestFull), count), bins = Math.Min(options.MaxBin, count);
        double histograms = (HistogramsOfNode * nodes) + Math.Min(nodes, MostHistogramsApart);
        double trees = (BytesOfBins * count * features) + (BytesOfPositions * count) +
            (histograms * features * bins * (2 * sizeof(double)));
        // A number has its column beside it and a row its beginning; a row and class has a gradient and a margin, a row may have a weight.
        double matrix = (count * features * 8.0) + (count * (8.0 + (options.Balance ? 2 * sizeof(float) : 0))) + (12.0 * count * classes);
        return (long)(matrix + Math.Max(trees, features * SketchBytes(count, options.MaxBin)));
    }

    /// <summary>
    /// Most bytes that the values of one feature take while they are sketched for its bins. XGBoost asks for eight times as many quantiles
    /// as bins. A sketch has levels, as few as hold all rows where level n takes 2^n times the limit, and the limit is what it asks for
    /// times the level (WQSketch::LimitSizeLevel); few rows do not fill it.
    /// </summary>
    private static double SketchBytes(long count, int maxBin)
    {
        const double BytesOfEntry = 64, BytesOfRow = 7.2, MostBytesOfRow = 27;
        long quantiles = 8L * maxBin, limit;
        int level = 1;
        while ((limit = (level * quantiles) + 1) << level < count)
        {
            level++;
        }
        return Math.Min(BytesOfEntry * limit, MostBytesOfRow * count) + (BytesOfRow * count);
    }

    /// <summary>The host's rows as a matrix of XGBoost's; the rows are copied.</summary>
    internal static DMatrixHandle CreateMatrix(float* rows, long count, int features, int threads)
    {
        string config = $$"""{"missing":NaN,"nthread":{{threads}}}""";
        XgBoost.XGDMatrixCreateFromDense(XgBoost.Array(rows, "<f4", count, features), config, out DMatrixHandle matrix)
            .ThrowIfFailed("taking the labelled rows");
        return matrix;
    }

    /// <summary>A booster without trees, to train on a matrix or to load a model.</summary>
    internal static BoosterHandle CreateBooster(DMatrixHandle? matrix = null)
    {
        nint raw = matrix?.DangerousGetHandle() ?? 0;
        XgBoost.XGBoosterCreate(matrix is null ? null : &raw, matrix is null ? 0u : 1u, out BoosterHandle booster)
            .ThrowIfFailed("starting");
        return booster;
    }

    /// <summary>The parameters that say which algorithm trains and where; from version 2.0 on the device has one of its own.</summary>
    internal static IEnumerable<(string Name, string Value)> Method(Version library, int? device) => device is not { } ordinal
        ? [("tree_method", "hist")]
        : library < new Version(2, 0) ? [("tree_method", "gpu_hist"), ("gpu_id", Text(ordinal))]
        : [("tree_method", "hist"), ("device", $"cuda:{Text(ordinal)}")];

    private static DMatrixHandle CreateDeviceMatrix(
        float* rows, long count, int features, int* labels, float* weights, TrainingOptions options)
    {
        string array = XgBoost.CudaArray((nint)rows, "<f4", count, features);
        return RowBatch.Bins(
            proxy =>
            {
                XgBoost.XGProxyDMatrixSetDataCudaArrayInterface(proxy, array).ThrowIfFailed("taking the device's rows");
                SetInfo(proxy, labels, weights, count);
            },
            options.MaxBin, options.BoosterThreads);
    }

    /// <summary>Hands over labels and, where there are any, weights; both are copied.</summary>
    internal static void SetInfo(DMatrixHandle matrix, int* labels, float* weights, long count)
    {
        XgBoost.XGDMatrixSetInfoFromInterface(matrix, "label", XgBoost.Array(labels, "<i4", count)).ThrowIfFailed("taking the labels");
        if (weights != null)
        {
            XgBoost.XGDMatrixSetInfoFromInterface(matrix, "weight", XgBoost.Array(weights, "<f4", count))
                .ThrowIfFailed("taking the weights");
        }
    }

    /// <summary>What the options mean as XGBoost's parameters.</summary>
    internal static IEnumerable<(string Name, string Value)> Parameters(int classes, TrainingOptions options)
    {
        // base_score is XGBoost's own default up to 1.7. Later versions would estimate one from the labels, and the model would depend on
        // the library's version.
        yield return ("verbosity", "0");
        yield return ("booster", "gbtree");
        yield return ("base_score", "0.5");
        yield return ("nthread", Text(options.BoosterThreads));
        yield return ("seed", Text(options.Seed));
        yield return ("max_depth", Text(options.Depth));
        yield return ("max_bin", Text(options.MaxBin));
        yield return ("eta", Text(options.LearningRate));
        yield return ("subsample", Text(options.Subsample));
        yield return ("colsample_bynode", Text(options.ColsampleByNode));
        yield return ("min_child_weight", Text(options.MinChildWeight));
        yield return ("lambda", Text(options.Lambda));
        yield return ("objective", classes == 2 ? "binary:logistic" : "multi:softprob");
        if (classes > 2)
        {
            yield return ("num_class", Text(classes));
        }
    }

    private static string Text(int value) => value.ToString(CultureInfo.InvariantCulture);

    private static string Text(double value) => value.ToString("R", CultureInfo.InvariantCulture);

    private static long[] CountClasses(int* labels, long count, int classes)
    {
        if (classes < 2)
        {
            throw new FastSegException($"The labels hold {classes} class{(classes == 1 ? "" : "es")}; training needs at least 2.");
        }
        long[] counts = new long[classes];
        for (long i = 0; i < count; i++)
        {
            counts[labels[i]]++;
        }
        int missing = System.Array.IndexOf(counts, 0L);
        return missing < 0
            ? counts
            : throw new FastSegException($"Class {missing + 1} of {classes} has no labelled pixel; label some of it or leave it out.");
    }

    /// <summary>Each row's weight times its class's, which is chosen so that every class weighs the same in total.</summary>
    private static HostBuffer Balance(int* labels, long count, long[] counts, float* weights)
    {
        float[] classWeights = [.. counts.Select(size => (float)(count / ((double)counts.Length * size)))];
        var buffer = new HostBuffer(count * sizeof(float));
        float* balanced = (float*)buffer.Pointer;
        for (long i = 0; i < count; i++)
        {
            balanced[i] = classWeights[labels[i]] * (weights == null ? 1 : weights[i]);
        }
        return buffer;
    }
}
