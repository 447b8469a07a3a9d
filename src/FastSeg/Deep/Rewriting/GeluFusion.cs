using FastSeg.Onnx;
using OnnxSchema;

namespace FastSeg.Deep.Rewriting;

/// <summary>
/// Finds GELU written out, x / 2 (1 + erf(x / sqrt 2)), and puts ONNX Runtime's operator in its place. The product's factors may come in
/// any order, and 1/2 may be multiplied with any of them.
/// </summary>
internal static class GeluFusion
{
    private const double RelativeTolerance = 1e-4;

    /// <summary>Most factors behind the sum: x, the half and one more product.</summary>
    private const int MostProducts = 3;

    /// <summary>Replaces all of them, and returns how many there were.</summary>
    public static int Apply(GraphEdit edit)
    {
        int count = 0;
        foreach (OnnxNode erf in edit.Graph.Node.Where(node => node.OpType == "Erf").ToArray())
        {
            if (Argument(edit, erf) is { } argument && Product(edit, erf, argument) is { } product)
            {
                edit.Replace(product, edit.Add("com.microsoft.Gelu", $"{product}_gelu", [argument]));
                count++;
            }
        }
        return count;
    }

    /// <summary>x, where erf is taken of x / sqrt 2.</summary>
    private static string? Argument(GraphEdit edit, OnnxNode erf)
    {
        OnnxNode? scaling = edit.Producer(erf.Input[0]);
        return scaling?.OpType switch
        {
            "Div" when IsNear(ConstantFloats.Scalar(edit, scaling.Input[1]), Math.Sqrt(2)) => scaling.Input[0],
            "Mul" => scaling.Input.Where((_, i) => IsNear(ConstantFloats.Scalar(edit, scaling.Input[1 - i]), Math.Sqrt(0.5)))
                .FirstOrDefault(),
            _ => null,
        };
    }

    /// <summary>The value that is (1 + erf) times x times 1/2; null where the sum is used in another way.</summary>
    private static string? Product(GraphEdit edit, OnnxNode erf, string argument)
    {
        if (edit.OnlyConsumer(erf.Output[0]) is not { OpType: "Add" } sum
            || !IsNear(ConstantFloats.Scalar(edit, Other(sum, erf.Output[0])), 1))
        {
            return null;
        }
        (int arguments, double factor, string value) = (0, 1, sum.Output[0]);
        for (int i = 0; i < MostProducts; i++)
        {
            if (edit.OnlyConsumer(value) is not { OpType: "Mul" or "Div" } product)
            {
                return null;
            }
            string other = Other(product, value);
            if (product.OpType == "Div")
            {
                if (product.Input[0] != value || ConstantFloats.Scalar(edit, other) is not { } divisor)
                {
                    return null;
                }
                factor /= divisor;
            }
            else if (!Multiply(edit, other, argument, ref arguments, ref factor))
            {
                return null;
            }
            value = product.Output[0];
            if (arguments == 1 && IsNear((float)factor, 0.5))
            {
                return value;
            }
        }
        return null;
    }

    /// <summary>Takes one more factor into account: x, a number, or x times a number.</summary>
    private static bool Multiply(GraphEdit edit, string value, string argument, ref int arguments, ref double factor)
    {
        if (ConstantFloats.Scalar(edit, value) is { } number)
        {
            factor *= number;
            return true;
        }
        if (value != argument && edit.Producer(value) is { OpType: "Mul" or "Div" } node && node.Input.Contains(argument)
            && ConstantFloats.Scalar(edit, Other(node, argument)) is { } beside && (node.OpType == "Mul" || node.Input[0] == argument))
        {
            factor = node.OpType == "Mul" ? factor * beside : factor / beside;
            value = argument;
        }
        arguments++;
        return value == argument;
    }

    private static string Other(OnnxNode node, string input) => node.Input[0] == input ? node.Input[1] : node.Input[0];

    private static bool IsNear(float? number, double wanted) =>
        number is { } found && Math.Abs(found - wanted) < RelativeTolerance * wanted;
}
