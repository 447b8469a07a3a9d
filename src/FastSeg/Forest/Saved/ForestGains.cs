namespace FastSeg.Forest.Saved;

/// <summary>How much each feature helped the trees of a saved model.</summary>
internal static class ForestGains
{
    /// <summary>
    /// The sum of the gains of a feature's splits, which XGBoost calls its total gain, for each feature; empty where the file does not have
    /// the gain of every split.
    /// </summary>
    /// <param name="model">A model that <see cref="ForestReader"/> has read.</param>
    /// <param name="features">How many features there are.</param>
    public static double[] Of(ReadOnlySpan<byte> model, int features)
    {
        double[] gains = new double[features];
        foreach (ModelNode tree in ForestReader.Root(model)["learner"]["gradient_booster"]["model"].Items("trees"))
        {
            double[] left = tree.NumberArray("left_children"), feature = tree.NumberArray("split_indices");
            double[] gain = tree.Has("loss_changes") ? tree.NumberArray("loss_changes") : [];
            if (gain.Length != left.Length)
            {
                return [];
            }
            for (int node = 0; node < left.Length; node++)
            {
                if (left[node] >= 0 && double.IsFinite(gain[node]))
                {
                    gains[(int)feature[node]] += gain[node];
                }
            }
        }
        return gains;
    }
}
