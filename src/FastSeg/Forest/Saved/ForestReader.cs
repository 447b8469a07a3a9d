using System.Globalization;

namespace FastSeg.Forest.Saved;

/// <summary>
/// From a saved XGBoost model (1.x, 2.x, 3.x) to a forest: checks the kind of booster and objective by name, the headers, and that the
/// nodes of every tree form one.
/// </summary>
internal static class ForestReader
{
    /// <summary>Most classes, since labels are bytes and 0 means none.</summary>
    private const int MaxClasses = 255;

    /// <summary>Bytes of a model from which on collecting what was read takes far less time than reading it.</summary>
    private const int LargeModel = 1 << 20;

    /// <summary>Reads a model as XGBoost saves it, UBJSON or JSON.</summary>
    /// <exception cref="FastSegException">It is corrupt, or of a kind that is not supported; the sentence names which.</exception>
    public static DecisionForest Parse(ReadOnlySpan<byte> model)
    {
        DecisionForest forest = Read(Root(model));
        if (model.Length >= LargeModel)
        {
            // The values were many small objects, several times the file; the collector would leave them until it needs the room.
            GC.Collect();
        }
        return forest;
    }

    /// <summary>Whether a model is JSON; otherwise it is UBJSON.</summary>
    /// <exception cref="FastSegException">It is neither.</exception>
    public static bool IsJson(ReadOnlySpan<byte> model)
    {
        // Both start with a brace; in JSON a quote or white space follows it, in UBJSON the marker of a text's length.
        ReadOnlySpan<byte> rest = model.TrimStart(" \t\r\n"u8);
        if (rest.Length < 2 || rest[0] != '{')
        {
            throw new FastSegException(
                "The forest is no XGBoost model in UBJSON or JSON: it does not start with an object; "
                + "XGBoost's old binary format is not read, so load it in XGBoost and save it as .ubj or .json.");
        }
        return rest[1] is (byte)'"' or (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n' or (byte)'}';
    }

    /// <summary>The values of a saved model.</summary>
    /// <exception cref="FastSegException">It is corrupt.</exception>
    public static ModelNode Root(ReadOnlySpan<byte> model) =>
        IsJson(model) ? JsonModel.Read(model) : UbJsonReader.Read(model.TrimStart(" \t\r\n"u8));

    /// <summary>Makes a forest of a model's values.</summary>
    /// <exception cref="FastSegException">It is corrupt or of a kind that is not supported.</exception>
    public static DecisionForest Read(ModelNode root)
    {
        ModelNode learner = root["learner"];
        ModelNode booster = learner["gradient_booster"];
        string kind = booster.String("name");
        if (kind != "gbtree")
        {
            throw new FastSegException($"The forest's booster is \"{kind}\"; only gbtree is supported.");
        }
        string objective = learner["objective"].String("name");
        if (objective is not ("multi:softprob" or "multi:softmax" or "binary:logistic"))
        {
            throw new FastSegException(
                $"The forest's objective is \"{objective}\"; multi:softprob, multi:softmax and binary:logistic are supported.");
        }
        ModelNode header = learner["learner_model_param"];
        bool binary = objective == "binary:logistic";
        int features = header.Integer("num_feature", 1, int.MaxValue);
        int classes = binary ? 2 : header.Integer("num_class", 2, MaxClasses);
        if (header.Has("num_target") && header.Integer("num_target", 0, int.MaxValue) > 1)
        {
            throw new FastSegException("The forest predicts several targets; one label a pixel is supported.");
        }
        float[] margins = BaseMargins(header, binary, binary ? 1 : classes, SavedBy(root));
        ModelNode model = booster["model"];
        if (model.Has("weight_drop") && model.NumberArray("weight_drop").Any(weight => weight != 1))
        {
            throw new FastSegException("The forest's trees are weighted (dart); only gbtree is supported.");
        }
        return Trees(model, features, margins.Length).ToForest(features, classes, margins);
    }

    /// <summary>The version that saved the model; 0.0 where it does not say.</summary>
    internal static Version SavedBy(ModelNode root)
    {
        double[] parts = root.Has("version") ? root.NumberArray("version") : [];
        return parts.Length >= 2 && parts.All(part => part is >= 0 and < 1_000_000)
            ? new Version((int)parts[0], (int)parts[1], parts.Length > 2 ? (int)parts[2] : 0)
            : new Version(0, 0, 0);
    }

    /// <summary>
    /// base_score is one number up to XGBoost 3.0 ("5E-1") and a list from 3.1 on ("[5E-1,5E-1]"), one for all groups or one each; for
    /// binary:logistic it is a probability. 0 and 1 have no margin: from 3.2 on XGBoost keeps 1e-6 away from them, earlier it refuses them.
    /// </summary>
    private static float[] BaseMargins(ModelNode header, bool binary, int groups, Version savedBy)
    {
        bool clamped = savedBy >= new Version(3, 2);
        string text = header.String("base_score");
        string[] parts = text.Trim().TrimStart('[').TrimEnd(']').Split(',');
        if (parts.Length != 1 && parts.Length != groups)
        {
            throw new FastSegException($"The forest's base_score holds {parts.Length} values; 1 or {groups} would be right.");
        }
        float[] margins = new float[groups];
        for (int i = 0; i < groups; i++)
        {
            string part = parts[parts.Length == 1 ? 0 : i];
            if (!float.TryParse(part, NumberStyles.Float, CultureInfo.InvariantCulture, out float score) || !float.IsFinite(score)
                || (binary && (clamped ? score is < 0 or > 1 : score is <= 0 or >= 1)))
            {
                throw new FastSegException(
                    $"The forest's base_score is \"{text}\"; {(binary ? "a probability" : "finite numbers")} would be right.");
            }
            score = binary && clamped ? Math.Clamp(score, 1e-6f, 1f - 1e-6f) : score;
            margins[i] = binary ? -MathF.Log((1f / score) - 1f) : score;
        }
        return margins;
    }

    private static TreeList Trees(ModelNode model, int features, int groups)
    {
        ModelNode[] trees = model.Items("trees");
        double[] owners = model.NumberArray("tree_info");
        if (trees.Length == 0 || owners.Length != trees.Length)
        {
            throw new FastSegException($"The forest holds {trees.Length} trees and names the class of {owners.Length}; it is corrupt.");
        }
        var list = new TreeList();
        for (int i = 0; i < trees.Length; i++)
        {
            if (!(owners[i] >= 0 && owners[i] < groups && owners[i] == Math.Floor(owners[i])))
            {
                throw new FastSegException(
                    FormattableString.Invariant($"Tree {i} of the forest belongs to class {owners[i]}; there are {groups}."));
            }
            list.Append(new TreeArrays(trees[i], i, features), (int)owners[i]);
        }
        return list;
    }
}
