namespace FastSeg.Tests.House;

/// <summary>A directed graph. Each arrow carries the names that are the reason for it.</summary>
internal sealed class Graph
{
    private readonly SortedDictionary<string, SortedDictionary<string, SortedSet<string>>> _arrows = new(StringComparer.Ordinal);

    public IReadOnlyCollection<string> Nodes => _arrows.Keys;

    /// <summary>Every arrow with its names.</summary>
    public IEnumerable<(string From, string To, IReadOnlyCollection<string> Names)> Arrows =>
        from node in _arrows
        from arrow in node.Value
        select (node.Key, arrow.Key, (IReadOnlyCollection<string>)arrow.Value);

    public void AddNode(string node) => _arrows.TryAdd(node, new(StringComparer.Ordinal));

    /// <summary>Adds an arrow, or one more name to it. What a node uses of itself makes no arrow.</summary>
    public void Add(string from, string to, string name)
    {
        AddNode(from);
        AddNode(to);
        if (from != to)
        {
            if (!_arrows[from].TryGetValue(to, out SortedSet<string>? names))
            {
                _arrows[from].Add(to, names = new(StringComparer.Ordinal));
            }
            names.Add(name);
        }
    }

    /// <summary>The nodes to which arrows lead from a node.</summary>
    public IReadOnlyCollection<string> Targets(string from) => _arrows.TryGetValue(from, out var targets) ? targets.Keys : [];

    /// <summary>The graph of the nodes that are wanted, and of the arrows between them.</summary>
    public Graph Of(Func<string, bool> wanted)
    {
        var part = new Graph();
        foreach (string node in Nodes.Where(wanted))
        {
            part.AddNode(node);
        }
        foreach ((string from, string to, IReadOnlyCollection<string> names) in Arrows)
        {
            foreach (string name in wanted(from) && wanted(to) ? names : [])
            {
                part.Add(from, to, name);
            }
        }
        return part;
    }

    /// <summary>The graph of groups of nodes. An arrow between groups carries a sentence for each arrow between their nodes.</summary>
    public Graph Grouped(Func<string, string> group)
    {
        var grouped = new Graph();
        foreach (string node in Nodes)
        {
            grouped.AddNode(group(node));
        }
        foreach ((string from, string to, IReadOnlyCollection<string> names) in Arrows)
        {
            grouped.Add(group(from), group(to), $"{Path.GetFileName(from)} uses {string.Join(", ", names)} of {Path.GetFileName(to)}");
        }
        return grouped;
    }

    /// <summary>Groups of more than one node in which every node reaches every other.</summary>
    public IReadOnlyList<IReadOnlyList<string>> Circles() => new CircleFinder(this).Find();

    /// <summary>A circle and its arrows as text, the arrows with the fewest names first: these are the easiest to break.</summary>
    public string Describe(IReadOnlyList<string> circle)
    {
        const int MostArrows = 40, MostNames = 4;
        var inside = Arrows
            .Where(arrow => circle.Contains(arrow.From) && circle.Contains(arrow.To))
            .OrderBy(arrow => arrow.Names.Count)
            .ToArray();
        List<string> lines = [$"a circle of {circle.Count}: {string.Join(", ", circle)}"];
        lines.AddRange(inside.Take(MostArrows).Select(arrow => $"    {arrow.From} -> {arrow.To}: {FirstOf(arrow.Names, MostNames)}"));
        if (inside.Length > MostArrows)
        {
            lines.Add($"    and {inside.Length - MostArrows} more arrows");
        }
        return string.Join(Environment.NewLine, lines);
    }

    /// <summary>The first names as text, and two dots where there are more.</summary>
    public static string FirstOf(IReadOnlyCollection<string> names, int most) =>
        $"{string.Join("; ", names.Take(most))}{(names.Count > most ? "; .." : "")}";
}
