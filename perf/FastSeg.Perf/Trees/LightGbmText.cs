using System.Globalization;
using System.Text;
using FastSeg.Forest;

namespace FastSeg.Perf.Trees;

/// <summary>
/// A forest as LightGBM's text model. It compares `value &lt;= threshold` in float64, where our forests compare `value &lt; threshold` in
/// float32, so thresholds are the float32 below. It has no base margins.
/// </summary>
internal static class LightGbmText
{
    /// <summary>Bits of decision_type: a missing value goes to the left; not-a-number is a missing value.</summary>
    private const int DefaultLeft = 2, NotANumberIsMissing = 8;

    public static string Write(DecisionForest forest)
    {
        for (int tree = 0; tree < forest.Trees.Length; tree++)
        {
            if (forest.Trees[tree].Group != tree % forest.Groups)
            {
                throw new FastSegException($"Tree {tree} is not of group {tree % forest.Groups}, as LightGBM's order of trees wants.");
            }
        }
        var text = new StringBuilder();
        text.Append("tree\nversion=v4\n");
        text.Append(CultureInfo.InvariantCulture, $"num_class={forest.Groups}\nnum_tree_per_iteration={forest.Groups}\n");
        text.Append(CultureInfo.InvariantCulture, $"label_index=0\nmax_feature_idx={forest.Features - 1}\n");
        int[] features = [.. Enumerable.Range(0, forest.Features)];
        Line(text, "feature_names", features.Select(feature => FormattableString.Invariant($"f{feature}")));
        Line(text, "feature_infos", features.Select(_ => "[-1e+38:1e+38]"));
        text.Append('\n');
        for (int tree = 0; tree < forest.Trees.Length; tree++)
        {
            Append(text, forest, tree);
        }
        return text.Append("end of trees\n\n").ToString();
    }

    private static void Append(StringBuilder text, DecisionForest forest, int number)
    {
        Tree tree = forest.Trees[number];
        int[] nodes = [.. Enumerable.Range(tree.First, tree.Nodes)];
        int[] splits = [.. nodes.Where(node => forest.Feature[node] >= 0)], leaves = [.. nodes.Where(node => forest.Feature[node] < 0)];
        // A child is the number of a split, or the complement of a leaf's.
        Dictionary<int, int> names = splits.Select((node, i) => (node, name: i))
            .Concat(leaves.Select((node, i) => (node, name: ~i))).ToDictionary(pair => pair.node, pair => pair.name);
        text.Append(CultureInfo.InvariantCulture, $"Tree={number}\nnum_leaves={leaves.Length}\nnum_cat=0\n");
        Line(text, "split_feature", splits.Select(node => Text(forest.Feature[node])));
        Line(text, "split_gain", splits.Select(_ => "1"));
        Line(text, "threshold", splits.Select(node => Text(MathF.BitDecrement(forest.Value[node]))));
        Line(text, "decision_type", splits.Select(node => Text(NotANumberIsMissing | (forest.DefaultLeft[node] ? DefaultLeft : 0))));
        Line(text, "left_child", splits.Select(node => Text(names[node + 1])));
        Line(text, "right_child", splits.Select(node => Text(names[forest.Right[node]])));
        Line(text, "leaf_value", leaves.Select(node => Text(forest.Value[node])));
        Line(text, "leaf_weight", leaves.Select(_ => "1"));
        Line(text, "leaf_count", leaves.Select(_ => "1"));
        Line(text, "internal_value", splits.Select(_ => "0"));
        Line(text, "internal_weight", splits.Select(_ => "1"));
        Line(text, "internal_count", splits.Select(_ => "1"));
        text.Append("is_linear=0\nshrinkage=1\n\n\n");
    }

    private static void Line(StringBuilder text, string name, IEnumerable<string> values) =>
        text.Append(name).Append('=').AppendJoin(' ', values).Append('\n');

    private static string Text(double value) => value.ToString("R", CultureInfo.InvariantCulture);
}
