using FastSeg.Forest;
using FastSeg.Native;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace FastSeg.Perf.Trees;

/// <summary>ONNX Runtime's TreeEnsemble over the rows in memory.</summary>
internal sealed unsafe class OnnxForestPeer : IDisposable
{
    private static readonly string[] Inputs = [OnnxForest.Input], Outputs = [OnnxForest.Output];

    private readonly SessionOptions _options;
    private readonly InferenceSession _session;
    private readonly RunOptions _run = new();
    private readonly HostBuffer _margins;
    private readonly OrtValue[] _rows, _results;
    private readonly int _count;

    public OnnxForestPeer(DecisionForest forest, ForestRows rows, int threads)
    {
        _count = checked((int)(rows.Pixels * forest.Groups));
        _options = new SessionOptions { IntraOpNumThreads = threads, InterOpNumThreads = 1 };
        _session = new InferenceSession(OnnxForest.Write(forest), _options);
        _margins = new HostBuffer((long)_count * sizeof(float));
        _rows = [Value(rows.Rows, rows.Pixels, rows.Features)];
        _results = [Value((float*)_margins.Pointer, rows.Pixels, forest.Groups)];
    }

    public static string Name => $"ONNX Runtime {OrtEnv.Instance().GetVersionString()} TreeEnsemble";

    /// <summary>The margins of the last run, in the order of the rows.</summary>
    public ReadOnlySpan<float> Margins => new(_margins.Pointer, _count);

    public void Run() => _session.Run(_run, Inputs, _rows, Outputs, _results);

    public void Dispose()
    {
        _rows[0].Dispose();
        _results[0].Dispose();
        _margins.Dispose();
        _run.Dispose();
        _session.Dispose();
        _options.Dispose();
    }

    private static OrtValue Value(float* data, long rows, long columns) => OrtValue.CreateTensorValueWithData(
        OrtMemoryInfo.DefaultInstance, TensorElementType.Float, [rows, columns], (nint)data, rows * columns * sizeof(float));
}
