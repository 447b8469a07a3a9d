using FastSeg.Files;

namespace FastSeg.Forest.Saved;

/// <summary>
/// The items of an array while it is read. Numbers are kept flat as long as there is nothing else, so that a byte of the file costs a few
/// bytes of memory only.
/// </summary>
internal sealed class NodeList
{
    private readonly NodeMaker _make;

    // Made when they are needed: most hostile arrays are empty.
    private List<double>? _numbers;
    private List<ModelNode>? _items;

    /// <summary>An array of nothing yet.</summary>
    public NodeList(NodeMaker make)
    {
        _make = make;
        // This and its lists, which the garbage collector leaves lying for a while.
        make.Budget.Spend(ParseBudget.Table);
    }

    /// <summary>Whether nothing but numbers has come.</summary>
    public bool OnlyNumbers => _items is null;

    /// <summary>Adds a number; only while <see cref="OnlyNumbers"/>.</summary>
    public void Add(double number)
    {
        _make.Budget.Spend(ParseBudget.ListItem);
        (_numbers ??= []).Add(number);
    }

    /// <summary>Adds a value.</summary>
    public void Add(ModelNode value)
    {
        _make.Budget.Spend(ParseBudget.ListItem);
        _items ??= [.. (_numbers ?? []).Select(_make.Number)];
        _items.Add(value);
    }

    /// <summary>The array. Lists grow by doubling; what that took above the array itself is free again.</summary>
    public ModelNode ToNode()
    {
        _make.Budget.Return((ParseBudget.ListItem - sizeof(double)) * (long)((_items?.Count ?? 0) + (_numbers?.Count ?? 0)));
        return _items is null ? _make.Numbers(_numbers is null ? [] : [.. _numbers]) : ModelNode.Array([.. _items]);
    }
}
