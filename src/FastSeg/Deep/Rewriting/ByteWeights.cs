using FastSeg.Onnx;

namespace FastSeg.Deep.Rewriting;

/// <summary>
/// A layer in 8 bits: its input in 256 steps of a fixed range, its weights in -63 to 63 with a scale for each column. Weights have seven
/// bits because processors without VNNI add two products in 16 bits, which must hold 2 x 255 x 63.
/// </summary>
internal sealed class ByteWeights
{
    /// <summary>Largest magnitude of a weight.</summary>
    public const int Most = 63;

    private readonly LinearLayer _layer;
    private readonly GraphEdit _edit;
    private readonly string _weights;
    private readonly string _scales;
    private readonly string _zeros;
    private readonly string? _bias;

    /// <summary>Rounds a layer's weights and puts them into a graph.</summary>
    public ByteWeights(GraphEdit edit, LinearLayer layer)
    {
        (_edit, _layer) = (edit, layer);
        (sbyte[] weights, float[] scales) = Round(layer.Weights, layer.Columns);
        _weights = edit.Add(Tensors.Of($"{layer.Name}.weights", [layer.Rows, layer.Columns], (ReadOnlySpan<sbyte>)weights));
        _scales = edit.Add(Tensors.Of($"{layer.Name}.scales", [layer.Columns], scales));
        _zeros = edit.Add(Tensors.Of($"{layer.Name}.zeros", [layer.Columns], (ReadOnlySpan<sbyte>)new sbyte[layer.Columns]));
        _bias = layer.Bias is null ? null : edit.Add(Tensors.Of($"{layer.Name}.bias", [layer.Columns], layer.Bias));
    }

    /// <summary>Adds the layer, behind an input that is quantised already, and returns its result's name.</summary>
    public string Add(QuantisedInput input)
    {
        List<string> inputs = [input.Value, _weights, input.Scale, _scales, input.Zero, _zeros];
        if (_bias is not null)
        {
            inputs.Add(_bias);
        }
        return _edit.Add("com.microsoft.MatMulIntegerToFloat", $"{_layer.Name}.result", inputs);
    }

    /// <summary>Weights as whole numbers, and each column's scale.</summary>
    internal static (sbyte[] Weights, float[] Scales) Round(float[] weights, int columns)
    {
        float[] scales = new float[columns];
        for (int i = 0; i < weights.Length; i++)
        {
            scales[i % columns] = Math.Max(scales[i % columns], Math.Abs(weights[i]));
        }
        for (int column = 0; column < columns; column++)
        {
            scales[column] = scales[column] > 0 ? scales[column] / Most : 1;
        }
        sbyte[] rounded = new sbyte[weights.Length];
        for (int i = 0; i < weights.Length; i++)
        {
            rounded[i] = (sbyte)Math.Clamp(MathF.Round(weights[i] / scales[i % columns]), -Most, Most);
        }
        return (rounded, scales);
    }
}

/// <summary>A layer's input in 8 bits.</summary>
/// <param name="Value">The steps.</param>
/// <param name="Scale">Size of a step.</param>
/// <param name="Zero">The step that stands for zero.</param>
internal sealed record QuantisedInput(string Value, string Scale, string Zero)
{
    /// <summary>Adds the operator that rounds a value to steps.</summary>
    public static QuantisedInput Add(GraphEdit edit, string value, InputSpan span)
    {
        string scale = edit.Add(Tensors.Of($"{value}.step", [], (ReadOnlySpan<float>)[span.Scale]));
        string zero = edit.Add(Tensors.Of($"{value}.zero", [], (ReadOnlySpan<byte>)[span.Zero]));
        return new QuantisedInput(edit.Add("QuantizeLinear", $"{value}.bytes", [value, scale, zero]), scale, zero);
    }
}
