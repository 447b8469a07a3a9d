using FastSeg.Onnx;
using OnnxSchema;

namespace FastSeg.Deep.Rewriting;

/// <summary>A linear layer of a graph: output = input x weights + bias.</summary>
/// <param name="Name">What the graph calls it, for people.</param>
/// <param name="Input">Its input: any number of rows.</param>
/// <param name="Output">The value that holds its result, bias and a scale behind it included.</param>
/// <param name="Weights">Rows x columns.</param>
/// <param name="Rows">Numbers of a row of the input.</param>
/// <param name="Columns">Numbers of a row of the result.</param>
/// <param name="Bias">One number a column; null where there is none.</param>
internal sealed record LinearLayer(string Name, string Input, string Output, float[] Weights, int Rows, int Columns, float[]? Bias)
{
    /// <summary>Every linear layer of a graph: products with a constant matrix, and what is added and multiplied behind them.</summary>
    public static IReadOnlyList<LinearLayer> FindAll(GraphEdit edit) =>
        [.. edit.Graph.Node.Select(node => Find(edit, node)).OfType<LinearLayer>()];

    private static LinearLayer? Find(GraphEdit edit, OnnxNode node) => node.OpType switch
    {
        "MatMul" => OfProduct(edit, node),
        "Gemm" => OfGemm(edit, node),
        _ => null,
    };

    private static LinearLayer? OfProduct(GraphEdit edit, OnnxNode node) =>
        ConstantFloats.Find(edit, node.Input[1]) is { Shape: [var rows, var columns] } weights
            ? Grown(edit, new LinearLayer(
                NameOf(node, null), node.Input[0], node.Output[0], weights.Numbers, (int)rows, (int)columns, null))
            : null;

    private static LinearLayer? OfGemm(GraphEdit edit, OnnxNode node)
    {
        bool transposed = Attributes.Integer(node, "transB", 0) != 0;
        if (Attributes.Integer(node, "transA", 0) != 0
            || Attributes.Number(node, "alpha", 1) != 1 || Attributes.Number(node, "beta", 1) != 1
            || ConstantFloats.Find(edit, node.Input[1]) is not { Shape: [var first, var second] } weights)
        {
            return null;
        }
        (int rows, int columns) = ((int)(transposed ? second : first), (int)(transposed ? first : second));
        string? name = node.Input.Count > 2 && node.Input[2].Length > 0 ? node.Input[2] : null;
        ProbedValue? bias = name is null ? null : ConstantFloats.Find(edit, name);
        if (name is not null && bias?.Numbers.Length != columns)
        {
            return null;
        }
        float[] numbers = transposed ? ConstantFloats.Transposed(weights.Numbers, (int)first, (int)second) : weights.Numbers;
        return Grown(
            edit, new LinearLayer(NameOf(node, name), node.Input[0], node.Output[0], numbers, rows, columns, bias?.Numbers));
    }

    /// <summary>
    /// Takes in what stands behind the product and is one number a column: a bias that is added, and a factor (DINOv2's layer scale).
    /// </summary>
    private static LinearLayer Grown(GraphEdit edit, LinearLayer layer)
    {
        while (edit.OnlyConsumer(layer.Output) is { OpType: "Add" or "Mul" } node
            && node.Input.FirstOrDefault(input => input != layer.Output) is { } beside
            && ConstantFloats.Find(edit, beside) is { } constant
            && constant.Numbers.Length == layer.Columns && constant.Shape[^1] == layer.Columns)
        {
            float[] numbers = constant.Numbers;
            float[]? bias = layer.Bias;
            layer = node.OpType == "Add"
                ? layer with
                {
                    Name = bias is null ? NameOf(node, beside) : layer.Name,
                    Bias = bias is null ? numbers : [.. bias.Zip(numbers, (a, b) => a + b)],
                }
                : layer with
                {
                    Weights = [.. layer.Weights.Select((weight, i) => weight * numbers[i % layer.Columns])],
                    Bias = bias is null ? null : [.. bias.Zip(numbers, (a, b) => a * b)],
                };
            layer = layer with { Output = node.Output[0] };
        }
        return layer;
    }

    /// <summary>A layer is called by its bias where that has a name a person gave it, otherwise by its node.</summary>
    private static string NameOf(OnnxNode node, string? bias)
    {
        const string Ending = ".bias";
        return bias?.EndsWith(Ending, StringComparison.Ordinal) == true ? bias[..^Ending.Length]
            : node.HasName && node.Name.Length > 0 ? node.Name
            : node.Output[0];
    }
}
