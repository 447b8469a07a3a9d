using FastSeg.Common;

namespace FastSeg.Forest.Growing;

/// <summary>
/// Gradient-boosted trees, trained here: the objectives, the split's gain and the leaves' weights of XGBoost (Chen and Guestrin, 2016), its
/// model file, and its options, with random numbers, bins and sums of our own. The same rows and options give the same trees on every
/// machine, for any number of threads.
/// </summary>
internal static unsafe class ForestGrower
{
    /// <summary>Trains a model.</summary>
    /// <param name="rows">Row-major features, <paramref name="count"/> x <paramref name="features"/>, finite.</param>
    /// <param name="labels">Class of each row, 0 .. <paramref name="classes"/> - 1.</param>
    /// <param name="weights">Weight of each row, or null.</param>
    /// <param name="count">Rows.</param>
    /// <param name="features">Features of a row.</param>
    /// <param name="classes">2 or more.</param>
    /// <param name="options">How to train; checked.</param>
    /// <param name="compute">Threads and cancellation, which is looked at between levels.</param>
    /// <param name="afterCopy">Called when rows and labels are not needed any more.</param>
    /// <param name="afterRound">Called with the number of rounds done so far.</param>
    /// <returns>The model as XGBoost's UBJSON.</returns>
    /// <exception cref="OperationCanceledException">Training was cancelled.</exception>
    public static byte[] Train(
        float* rows, int* labels, float* weights, long count, int features, int classes, TrainingOptions options, ComputeOptions compute,
        Action? afterCopy, Action<int>? afterRound)
    {
        if (count > int.MaxValue)
        {
            throw new FastSegException($"There are {count} labelled pixels; at most {int.MaxValue} can be trained on.");
        }
        using Team? team = compute is { Team: null, WorkerCount: > 1 } && count >= LeastShared ? new Team(compute.WorkerCount) : null;
        compute = compute with { Team = compute.Team ?? team, Progress = null };
        using var bins = new BinnedRows(rows, (int)count, features, options.MaxBin, compute);
        using var gradients = new Gradients(labels, weights, (int)count, classes);
        afterCopy?.Invoke();
        using var grower = new TreeGrower(bins, options, compute);
        var trees = new List<GrownTree>();
        for (int round = 0; round < options.Rounds; round++)
        {
            gradients.Begin();
            for (int group = 0; group < gradients.Groups; group++)
            {
                trees.Add(grower.Grow(gradients, group, new Draws(options.Seed, trees.Count)));
            }
            afterRound?.Invoke(round + 1);
        }
        return GrownModel.Save(trees, gradients.Groups, features, classes);
    }

    /// <summary>Most bytes that training takes besides the caller's rows and the trees.</summary>
    public static long Bytes(long count, int features, int classes, TrainingOptions options, int workers) => Math.Max(
        BytesBesideRows(count, features, classes, workers),
        (count * features) + Gradients.Bytes(count, classes) + TreeGrower.Bytes(count, features, options, workers));

    /// <summary>Most bytes while the caller's rows are still needed: scratch memory is freed before derivatives are taken.</summary>
    public static long BytesBesideRows(long count, int features, int classes, int workers) => Math.Max(
        BinnedRows.Bytes(count, features, workers), (count * features) + Gradients.Bytes(count, classes));

    /// <summary>
    /// All trees: as they are grown, in lists that double, or in the file that is made of them beside what is read of it, which takes more.
    /// Of a tree that is read, its table of some twenty arrays takes most; 4 to 6 KiB a tree and 160 bytes a node were measured.
    /// </summary>
    public static long TreeBytes(long count, int classes, TrainingOptions options)
    {
        const int TableBytes = 7 << 10, NodeBytes = 160;
        long nodes = Math.Min(2L << options.Depth, 2 * count);
        return (classes == 2 ? 1L : classes) * options.Rounds * (TableBytes + (nodes * NodeBytes));
    }

    /// <summary>Rows from which on threads are started for a training.</summary>
    private const int LeastShared = 4096;
}
