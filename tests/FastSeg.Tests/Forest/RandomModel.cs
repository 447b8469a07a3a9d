using System.Globalization;
using System.Text;

namespace FastSeg.Tests.Forest;

/// <summary>Writes XGBoost models (JSON) of random trees: any depth, shape and number of thresholds, without training.</summary>
internal sealed class RandomModel
{
    private readonly Random _random;

    public RandomModel(int seed) => _random = new Random(seed);

    public int Features { get; init; } = 7;

    /// <summary>Margins a pixel: 1 writes binary:logistic.</summary>
    public int Groups { get; init; } = 3;

    public int Rounds { get; init; } = 6;

    public int TreesARound { get; init; } = 1;

    public int Depth { get; init; } = 6;

    /// <summary>Chance that a node above the greatest depth is split.</summary>
    public double Fill { get; init; } = 0.8;

    /// <summary>Distinct thresholds a feature, in [0, 1).</summary>
    public int Thresholds { get; init; } = 100;

    /// <summary>Thresholds to choose from instead.</summary>
    public float[] Values { get; init; } = [];

    /// <summary>Every tree is a chain of so many splits instead: one child of each is a leaf.</summary>
    public int Chain { get; init; }

    public string Objective { get; init; } = "";

    public string Booster { get; init; } = "gbtree";

    public string BaseScore { get; init; } = "5E-1";

    public byte[] Bytes()
    {
        var trees = new List<string>();
        var owners = new List<int>();
        for (int round = 0; round < Rounds; round++)
        {
            for (int group = 0; group < Groups; group++)
            {
                for (int i = 0; i < TreesARound; i++)
                {
                    trees.Add(Tree(trees.Count));
                    owners.Add(group);
                }
            }
        }
        string objective = Objective.Length > 0 ? Objective : Groups == 1 ? "binary:logistic" : "multi:softprob";
        string parameter = Groups == 1
            ? "\"reg_loss_param\":{\"scale_pos_weight\":\"1\"}"
            : $"\"softmax_multiclass_param\":{{\"num_class\":\"{Groups}\"}}";
        string model = $$"""
            {"learner":{"attributes":{},"feature_names":[],"feature_types":[],"gradient_booster":{"model":{
            "gbtree_model_param":{"num_parallel_tree":"{{TreesARound}}","num_trees":"{{trees.Count}}","size_leaf_vector":"0"},
            "tree_info":[{{string.Join(',', owners)}}],"trees":[{{string.Join(",\n", trees)}}]},"name":"{{Booster}}"},
            "learner_model_param":{"base_score":"{{BaseScore}}","boost_from_average":"1",
            "num_class":"{{(Groups == 1 ? 0 : Groups)}}","num_feature":"{{Features}}","num_target":"1"},
            "objective":{"name":"{{objective}}",{{parameter}} } },"version":[1,7,4]}
            """;
        return Encoding.UTF8.GetBytes(model);
    }

    private string Tree(int id)
    {
        var nodes = new List<Node> { new() { Parent = int.MaxValue, Grows = true } };
        for (int i = 0; i < nodes.Count; i++)
        {
            Node node = nodes[i];
            node.Value = (_random.NextSingle() - 0.5f) * 0.3f;
            if (Chain > 0 ? node.Depth < Chain && node.Grows : node.Depth < Depth && _random.NextDouble() < Fill)
            {
                node.Feature = _random.Next(Features);
                node.Value = Values.Length > 0 ? Values[_random.Next(Values.Length)] : _random.Next(Thresholds) / (float)Thresholds;
                node.DefaultLeft = _random.Next(2);
                node.Left = nodes.Count;
                bool leftGrows = Chain == 0 || _random.Next(2) == 0;
                nodes.Add(new() { Parent = i, Depth = node.Depth + 1, Grows = leftGrows });
                nodes.Add(new() { Parent = i, Depth = node.Depth + 1, Grows = !leftGrows });
            }
        }
        string List(Func<Node, object> value) =>
            string.Join(',', nodes.Select(node => string.Create(CultureInfo.InvariantCulture, $"{value(node)}")));
        string zeros = List(_ => "0E0");
        return $$"""
            {"base_weights":[{{zeros}}],"categories":[],"categories_nodes":[],"categories_segments":[],"categories_sizes":[],
            "default_left":[{{List(node => node.DefaultLeft)}}],"id":{{id}},"left_children":[{{List(node => node.Left)}}],
            "loss_changes":[{{zeros}}],
            "parents":[{{List(node => node.Parent)}}],"right_children":[{{List(node => node.Left < 0 ? -1 : node.Left + 1)}}],
            "split_conditions":[{{List(node => node.Value.ToString("E8", CultureInfo.InvariantCulture))}}],
            "split_indices":[{{List(node => node.Feature)}}],
            "split_type":[{{List(_ => 0)}}],"sum_hessian":[{{zeros}}],
            "tree_param":{"num_deleted":"0","num_feature":"{{Features}}","num_nodes":"{{nodes.Count}}","size_leaf_vector":"0"} }
            """;
    }

    private sealed class Node
    {
        public int Parent { get; init; }

        public int Depth { get; init; }

        public bool Grows { get; init; }

        public int Left { get; set; } = -1;

        public int Feature { get; set; }

        public float Value { get; set; }

        public int DefaultLeft { get; set; }
    }
}
