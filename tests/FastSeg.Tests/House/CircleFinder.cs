namespace FastSeg.Tests.House;

/// <summary>Tarjan's algorithm: finds the strongly connected components of a graph that have more than one node.</summary>
internal sealed class CircleFinder(Graph graph)
{
    private readonly Dictionary<string, int> _number = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _lowest = new(StringComparer.Ordinal);
    private readonly Stack<string> _open = new();
    private readonly List<IReadOnlyList<string>> _circles = [];

    /// <summary>The circles, the largest first.</summary>
    public IReadOnlyList<IReadOnlyList<string>> Find()
    {
        foreach (string node in graph.Nodes)
        {
            if (!_number.ContainsKey(node))
            {
                Visit(node);
            }
        }
        return [.. _circles.OrderByDescending(circle => circle.Count)];
    }

    private void Visit(string node)
    {
        _number.Add(node, _number.Count);
        _lowest.Add(node, _number[node]);
        _open.Push(node);
        foreach (string target in graph.Targets(node))
        {
            if (!_number.ContainsKey(target))
            {
                Visit(target);
                _lowest[node] = Math.Min(_lowest[node], _lowest[target]);
            }
            else if (_open.Contains(target))
            {
                _lowest[node] = Math.Min(_lowest[node], _number[target]);
            }
        }
        if (_lowest[node] == _number[node])
        {
            Close(node);
        }
    }

    /// <summary>Closes a circle: the node, and all nodes opened after it, which reach it and are reached by it.</summary>
    private void Close(string node)
    {
        var circle = new List<string>();
        do
        {
            circle.Add(_open.Pop());
        }
        while (circle[^1] != node);
        if (circle.Count > 1)
        {
            circle.Sort(StringComparer.Ordinal);
            _circles.Add(circle);
        }
    }
}
