using OnnxSchema;

namespace FastSeg.Onnx;

/// <summary>
/// A graph and who makes and uses each of its values, kept up to date while nodes are added and values replaced. Nodes that nobody needs
/// any more stay until <see cref="Tidy"/>, which also puts the nodes into an order in which they can run.
/// </summary>
internal sealed class GraphEdit
{
    private readonly Dictionary<string, OnnxNode> _producers = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<OnnxNode>> _consumers = new(StringComparer.Ordinal);
    private readonly Dictionary<string, OnnxTensor> _constants = new(StringComparer.Ordinal);
    private readonly HashSet<string> _names = new(StringComparer.Ordinal);

    /// <summary>Looks at a model's graph; changes are made in it.</summary>
    public GraphEdit(OnnxModel model)
    {
        Model = model;
        foreach (OnnxTensor tensor in Graph.Initializer)
        {
            _constants[tensor.Name] = tensor;
            _names.Add(tensor.Name);
        }
        _names.UnionWith(Graph.Input.Select(value => value.Name));
        foreach (OnnxNode node in Graph.Node)
        {
            Note(node);
        }
    }

    /// <summary>The model.</summary>
    public OnnxModel Model { get; }

    /// <summary>Its graph.</summary>
    public OnnxGraph Graph => Model.Graph;

    /// <summary>Which version of ONNX's own operators the graph is written for.</summary>
    public long Opset => Model.OpsetImport.FirstOrDefault(set => set.Domain is "" or "ai.onnx")?.Version ?? 1;

    /// <summary>The graphs inside an attribute: bodies of branches and loops.</summary>
    public static IEnumerable<OnnxGraph> Inner(OnnxAttribute attribute) =>
        attribute.G is null ? attribute.Graphs : attribute.Graphs.Prepend(attribute.G);

    /// <summary>The node that makes a value; null for inputs and constants.</summary>
    public OnnxNode? Producer(string value) => _producers.GetValueOrDefault(value);

    /// <summary>The nodes that use a value, each once.</summary>
    public IReadOnlyList<OnnxNode> Consumers(string value) => _consumers.TryGetValue(value, out List<OnnxNode>? list) ? list : [];

    /// <summary>Whether a value is an output of the graph.</summary>
    public bool IsOutput(string value) => Graph.Output.Any(output => output.Name == value);

    /// <summary>The one node that uses a value; null where several do, none does, or the graph itself gives the value out.</summary>
    public OnnxNode? OnlyConsumer(string value) => IsOutput(value) || Consumers(value) is not [var node] ? null : node;

    /// <summary>A constant of the graph or of a Constant node; null where the value is none.</summary>
    public OnnxTensor? Constant(string value) =>
        _constants.TryGetValue(value, out OnnxTensor? tensor) ? tensor
        : Producer(value) is { OpType: "Constant" } node ? Attributes.Find(node, "value")?.T
        : null;

    /// <summary>A name that no value has yet.</summary>
    public string Fresh(string stem)
    {
        string name = stem;
        for (int number = 2; !_names.Add(name); number++)
        {
            name = $"{stem}_{number}";
        }
        return name;
    }

    /// <summary>Adds a constant and returns its name; the tensor's own name is a wish.</summary>
    public string Add(OnnxTensor tensor)
    {
        tensor.Name = Fresh(tensor.Name);
        Graph.Initializer.Add(tensor);
        _constants[tensor.Name] = tensor;
        return tensor.Name;
    }

    /// <summary>Adds a node with one output and returns the output's name.</summary>
    /// <param name="operation">The operator; those of another domain than ONNX's own as "com.microsoft.Gelu".</param>
    /// <param name="stem">A wish for the output's name.</param>
    /// <param name="inputs">Its inputs.</param>
    /// <param name="attributes">Its attributes.</param>
    public string Add(string operation, string stem, IReadOnlyList<string> inputs, params IReadOnlyList<OnnxAttribute> attributes) =>
        Add(operation, [stem], inputs, attributes)[0];

