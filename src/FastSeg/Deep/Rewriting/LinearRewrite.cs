using FastSeg.Common;
using FastSeg.Onnx;
using OnnxSchema;

namespace FastSeg.Deep.Rewriting;

/// <summary>
/// Brings linear layers to 8 bits. Each input's range is the part of what the sample windows hold at which its layers err least; the
/// errors are measured in one graph that has the float32 layers and the 8-bit ones side by side, by the operators that will run.
/// </summary>
internal sealed class LinearRewrite
{
    /// <summary>Parts of the whole range that are tried: clipping a few outliers makes every step finer.</summary>
    private static readonly float[] Parts = [1, 0.85f, 0.7f, 0.55f, 0.4f, 0.25f];

    private readonly OnnxModel _model;
    private readonly string _input;
    private readonly IReadOnlyList<SampleWindow> _windows;
    private readonly ComputeOptions _options;
    private readonly LinearLayer[] _layers;
    private readonly string[] _values;

    /// <summary>Finds the layers.</summary>
    /// <param name="model">The network, which is changed by <see cref="Apply"/>.</param>
    /// <param name="input">The graph's input.</param>
    /// <param name="windows">The sample windows.</param>
    /// <param name="options">Threads, progress and cancellation.</param>
    public LinearRewrite(OnnxModel model, string input, IReadOnlyList<SampleWindow> windows, ComputeOptions options)
    {
        (_model, _input, _windows, _options) = (model, input, windows, options);
        _layers = [.. LinearLayer.FindAll(new GraphEdit(model))];
        _values = [.. _layers.Select(layer => layer.Input).Distinct()];
    }

    /// <summary>How many layers there are.</summary>
    public int Count => _layers.Length;

    /// <summary>Rewrites the layers whose error is small enough.</summary>
    /// <param name="most">Largest relative error of a layer that is rewritten.</param>
    public IReadOnlyList<BackboneLayer> Apply(double most)
    {
        Dictionary<string, InputSpan> spans = Spans();
        (Dictionary<string, InputSpan> best, double[] errors) = Best(spans);
        var edit = new GraphEdit(_model);
        var inputs = new Dictionary<string, QuantisedInput>();
        for (int i = 0; i < Count; i++)
        {
            if (errors[i] <= most)
            {
                LinearLayer layer = _layers[i];
                if (!inputs.TryGetValue(layer.Input, out QuantisedInput? input))
                {
                    inputs[layer.Input] = input = QuantisedInput.Add(edit, layer.Input, best[layer.Input]);
                }
                edit.Replace(layer.Output, new ByteWeights(edit, layer).Add(input));
            }
        }
        edit.Tidy();
        return [.. _layers.Zip(errors, (layer, error) => new BackboneLayer(layer.Name, layer.Rows, layer.Columns, error, error <= most))];
    }

    /// <summary>The least and the largest number of each layer's input over all windows.</summary>
    private Dictionary<string, InputSpan> Spans()
    {
        var edit = new GraphEdit(_model.Clone());
        OnnxAttribute flat = Attributes.Of("keepdims", 0L);
        string[] ends = [.. _values.SelectMany(value =>
            (string[])[edit.Add("ReduceMin", $"{value}.least", [value], flat), edit.Add("ReduceMax", $"{value}.largest", [value], flat)])];
        (float[] low, float[] high) = (new float[_values.Length], new float[_values.Length]);
        Run(edit.Model, ends, 0, 0.3, numbers =>
        {
            for (int i = 0; i < _values.Length; i++)
            {
                (low[i], high[i]) = (Math.Min(low[i], (float)numbers[2 * i]), Math.Max(high[i], (float)numbers[(2 * i) + 1]));
            }
        });
        return _values.Select((value, i) => KeyValuePair.Create(value, new InputSpan(low[i], high[i]))).ToDictionary();
    }

    /// <summary>The best part of each input's range, and each layer's relative error with it.</summary>
    private (Dictionary<string, InputSpan> Best, double[] Errors) Best(Dictionary<string, InputSpan> spans)
    {
        var edit = new GraphEdit(_model.Clone());
        var inputs = new Dictionary<(string, int), QuantisedInput>();
        foreach (string value in _values)
        {
            for (int part = 0; part < Parts.Length; part++)
            {
                inputs[(value, part)] = QuantisedInput.Add(edit, value, spans[value].Part(Parts[part]));
            }
        }
        List<string> sums = [];
        foreach (LinearLayer layer in _layers)
        {
            var bytes = new ByteWeights(edit, layer);
            sums.Add(Squares(edit, layer.Output));
            sums.AddRange(Enumerable.Range(0, Parts.Length).Select(part => Squares(
                edit, edit.Add("Sub", $"{layer.Name}.error", [layer.Output, bytes.Add(inputs[(layer.Input, part)])]))));
        }
        double[] totals = new double[sums.Count];
        Run(edit.Model, sums, 0.3, 0.7, numbers =>
        {
            for (int i = 0; i < totals.Length; i++)
            {
                totals[i] += numbers[i];
            }
        });
        double Error(int layer, int part)
        {
            int at = layer * (Parts.Length + 1);
            return totals[at] > 0 ? Math.Sqrt(totals[at + 1 + part] / totals[at]) : 0;
        }
        var parts = _values.ToDictionary(value => value, value => Enumerable.Range(0, Parts.Length).MinBy(part =>
            Enumerable.Range(0, Count).Where(layer => _layers[layer].Input == value).Sum(layer => Math.Pow(Error(layer, part), 2))));
        return (
            _values.ToDictionary(value => value, value => spans[value].Part(Parts[parts[value]])),
            [.. Enumerable.Range(0, Count).Select(layer => Error(layer, parts[_layers[layer].Input]))]);
    }

    /// <summary>
    /// Adds the sum of squares of each row of a value. Rows are added up here, in float64: ONNX Runtime's own sum over everything may
    /// depend on the number of its threads.
    /// </summary>
    private static string Squares(GraphEdit edit, string value)
    {
        const int AxesAreAnInput = 18;
        string stem = $"{value}.squares";
        return edit.Opset < AxesAreAnInput
            ? edit.Add("ReduceSumSquare", stem, [value], Attributes.Of("axes", (ReadOnlySpan<long>)[-1]))
            : edit.Add("ReduceSumSquare", stem, [value, edit.Add(Tensors.Of("last_axis", [1], (ReadOnlySpan<long>)[-1]))]);
    }

    /// <summary>Runs every window and hands on the numbers that the graph gives for it, summed up where they are several.</summary>
    private void Run(OnnxModel model, IReadOnlyList<string> numbers, double from, double share, Action<double[]> take)
    {
        using Network network = Network.Open(model, _input, numbers, _options.WorkerCount);
        var progress = PartialProgress.Of(_options.Progress, from, share);
        for (int i = 0; i < _windows.Count; i++)
        {
            _options.Cancellation.ThrowIfCancellationRequested();
            take([.. network.Run(_windows[i]).Select(value => value!.Numbers.Sum(number => (double)number))]);
            progress?.Report((i + 1.0) / _windows.Count);
        }
    }
}
