namespace FastSeg.Deep.Weights;

/// <summary>A class or function that a pickle names, one of the few that are known; nothing is ever looked up or called by name.</summary>
/// <param name="Name">Module and name, such as "torch.FloatStorage".</param>
internal sealed record PickleGlobal(string Name);

/// <summary>A tuple.</summary>
internal sealed record PickleTuple(object?[] Items)
{
    /// <summary>The tuple of nothing: all of them are one.</summary>
    public static PickleTuple Empty { get; } = new([]);
}

/// <summary>A dict or an OrderedDict: keys are strings, numbers or bools, in the order they came.</summary>
internal sealed class PickleDict
{
    /// <summary>Made with the first entry.</summary>
    private OrderedDictionary<object, object?>? _items;

    /// <summary>The entries.</summary>
    public IReadOnlyList<KeyValuePair<object, object?>> Items => _items is null ? [] : _items;

    /// <summary>Sets an entry; a later value replaces an earlier one.</summary>
    public void Set(object key, object? value) => (_items ??= [])[key] = value;

    /// <summary>The value under a string, or null.</summary>
    public object? Get(string key) => _items?.GetValueOrDefault(key);
}
