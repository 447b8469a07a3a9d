using System.Globalization;
using System.Security.Cryptography;
using FastSeg.Features;
using FastSeg.Forest;

namespace FastSeg.Models;

/// <summary>
/// A FastSeg model around trees that XGBoost trained elsewhere, on features that were computed here (by <c>fastseg features</c> or the
/// library) or in exactly the same way: nothing in the trees can tell.
/// </summary>
internal static class ModelImport
{
    /// <summary>Builds the model; see <see cref="Model.Import"/>.</summary>
    public static Model Import(ReadOnlySpan<byte> xgboost, FeatureSpec features, int channels, IReadOnlyList<ModelClass> classes, bool allRounds)
    {
        features.Check();
        ModelNode root = ForestReader.Root(xgboost), learner = root["learner"];
        DecisionForest forest = ForestReader.Read(root);
        IReadOnlyList<string> planes = features.PlaneNames(channels);
        CheckFeatures(learner, forest, planes);
        if (forest.Classes != classes.Count)
        {
            throw new FastSegException($"The trees tell {forest.Classes} classes apart, but {classes.Count} are named; give one a class, in XGBoost's order.");
        }
        int rounds = Rounds(learner, forest);
        CheckBestRound(learner, rounds, allRounds);
        byte[] bytes = ForestReader.IsJson(xgboost) ? UbJsonWriter.FromJson(xgboost) : xgboost.ToArray();
        Version savedBy = ForestReader.SavedBy(root);
        var origin = new ForestOrigin(learner["objective"].String("name"), rounds, Convert.ToHexStringLower(SHA256.HashData(xgboost)));
        return new Model(features, channels, null, classes, null, savedBy.ToString(3), bytes, SelfTest.From(Rows(forest), forest), origin);
    }

    /// <summary>
    /// Rows at which the forest's own comparisons are close: each feature has one of its thresholds or the float just below it.
    /// </summary>
    internal static float[] Rows(DecisionForest forest, int count = SelfTest.MostRows)
    {
        var thresholds = new SortedSet<float>[forest.Features];
        for (int node = 0; node < forest.Feature.Length; node++)
        {
            if (forest.Feature[node] >= 0 && float.IsFinite(forest.Value[node]))
            {
                (thresholds[forest.Feature[node]] ??= []).Add(forest.Value[node]);
            }
        }
        float[] rows = new float[count * forest.Features];
        for (int feature = 0; feature < forest.Features; feature++)
        {
            float[] sorted = thresholds[feature] is { } set ? [.. set] : [0];
            for (int row = 0; row < count; row++)
            {
                // Strides without a common factor with most counts: neighbouring features take different ranks.
                float threshold = sorted[((row * 7) + (feature * 13)) % sorted.Length];
                rows[(row * forest.Features) + feature] = row % 2 == 0 ? threshold : MathF.BitDecrement(threshold);
            }
        }
        return rows;
    }

    private static void CheckFeatures(ModelNode learner, DecisionForest forest, IReadOnlyList<string> planes)
    {
        if (forest.Features != planes.Count)
        {
            throw new FastSegException(
                $"The trees look at {forest.Features} features, but the specification gives {planes.Count}; give the families, sigmas and channels they were trained on.");
        }
        string[] names = learner.Has("feature_names") ? learner.Texts("feature_names") : [];
        for (int i = 0; i < names.Length; i++)
        {
            if (i >= planes.Count || names[i] != planes[i])
            {
                throw new FastSegException(
                    $"The trees' feature {i} is called \"{names[i]}\", but the specification's is \"{(i < planes.Count ? planes[i] : "none")}\"; give the families, sigmas and channels they were trained on.");
            }
        }
    }

    private static int Rounds(ModelNode learner, DecisionForest forest)
    {
        ModelNode model = learner["gradient_booster"]["model"];
        int parallel = model.Has("gbtree_model_param") && model["gbtree_model_param"].Has("num_parallel_tree")
            ? Math.Max(1, model["gbtree_model_param"].Integer("num_parallel_tree", 0, int.MaxValue))
            : 1;
        return Math.Max(1, forest.Trees.Length / Math.Max(1, forest.Groups * parallel));
    }

    /// <summary>
    /// A model that was stopped early holds more rounds than its best. XGBClassifier.predict uses those up to the best one,
    /// Booster.predict all: its author must say which.
    /// </summary>
    private static void CheckBestRound(ModelNode learner, int rounds, bool allRounds)
    {
        if (allRounds || !learner.Has("attributes") || !learner["attributes"].Has("best_iteration"))
        {
            return;
        }
        int best = learner["attributes"].Integer("best_iteration", 0, int.MaxValue);
        if (best + 1 < rounds)
        {
            throw new FastSegException(string.Create(CultureInfo.InvariantCulture,
                $"The trees were stopped early: {rounds} rounds are saved, the best was round {best + 1}. XGBClassifier.predict uses only those up to it, Booster.predict all of them: save booster[:{best + 1}] for the former, or import all rounds for the latter (--all-rounds)."));
        }
    }
}
