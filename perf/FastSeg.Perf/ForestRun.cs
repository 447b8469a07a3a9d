using FastSeg.Common;
using FastSeg.Forest;
using FastSeg.Native;
using FastSeg.Simd;

namespace FastSeg.Perf;

/// <summary>Our forest over bands in memory, on several threads, labels included.</summary>
internal sealed unsafe class ForestRun : IDisposable
{
    private readonly DecisionForest _forest;
    private readonly ForestRows _rows;
    private readonly ForestCpu[] _workers;
    private readonly HostBuffer _labels;

    public ForestRun(DecisionForest forest, ForestRows rows, int threads)
    {
        (_forest, _rows) = (forest, rows);
        _workers = [.. Enumerable.Range(0, threads).Select(_ => new ForestCpu(forest, Band.MaxWidth, Band.MaxHeight))];
        _labels = new HostBuffer((long)threads * Band.MaxWidth);
    }

    public long SplitsEvaluated => _workers.Sum(worker => worker.SplitsEvaluated);

    public long SquaresEvaluated => _workers.Sum(worker => worker.SquaresEvaluated);

    /// <summary>Predicts every band once.</summary>
    public void Run() => Workers.Run(
        _workers.Length, _rows.Bands.Count, new ComputeOptions { Threads = _workers.Length }, (worker, index) =>
    {
        Band band = _rows.Bands[(int)index];
        ForestCpu forest = _workers[worker];
        forest.Predict(band);
        for (int y = 0; y < band.Height; y++)
        {
            Decision.Labels(
                forest.Margins(0) + (y * forest.RowStride), forest.GroupStride, _forest.Groups,
                _labels.Pointer + (worker * Band.MaxWidth), band.Width);
        }
    });

    /// <summary>Every margin, in the order of <see cref="ForestRows.Rows"/>, pixel by pixel.</summary>
    public float[] Margins()
    {
        float[] margins = new float[_rows.Pixels * _forest.Groups];
        long at = 0;
        ForestCpu forest = _workers[0];
        foreach (Band band in _rows.Bands)
        {
            forest.Predict(band);
            for (int y = 0; y < band.Height; y++)
            {
                for (int x = 0; x < band.Width; x++)
                {
                    for (int group = 0; group < _forest.Groups; group++)
                    {
                        margins[at++] = forest.Margins(group)[(y * forest.RowStride) + x];
                    }
                }
            }
        }
        return margins;
    }

    public void Dispose()
    {
        Array.ForEach(_workers, worker => worker.Dispose());
        _labels.Dispose();
    }
}
