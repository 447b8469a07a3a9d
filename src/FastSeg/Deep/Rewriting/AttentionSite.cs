using FastSeg.Onnx;
using OnnxSchema;

namespace FastSeg.Deep.Rewriting;

/// <summary>
/// A softmax between two products: softmax(scale queries x keys) x values. The three come as heads x tokens x numbers, the keys
/// transposed; where they come from, and with what scale, is found by looking at numbers (<see cref="HeadMatch"/>).
/// </summary>
/// <param name="Queries">heads x tokens x numbers.</param>
/// <param name="Keys">heads x numbers x tokens.</param>
/// <param name="Values">heads x tokens x numbers.</param>
/// <param name="Result">The second product: heads x tokens x numbers.</param>
/// <param name="Factors">Values by which scores are multiplied, or divided, before the softmax.</param>
internal sealed record AttentionSite(
    string Queries, string Keys, string Values, string Result, IReadOnlyList<(string Value, bool Divides)> Factors)
{
    /// <summary>Operators that a search for the source of heads does not look behind.</summary>
    private static readonly HashSet<string> Ends =
    [
        "MatMul", "Gemm", "Conv", "LayerNormalization", "Softmax", "MultiHeadAttention", "Resize", "Shape", "Cos", "Sin", "Gelu",
    ];

    /// <summary>Operators whose other inputs are positions or sizes.</summary>
    private static readonly HashSet<string> Layouts =
        ["Reshape", "Transpose", "Slice", "Split", "Squeeze", "Unsqueeze", "Gather", "Expand", "Cast", "Identity"];

    /// <summary>Most values that a search looks at, and most nodes behind the result.</summary>
    private const int MostValues = 64, MostSteps = 4;

    /// <summary>Values that the result is only laid out anew in, the nearest first.</summary>
    public static IEnumerable<string> Below(GraphEdit edit, string result)
    {
        string value = result;
        for (int i = 0; i < MostSteps && edit.OnlyConsumer(value) is { } node && Layouts.Contains(node.OpType); i++)
        {
            yield return value = node.Output[0];
        }
    }

    /// <summary>Values that a value is made of without products of matrices, the nearest first, itself among them.</summary>
    public static IReadOnlyList<string> Above(GraphEdit edit, string value)
    {
        var found = new List<string> { value };
        for (int i = 0; i < found.Count && found.Count < MostValues; i++)
        {
            if (edit.Producer(found[i]) is not { } node || Ends.Contains(node.OpType))
            {
                continue;
            }
            IEnumerable<string> inputs = Layouts.Contains(node.OpType) ? node.Input.Take(1) : node.Input;
            found.AddRange(inputs.Where(input => input.Length > 0 && !found.Contains(input)).Distinct().ToArray());
        }
        return found;
    }

    /// <summary>The attention around a softmax; null where it is none.</summary>
    public static AttentionSite? Find(GraphEdit edit, OnnxNode softmax)
    {
        long axis = Attributes.Integer(softmax, "axis", edit.Opset < 13 ? 1 : -1);
        if (axis is not (-1 or 2 or 3) || Weights(edit, softmax.Output[0]) is not { } weights
            || edit.OnlyConsumer(weights) is not { OpType: "MatMul" } last || last.Input[0] != weights)
        {
            return null;
        }
        var factors = new List<(string, bool)>();
        string scores = softmax.Input[0];
        while (edit.Producer(scores) is { } node)
        {
            switch (node.OpType)
            {
                case "MatMul":
                    return new AttentionSite(node.Input[0], node.Input[1], last.Input[1], last.Output[0], factors);
                case "Mul" or "Div":
                    // Scores are what comes of a product; the other side is a number, wherever it comes from.
                    bool first = node.OpType == "Div" || Above(edit, node.Input[0]).Any(value => edit.Producer(value)?.OpType == "MatMul");
                    factors.Add((node.Input[first ? 1 : 0], node.OpType == "Div"));
                    scores = node.Input[first ? 0 : 1];
                    break;
                case "Cast" or "Identity":
                    scores = node.Input[0];
                    break;
                default:
                    return null;
            }
        }
        return null;
    }

    /// <summary>The softmax's output, behind operators that change nothing when a network is applied.</summary>
    private static string? Weights(GraphEdit edit, string value)
    {
        while (edit.OnlyConsumer(value) is { OpType: "Cast" or "Identity" or "Dropout" } node)
        {
            value = node.Output[0];
        }
        return edit.OnlyConsumer(value) is null ? null : value;
    }
}
