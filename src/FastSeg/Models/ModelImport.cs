using System.Globalization;
using System.Security.Cryptography;
using FastSeg.Forest;
using FastSeg.Forest.Saved;
using FastSeg.Images.Samples;

namespace FastSeg.Models;

/// <summary>
/// Makes a model's parts of trees that XGBoost trained elsewhere. Their features must have been computed here (by <c>fastseg features</c>
/// or the library) or in exactly the same way; nothing in the trees can tell.
/// </summary>
internal static class ModelImport
{
    /// <summary>Reads the trees and checks that features and classes fit them.</summary>
    /// <param name="xgboost">What XGBoost saved, JSON or UBJSON.</param>
    /// <param name="features">The features of its columns.</param>
    /// <param name="channels">1 for grey images, 3 for RGB, 2 to 16 for others.</param>
    /// <param name="classes">One for each of XGBoost's classes.</param>
    /// <param name="allRounds">Whether to take all rounds of a model that was stopped early.</param>
    /// <exception cref="FastSegException">The trees are corrupt, of another kind, stopped early, or do not fit.</exception>
    public static ModelParts Read(
        ReadOnlySpan<byte> xgboost, FeatureSpec features, int channels, IReadOnlyList<ModelClass> classes, bool allRounds)
    {
        features.Check();
        if (channels is < 1 or > ImageInfo.MostChannels)
        {
            throw new FastSegException($"There are {channels} channels; there must be 1 to {ImageInfo.MostChannels}.");
        }
        ModelNode root = ForestReader.Root(xgboost), learner = root["learner"];
        DecisionForest forest = ForestReader.Read(root);
        IReadOnlyList<string> planes = features.PlaneNames(channels);
        CheckFeatures(learner, forest, planes);
        if (forest.Classes != classes.Count)
        {
            throw new FastSegException(
                $"The trees tell {forest.Classes} classes apart, but {classes.Count} are named; give one a class, in XGBoost's order.");
        }
        int rounds = Rounds(learner, forest);
        CheckBestRound(learner, rounds, allRounds);
        byte[] bytes = ForestReader.IsJson(xgboost) ? UbJsonWriter.FromJson(xgboost) : xgboost.ToArray();
        Version savedBy = ForestReader.SavedBy(root);
        return new ModelParts
        {
            Features = features,
            Channels = new ChannelSet(channels, channels == 3, []),
            Classes = classes,
            Origin = new ForestOrigin(
                learner["objective"].String("name"), rounds, Convert.ToHexStringLower(SHA256.HashData(xgboost))),
            XgboostVersion = savedBy.ToString(3),
            ForestBytes = bytes,
            SelfTest = SelfTest.FromTrees(Rows(forest), forest),
        };
    }

    /// <summary>
    /// Rows for a self-test, at which the forest's comparisons are as close as can be: each feature has one of its thresholds (in rows of
    /// even number) or the float just below it (in the others).
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
                // 7 and 13 have no factor in common with most counts, so neighbouring rows and features take different thresholds.
                float threshold = sorted[((row * 7) + (feature * 13)) % sorted.Length];
                rows[(row * forest.Features) + feature] = row % 2 == 0 ? threshold : MathF.BitDecrement(threshold);
            }
        }
        return rows;
    }

    /// <summary>Refuses trees that look at another number of features, or whose features have other names.</summary>
    private static void CheckFeatures(ModelNode learner, DecisionForest forest, IReadOnlyList<string> planes)
    {
        if (forest.Features != planes.Count)
        {
            throw new FastSegException(
                $"The trees look at {forest.Features} features, but the specification gives {planes.Count}; " +
                "give the families, sigmas and channels they were trained on.");
        }
        string[] names = learner.Has("feature_names") ? learner.Texts("feature_names") : [];
        for (int i = 0; i < names.Length; i++)
        {
            if (i >= planes.Count || names[i] != planes[i])
            {
                throw new FastSegException(
                    $"The trees' feature {i} is called \"{names[i]}\", " +
                    $"but the specification's is \"{(i < planes.Count ? planes[i] : "none")}\"; " +
                    "give the families, sigmas and channels they were trained on.");
            }
        }
    }

    /// <summary>Boosting rounds: each adds, for every class, one tree, or several in a random forest.</summary>
    private static int Rounds(ModelNode learner, DecisionForest forest)
    {
        ModelNode model = learner["gradient_booster"]["model"];
        int parallel = model.Has("gbtree_model_param") && model["gbtree_model_param"].Has("num_parallel_tree")
            ? Math.Max(1, model["gbtree_model_param"].Integer("num_parallel_tree", 0, int.MaxValue))
            : 1;
        return Math.Max(1, forest.Trees.Length / Math.Max(1, forest.Groups * parallel));
    }

    /// <summary>
    /// Refuses a model that was stopped early and holds rounds after the best one, unless the caller has decided. XGBClassifier.predict
    /// uses the rounds up to the best, Booster.predict uses all: only the model's author knows which is meant.
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
            string sentence = string.Create(
                CultureInfo.InvariantCulture,
                $"The trees were stopped early: {rounds} rounds are saved, the best was round {best + 1}. " +
                $"XGBClassifier.predict uses only those up to it, Booster.predict all of them: " +
                $"save booster[:{best + 1}] for the former, or ask for all rounds for the latter.");
            throw new FastSegException(sentence, Setting.AllRounds, "ask for all rounds");
        }
    }
}
