using FastSeg.Forest;
using Google.Protobuf;
using OnnxSchema;

namespace FastSeg.Perf.Trees;

/// <summary>A forest as an ONNX model: one TreeEnsembleRegressor, whose outputs are the margins.</summary>
internal static class OnnxForest
{
    /// <summary>Names of its input, pixels x features, and of its output, pixels x groups; both are float32.</summary>
    public const string Input = "rows", Output = "margins";

    private const string Domain = "ai.onnx.ml";
    private const int FloatType = 1, IntType = 2, StringType = 3, FloatsType = 6, IntsType = 7, StringsType = 8;
    private const int IrVersion = 8, MainOperators = 15, TreeOperators = 3;

    /// <summary>The file's bytes.</summary>
    public static byte[] Write(DecisionForest forest)
    {
        var node = new OnnxNode { OpType = "TreeEnsembleRegressor", Domain = Domain, Name = "forest" };
        node.Input.Add(Input);
        node.Output.Add(Output);
        node.Attribute.Add(new OnnxAttribute { Name = "n_targets", Type = IntType, I = forest.Groups });
        node.Attribute.Add(
            new OnnxAttribute { Name = "post_transform", Type = StringType, S = ByteString.CopyFromUtf8("NONE") });
        AddFloats(node, "base_values", forest.BaseMargins);
        AddSplits(node, forest);
        AddLeaves(node, forest);
        var graph = new OnnxGraph { Name = "forest" };
        graph.Node.Add(node);
        graph.Input.Add(Matrix(Input, forest.Features));
        graph.Output.Add(Matrix(Output, forest.Groups));
        var model = new OnnxModel { IrVersion = IrVersion, ProducerName = "FastSeg", Graph = graph };
        model.OpsetImport.Add(new OnnxOperatorSet { Domain = "", Version = MainOperators });
        model.OpsetImport.Add(new OnnxOperatorSet { Domain = Domain, Version = TreeOperators });
        return model.ToByteArray();
    }

    /// <summary>A row of every attribute for each node: a value below the threshold goes on to the next node, as in our forests.</summary>
    private static void AddSplits(OnnxNode node, DecisionForest forest)
    {
        (int Tree, int Node, bool Split)[] nodes = [.. Nodes(forest)];
        int At(int i) => forest.Trees[nodes[i].Tree].First + nodes[i].Node;
        int[] all = [.. Enumerable.Range(0, nodes.Length)];
        AddInts(node, "nodes_treeids", all.Select(i => (long)nodes[i].Tree));
        AddInts(node, "nodes_nodeids", all.Select(i => (long)nodes[i].Node));
        AddInts(node, "nodes_featureids", all.Select(i => nodes[i].Split ? (long)forest.Feature[At(i)] : 0));
        AddFloats(node, "nodes_values", all.Select(i => nodes[i].Split ? forest.Value[At(i)] : 0));
        AddInts(node, "nodes_truenodeids", all.Select(i => nodes[i].Split ? nodes[i].Node + 1L : 0));
        AddInts(
            node, "nodes_falsenodeids",
            all.Select(i => nodes[i].Split ? (long)forest.Right[At(i)] - forest.Trees[nodes[i].Tree].First : 0));
        AddInts(node, "nodes_missing_value_tracks_true", all.Select(i => nodes[i].Split && forest.DefaultLeft[At(i)] ? 1L : 0));
        var modes = new OnnxAttribute { Name = "nodes_modes", Type = StringsType };
        modes.Strings.AddRange(all.Select(i => ByteString.CopyFromUtf8(nodes[i].Split ? "BRANCH_LT" : "LEAF")));
        node.Attribute.Add(modes);
    }

    private static void AddLeaves(OnnxNode node, DecisionForest forest)
    {
        (int Tree, int Node, bool Split)[] leaves = [.. Nodes(forest).Where(one => !one.Split)];
        AddInts(node, "target_treeids", leaves.Select(leaf => (long)leaf.Tree));
        AddInts(node, "target_nodeids", leaves.Select(leaf => (long)leaf.Node));
        AddInts(node, "target_ids", leaves.Select(leaf => (long)forest.Trees[leaf.Tree].Group));
        AddFloats(node, "target_weights", leaves.Select(leaf => forest.Value[forest.Trees[leaf.Tree].First + leaf.Node]));
    }

    private static IEnumerable<(int Tree, int Node, bool Split)> Nodes(DecisionForest forest) =>
        from tree in Enumerable.Range(0, forest.Trees.Length)
        from node in Enumerable.Range(0, forest.Trees[tree].Nodes)
        select (tree, node, forest.Feature[forest.Trees[tree].First + node] >= 0);

    private static void AddInts(OnnxNode node, string name, IEnumerable<long> values)
    {
        var attribute = new OnnxAttribute { Name = name, Type = IntsType };
        attribute.Ints.AddRange(values);
        node.Attribute.Add(attribute);
    }

    private static void AddFloats(OnnxNode node, string name, IEnumerable<float> values)
    {
        var attribute = new OnnxAttribute { Name = name, Type = FloatsType };
        attribute.Floats.AddRange(values);
        node.Attribute.Add(attribute);
    }

    private static OnnxValue Matrix(string name, int columns)
    {
        var shape = new OnnxShape();
        shape.Dim.Add(new OnnxDimension { Name = "pixels" });
        shape.Dim.Add(new OnnxDimension { Value = columns });
        return new OnnxValue
        {
            Name = name,
            Type = new OnnxType { TensorType = new OnnxTensorType { ElemType = FloatType, Shape = shape } },
        };
    }
}