    /// <summary>The same with several outputs.</summary>
    public IReadOnlyList<string> Add(
        string operation, IReadOnlyList<string> stems, IReadOnlyList<string> inputs, params IReadOnlyList<OnnxAttribute> attributes)
    {
        int dot = operation.LastIndexOf('.');
        var node = new OnnxNode { OpType = operation[(dot + 1)..] };
        if (dot > 0)
        {
            node.Domain = operation[..dot];
            NeedDomain(node.Domain);
        }
        node.Input.AddRange(inputs);
        node.Output.AddRange(stems.Select(Fresh));
        node.Name = node.Output[0];
        node.Attribute.AddRange(attributes);
        Graph.Node.Add(node);
        Note(node);
        return node.Output;
    }

    /// <summary>
    /// Lets every node that uses a value use another one, and the graph give that one out under the old name where the value is an output.
    /// </summary>
    public void Replace(string value, string by)
    {
        foreach (OnnxNode node in Consumers(value))
        {
            for (int i = 0; i < node.Input.Count; i++)
            {
                if (node.Input[i] == value)
                {
                    node.Input[i] = by;
                }
            }
            Uses(by, node);
        }
        _consumers.Remove(value);
        if (IsOutput(value))
        {
            OnnxNode old = _producers[value];
            string aside = Fresh($"{value}_before");
            old.Output[old.Output.IndexOf(value)] = aside;
            _producers[aside] = old;
            var identity = new OnnxNode { OpType = "Identity", Name = Fresh($"{value}_output") };
            identity.Input.Add(by);
            identity.Output.Add(value);
            Graph.Node.Add(identity);
            Note(identity);
        }
    }

    /// <summary>
    /// Removes nodes and constants that no output needs, and orders the nodes so that each comes after those that make its inputs.
    /// </summary>
    public void Tidy()
    {
        var ordered = new List<OnnxNode>();
        var seen = new HashSet<OnnxNode>(ReferenceEqualityComparer.Instance);
        foreach (OnnxValue output in Graph.Output)
        {
            Visit(output.Name, seen, ordered);
        }
        HashSet<string> used = [.. ordered.SelectMany(Inputs), .. Graph.Output.Select(output => output.Name)];
        OnnxTensor[] constants = [.. Graph.Initializer.Where(tensor => used.Contains(tensor.Name))];
        OnnxValue[] values = [.. Graph.ValueInfo.Where(value => used.Contains(value.Name))];
        Graph.Node.Clear();
        Graph.Node.AddRange(ordered);
        Graph.Initializer.Clear();
        Graph.Initializer.AddRange(constants);
        Graph.ValueInfo.Clear();
        Graph.ValueInfo.AddRange(values);
    }

    /// <summary>What a node uses: its inputs, and what the graphs inside it take from around them.</summary>
    private static IEnumerable<string> Inputs(OnnxNode node) => node.Input.Where(name => name.Length > 0)
        .Concat(node.Attribute.SelectMany(Inner).SelectMany(graph =>
            graph.Node.SelectMany(Inputs).Concat(graph.Output.Select(output => output.Name))));

    /// <summary>Appends the nodes that a value needs, without recursion: networks are deep.</summary>
    private void Visit(string value, HashSet<OnnxNode> seen, List<OnnxNode> ordered)
    {
        var open = new Stack<(OnnxNode Node, bool InputsDone)>();
        void Push(string name)
        {
            if (Producer(name) is { } node && !seen.Contains(node))
            {
                open.Push((node, false));
            }
        }
        Push(value);
        while (open.TryPop(out (OnnxNode Node, bool InputsDone) top))
        {
            if (top.InputsDone)
            {
                ordered.Add(top.Node);
            }
            else if (seen.Add(top.Node))
            {
                open.Push((top.Node, true));
                // The last one that is pushed comes first.
                foreach (string input in Inputs(top.Node).Reverse())
                {
                    Push(input);
                }
            }
        }
    }

    private void NeedDomain(string domain)
    {
        if (Model.OpsetImport.All(set => set.Domain != domain))
        {
            Model.OpsetImport.Add(new OnnxOperatorSet { Domain = domain, Version = 1 });
        }
    }

    private void Note(OnnxNode node)
    {
        foreach (string output in node.Output.Where(name => name.Length > 0))
        {
            _producers[output] = node;
            _names.Add(output);
        }
        foreach (string input in Inputs(node))
        {
            Uses(input, node);
        }
    }

    private void Uses(string value, OnnxNode node)
    {
        if (!_consumers.TryGetValue(value, out List<OnnxNode>? list))
        {
            _consumers[value] = list = [];
        }
        if (!list.Contains(node))
        {
            list.Add(node);
        }
    }
}
