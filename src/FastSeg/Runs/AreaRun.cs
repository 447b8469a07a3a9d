using System.Diagnostics;
using FastSeg.Backends;
using FastSeg.Common;
using FastSeg.Files.Runs;
using FastSeg.Probabilities;
using FastSeg.Resuming;

namespace FastSeg.Runs;

/// <summary>
/// Safe smoothing in two passes. The first one smooths the whole page and counts areas on a grid; weights are made from the areas; the
/// second one multiplies the smoothed probabilities by the weights and decides.
/// </summary>
/// <param name="run">The first pass.</param>
/// <param name="what">What is segmented.</param>
/// <param name="options">Progress of the second pass, cancellation.</param>
internal sealed class AreaRun(TileRun run, Segmentation what, ComputeOptions options)
{
    /// <summary>Counts unsure pixels of the region.</summary>
    public UnsureCount Unsure { get; } = new();

    /// <summary>Told the weights as soon as they are known.</summary>
    public Action<double[]>? Weighed { get; init; }

    /// <summary>What is held while both passes run, besides the probabilities.</summary>
    public static IEnumerable<(string Name, long Bytes)> SharedItems(ImageInfo image, Segmentation what) =>
        [("counting grid", CountingGrid.Bytes(image.Bounds, what.Classes))];

    /// <summary>What the plan counts for the second pass.</summary>
    public static SecondPass SecondPass(Segmentation what) =>
        new(what.Area, core => WeighingWorker.Bytes(what, core), StoredProbabilities.Bytes(what.Area, what.Classes));

    /// <summary>Runs both passes. Returns the pixels of each class and the weights.</summary>
    /// <exception cref="FastSegException">The image is corrupt or does not fit the model, or a disk is full or fails.</exception>
    /// <exception cref="OperationCanceledException">The run was cancelled.</exception>
    public (long[] ClassPixels, double[] Weights) Run(StageTimes times)
    {
        Plan plan = run.Plan;
        var tiles = new TileGrid(what.Area, plan.TileWidth, plan.TileHeight);
        using var grid = new CountingGrid(run.Work.Image.Info.Bounds, what.Classes);
        using var stored = new StoredProbabilities(tiles, what.Classes, plan.ProbabilitiesOnDisk, run.Work.Image.Info.Name);
        long[] areas = FirstPass(grid, stored, times);
        long mark = Stopwatch.GetTimestamp();
        double[] weights = AreaWeights.Find(areas, now => grid.Count(now, plan.Workers, options.Cancellation));
        times.Add(Stage.Forest, mark);
        Weighed?.Invoke(weights);
        return (SecondPass(tiles, stored, weights, times), weights);
    }

    /// <summary>Runs the first pass alone, whose probabilities are not kept. Returns the weights.</summary>
    /// <exception cref="FastSegException">The image is corrupt or does not fit the model.</exception>
    /// <exception cref="OperationCanceledException">The run was cancelled.</exception>
    public double[] FindWeights(StageTimes times)
    {
        using var grid = new CountingGrid(run.Work.Image.Info.Bounds, what.Classes);
        long[] areas = CountInto(grid, times, null);
        return AreaWeights.Find(areas, now => grid.Count(now, run.Plan.Workers, options.Cancellation));
    }

    /// <summary>Runs the first pass alone over rows of the page, and keeps what it counts in a run's folder, row of tiles by row.</summary>
    /// <param name="times">Gets the time of the pass.</param>
    /// <param name="missing">The rows of pixels that no earlier start counted.</param>
    /// <param name="folder">The folder of the run, which does this share.</param>
    /// <exception cref="FastSegException">The image is corrupt or does not fit the model, or the disk is full or fails.</exception>
    /// <exception cref="OperationCanceledException">The run was cancelled.</exception>
    public void KeepShare(StageTimes times, IReadOnlyList<(long Top, long Bottom)> missing, RunFolder folder)
    {
        using var grid = new CountingGrid(run.Work.Image.Info.Bounds, what.Classes);
        var rows = new CountedRows(folder, grid, run.Plan.Grid, missing, what.Classes);
        if (rows.Cores.Count > 0)
        {
            CountInto(grid, times, rows);
        }
        KeptAreas.Finish(folder);
    }

    /// <summary>Runs the first pass, whose probabilities are not kept. Returns the counted pixels of each class before smoothing.</summary>
    private long[] CountInto(CountingGrid grid, StageTimes times, CountedRows? rows)
    {
        Segmentation nothing = what with { Area = default };
        var none = new TileGrid(default, run.Plan.TileWidth, run.Plan.TileHeight);
        using var stored = new StoredProbabilities(none, what.Classes, onDisk: false, run.Work.Image.Info.Name);
        return new AreaRun(run, nothing, options).FirstPass(grid, stored, times, rows);
    }

    /// <summary>Smooths all tiles of the page, or some rows. Returns the counted pixels of each class before smoothing.</summary>
    private long[] FirstPass(CountingGrid grid, StoredProbabilities stored, StageTimes times, CountedRows? rows = null)
    {
        var workers = new List<AreaWorker>();
        AreaWorker Make()
        {
            workers.Add(new AreaWorker(run.Plan, run.Work, what, grid, stored, rows));
            return workers[^1];
        }
        run.Run(Make, times, rows?.Cores);
        return [.. Enumerable.Range(0, what.Classes).Select(c => workers.Sum(worker => worker.Areas[c]))];
    }

    /// <summary>Decides all tiles of the region. Returns the pixels of each class.</summary>
    private long[] SecondPass(TileGrid tiles, StoredProbabilities stored, double[] weights, StageTimes times)
    {
        var workers = new WeighingWorker[run.Plan.Workers];
        try
        {
            for (int i = 0; i < workers.Length; i++)
            {
                workers[i] = new WeighingWorker(what, tiles.MaxCore, stored, weights);
            }
            Workers.Run(workers.Length, tiles.Count, options, (worker, i) => workers[worker].Step(tiles[i]));
        }
        finally
        {
            Array.ForEach(workers, worker => worker?.Dispose());
        }
        Array.ForEach(workers, worker => times.Add(worker.Times, workers.Length));
        Array.ForEach(workers, worker => Unsure.Add(worker.Unsure));
        // A run that was cancelled during its last tile must not commit what it wrote.
        options.Cancellation.ThrowIfCancellationRequested();
        return [.. Enumerable.Range(0, what.Classes).Select(c => workers.Sum(worker => worker.ClassPixels[c]))];
    }
}
