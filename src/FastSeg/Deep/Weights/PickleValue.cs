namespace FastSeg.Deep.Weights;

/// <summary>A class or function that a pickle names, one of the few that are known; nothing is ever looked up or called by name.</summary>
/// <param name="Name">Module and name, such as "torch.FloatStorage".</param>
internal sealed record PickleGlobal(string Name);

/// <summary>A tuple.</summary>
internal sealed record PickleTuple(object?[] Items);

/// <summary>A dict or an OrderedDict: keys are strings, numbers or bools, in the order they came.</summary>
internal sealed class PickleDict
{
    private readonly OrderedDictionary<object, object?> _items = [];

    /// <summary>The entries.</summary>
    public IReadOnlyList<KeyValuePair<object, object?>> Items => _items;

    /// <summary>Sets an entry; a later value replaces an earlier one.</summary>
    public void Set(object key, object? value) => _items[key] = value;

    /// <summary>The value under a string, or null.</summary>
    public object? Get(string key) => _items.GetValueOrDefault(key);
}

/// <summary>Numbers in a file of the checkpoint's zip.</summary>
/// <param name="Type">Type of a number.</param>
/// <param name="Key">Name of the file under "data/".</param>
/// <param name="Count">Numbers it is said to hold.</param>
internal sealed record PickleStorage(WeightType Type, string Key, long Count);

/// <summary>A view of a storage, as torch._utils._rebuild_tensor_v2 gets it.</summary>
/// <param name="Storage">Where the numbers are.</param>
/// <param name="Offset">Number of the first one.</param>
/// <param name="Shape">Sizes, outermost first.</param>
/// <param name="Strides">Numbers from one index to the next, along each axis.</param>
internal sealed record PickleTensor(PickleStorage Storage, long Offset, long[] Shape, long[] Strides);

/// <summary>A pickle that is damaged, or that asks for something this reader does not do; the message names it.</summary>
internal sealed class PickleException(string message) : Exception(message);
