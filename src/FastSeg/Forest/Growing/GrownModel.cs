using System.Globalization;
using FastSeg.Forest.Saved;

namespace FastSeg.Forest.Growing;

/// <summary>Writes grown trees as XGBoost saves a model in UBJSON, so that everything that reads XGBoost's models loads it.</summary>
internal static class GrownModel
{
    /// <summary>The version of XGBoost whose form the file has.</summary>
    private static readonly int[] Version = [1, 7, 0];

    /// <summary>Saves the trees.</summary>
    /// <param name="trees">Round after round, within a round group after group.</param>
    /// <param name="groups">Trees of a round.</param>
    /// <param name="features">Features of a row.</param>
    /// <param name="classes">Classes.</param>
    public static byte[] Save(IReadOnlyList<GrownTree> trees, int groups, int features, int classes)
    {
        var output = new UbJsonOutput();
        output.Object(() =>
        {
            output.Member("learner", () => Learner(output, trees, groups, features, classes));
            output.Numbers("version", Version);
        });
        return output.ToArray();
    }

    private static void Learner(UbJsonOutput output, IReadOnlyList<GrownTree> trees, int groups, int features, int classes)
    {
        bool binary = classes == 2;
        output.Member("attributes", () => { });
        output.Numbers("feature_names", []);
        output.Numbers("feature_types", []);
        output.Member("gradient_booster", () =>
        {
            output.Member("model", () => Booster(output, trees, groups, features));
            output.Text("name", "gbtree");
        });
        output.Member("learner_model_param", () =>
        {
            // The margin of probability 0.5 is 0; for more classes a margin that all have in common is none.
            output.Text("base_score", binary ? "5E-1" : "0E0");
            output.Text("num_class", binary ? "0" : Text(classes));
            output.Text("num_feature", Text(features));
            output.Text("num_target", "1");
        });
        output.Member("objective", () =>
        {
            output.Text("name", binary ? "binary:logistic" : "multi:softprob");
            output.Member(
                binary ? "reg_loss_param" : "softmax_multiclass_param",
                () => output.Text(binary ? "scale_pos_weight" : "num_class", binary ? "1" : Text(classes)));
        });
    }

    private static void Booster(UbJsonOutput output, IReadOnlyList<GrownTree> trees, int groups, int features)
    {
        output.Member("gbtree_model_param", () =>
        {
            output.Text("num_parallel_tree", "1");
            output.Text("num_trees", Text(trees.Count));
            output.Text("size_leaf_vector", "0");
        });
        output.Numbers("tree_info", [.. Enumerable.Range(0, trees.Count).Select(tree => tree % groups)]);
        output.Array("trees", trees.Count, i => Tree(output, trees[i], i, features));
    }

    private static void Tree(UbJsonOutput output, GrownTree tree, int id, int features)
    {
        int[] none = [];
        output.Singles("base_weights", tree.Weight);
        output.Integers("categories", none);
        output.Integers("categories_nodes", none);
        output.Longs("categories_segments", []);
        output.Longs("categories_sizes", []);
        output.Bytes("default_left", new byte[tree.Count]);
        output.Integer("id", id);
        output.Integers("left_children", tree.Left);
        output.Singles("loss_changes", tree.Gain);
        // XGBoost marks the root's missing parent by the largest 31-bit number.
        output.Integers("parents", [.. tree.Parent.Select(parent => parent < 0 ? int.MaxValue : parent)]);
        output.Integers("right_children", tree.Right);
        output.Singles("split_conditions", tree.Value);
        output.Integers("split_indices", tree.Feature);
        output.Bytes("split_type", new byte[tree.Count]);
        output.Singles("sum_hessian", tree.Hessian);
        output.Member("tree_param", () =>
        {
            output.Text("num_deleted", "0");
            output.Text("num_feature", Text(features));
            output.Text("num_nodes", Text(tree.Count));
            output.Text("size_leaf_vector", "0");
        });
    }

    private static string Text(int value) => value.ToString(CultureInfo.InvariantCulture);
}
