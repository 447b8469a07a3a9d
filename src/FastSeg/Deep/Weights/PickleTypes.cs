namespace FastSeg.Deep.Weights;

/// <summary>The names that a checkpoint of weights may use, and what each makes. All others are refused by name.</summary>
internal static class PickleTypes
{
    private const string OrderedDict = "collections.OrderedDict", Tensor = "torch._utils._rebuild_tensor_v2";
    private const int MaxAxes = 8;

    /// <summary>One of the known names.</summary>
    public static PickleGlobal Known(string module, string name)
    {
        string full = $"{module}.{name}";
        return full is OrderedDict or Tensor || StorageType(full) is not null
            ? new PickleGlobal(full)
            : throw new PickleException(
                $"it asks for {FastSeg.Files.InputFile.OneLine(full)}, which is none of the types that weights are made of; "
                + "nothing of it was executed");
    }

    /// <summary>What calling a known name would give.</summary>
    public static object Build(object? callee, PickleTuple arguments) => (callee as PickleGlobal)?.Name switch
    {
        OrderedDict => arguments.Items.Length == 0
            ? new PickleDict()
            : throw new PickleException("an OrderedDict is made from arguments"),
        Tensor => MakeTensor(arguments.Items),
        { } name => throw new PickleException($"it calls {name}"),
        null => throw new PickleException("it calls something that is no name"),
    };

    /// <summary>The storage that a persistent id names: ("storage", type, key, device, count).</summary>
    public static PickleStorage Storage(object? id)
    {
        if (id is PickleTuple { Items: ["storage", PickleGlobal type, string key, string, long count] }
            && StorageType(type.Name) is { } number && count >= 0)
        {
            return new PickleStorage(number, key, count);
        }
        throw new PickleException("a storage is not described as torch describes one");
    }

    private static WeightType? StorageType(string name) => name switch
    {
        "torch.HalfStorage" => WeightType.Half,
        "torch.BFloat16Storage" => WeightType.BFloat16,
        "torch.FloatStorage" => WeightType.Float,
        "torch.DoubleStorage" => WeightType.Double,
        "torch.LongStorage" => WeightType.Long,
        _ => null,
    };

    /// <summary>
    /// A tensor from (storage, offset, size, stride, requires_grad, hooks[, metadata]). From requires_grad on, nothing matters to weights.
    /// </summary>
    private static PickleTensor MakeTensor(object?[] arguments)
    {
        if (arguments.Length is not (6 or 7) || arguments[0] is not PickleStorage storage || arguments[1] is not long offset
            || Sizes(arguments[2]) is not { } shape || Sizes(arguments[3]) is not { } strides || shape.Length != strides.Length)
        {
            throw new PickleException("a tensor is not described as torch describes one");
        }
        long count = WeightBytes.Count(shape) ?? throw new PickleException($"a tensor would have the shape {string.Join(" x ", shape)}");
        long last = offset;
        for (int axis = 0; axis < shape.Length && count > 0; axis++)
        {
            // Checked axis by axis: while the last number lies within the storage, the next product cannot overflow.
            long steps = shape[axis] - 1;
            if (steps > 0 && (strides[axis] > storage.Count || steps * (decimal)strides[axis] > storage.Count - last))
            {
                throw Outside(shape, strides, offset, storage);
            }
            last += steps * strides[axis];
        }
        return offset >= 0 && (count == 0 || last < storage.Count) && count <= storage.Count
            ? new PickleTensor(storage, offset, shape, strides)
            : throw Outside(shape, strides, offset, storage);
    }

    private static PickleException Outside(long[] shape, long[] strides, long offset, PickleStorage storage) => new(
        $"a tensor of shape {string.Join(" x ", shape)}, strides {string.Join(", ", strides)} and offset {offset} "
        + $"does not lie in its storage of {storage.Count} numbers");

    private static long[]? Sizes(object? tuple) =>
        tuple is PickleTuple { Items: var items } && items.Length <= MaxAxes && items.All(item => item is long and >= 0)
            ? [.. items.Select(item => (long)item!)]
            : null;
}
