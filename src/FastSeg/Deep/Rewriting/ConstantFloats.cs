using FastSeg.Onnx;
using OnnxSchema;

namespace FastSeg.Deep.Rewriting;

/// <summary>Constants of float32, also where the graph makes them of other constants: cast from float16, copied, transposed.</summary>
internal static class ConstantFloats
{
    /// <summary>A constant's shape and numbers; null where the value is none, or not of float32.</summary>
    public static ProbedValue? Find(GraphEdit edit, string value)
    {
        if (edit.Constant(value) is { } tensor)
        {
            return tensor.DataType == TensorType.Float && Tensors.Floats(tensor) is { } numbers
                ? new ProbedValue([.. tensor.Dims], numbers)
                : null;
        }
        return edit.Producer(value) switch
        {
            { OpType: "Identity" } node => Find(edit, node.Input[0]),
            { OpType: "Cast" } node when Attributes.Integer(node, "to", 0) == TensorType.Float => Cast(edit, node.Input[0]),
            { OpType: "Transpose" } node => Transposed(Find(edit, node.Input[0]), Attributes.Find(node, "perm")?.Ints),
            _ => null,
        };
    }

    /// <summary>A constant that is one number.</summary>
    public static float? Scalar(GraphEdit edit, string value) => Find(edit, value)?.Numbers is [var number] ? number : null;

    private static ProbedValue? Cast(GraphEdit edit, string value) =>
        edit.Constant(value) is { } tensor && Tensors.Floats(tensor) is { } numbers ? new ProbedValue([.. tensor.Dims], numbers) : null;

    private static ProbedValue? Transposed(ProbedValue? value, IReadOnlyList<long>? order)
    {
        if (value?.Shape is not [var rows, var columns] || order is not (null or [1, 0]))
        {
            return order is [0, 1] ? value : null;
        }
        return new ProbedValue([columns, rows], Transposed(value.Numbers, (int)rows, (int)columns));
    }

    /// <summary>A matrix of rows x columns as columns x rows.</summary>
    public static float[] Transposed(float[] numbers, int rows, int columns)
    {
        float[] result = new float[numbers.Length];
        for (int row = 0; row < rows; row++)
        {
            for (int column = 0; column < columns; column++)
            {
                result[(column * rows) + row] = numbers[(row * columns) + column];
            }
        }
        return result;
    }
}
