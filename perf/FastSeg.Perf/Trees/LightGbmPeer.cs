using FastSeg.Forest;

namespace FastSeg.Perf.Trees;

/// <summary>LightGBM's predictor over the rows in memory.</summary>
internal sealed unsafe class LightGbmPeer : IDisposable
{
    private readonly LightGbmHandle _booster;
    private readonly ForestRows _rows;
    private readonly double[] _scores;
    private readonly float[] _base;
    private readonly string _parameters;

    public LightGbmPeer(DecisionForest forest, ForestRows rows, int threads)
    {
        LightGbm.ThrowIfFailed(LightGbm.Load(LightGbmText.Write(forest), out _, out _booster), "loading the model");
        (_rows, _base) = (rows, forest.BaseMargins);
        _scores = new double[rows.Pixels * forest.Groups];
        _parameters = FormattableString.Invariant($"num_threads={threads} verbosity=-1");
    }

    public static string Name => "LightGBM 4.7.0";

    public void Run()
    {
        fixed (double* scores = _scores)
        {
            int code = LightGbm.Predict(
                _booster, _rows.Rows, LightGbm.Float32, checked((int)_rows.Pixels), _rows.Features, 1, LightGbm.RawScore, 0, -1,
                _parameters, out _, scores);
            LightGbm.ThrowIfFailed(code, "predicting");
        }
    }

    /// <summary>The margins of the last run, in the order of the rows.</summary>
    public float[] Margins() => [.. _scores.Select((score, i) => (float)(score + _base[i % _base.Length]))];

    public void Dispose() => _booster.Dispose();
}
