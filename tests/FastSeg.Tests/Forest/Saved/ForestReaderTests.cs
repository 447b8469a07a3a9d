using System.Text;
using FastSeg.Forest;
using FastSeg.Forest.Saved;
using FastSeg.Tests.Reference;
using NUnit.Framework;

namespace FastSeg.Tests.Forest.Saved;

/// <summary>Models of XGBoost 1.x, 2.x and 3.x, whole, hand-edited, of other kinds and corrupt.</summary>
public sealed class ForestReaderTests
{
    private const int Features = 5;

    private static readonly byte[] Json = new RandomModel(1) { Features = Features }.Bytes();

    private static string Text => Encoding.UTF8.GetString(Json);

    [Test]
    public void JsonAndUbjsonGiveTheSameForest([Values(1, 3)] int groups)
    {
        byte[] json = new RandomModel(2) { Groups = groups }.Bytes();
        DecisionForest forest = ForestReader.Parse(json);
        AssertSame(ForestReader.Parse(XgBoostPeer.Resave(json, "ubj")), forest);
        AssertSame(ForestReader.Parse(XgBoostPeer.Resave(json, "json")), forest);
        Assert.That((forest.Groups, forest.Classes, forest.Trees.Length), Is.EqualTo((groups, Math.Max(groups, 2), 6 * groups)));
        Assert.That(forest.Splits, Is.GreaterThan(20));
    }

    [Test]
    public void HeadersOfEveryVersionAreRead()
    {
        float[] Base(string score) => ForestReader.Parse(Edited("\"5E-1\"", $"\"{score}\"")).BaseMargins;
        Assert.That(Base("5E-1"), Is.EqualTo((float[])[0.5f, 0.5f, 0.5f]));
        Assert.That(Base("[2.5E-1]"), Is.EqualTo((float[])[0.25f, 0.25f, 0.25f]), "3.1, one for all");
        Assert.That(Base("[1E-1,2E-1,-3E0]"), Is.EqualTo((float[])[0.1f, 0.2f, -3f]), "3.1, one a class");
        byte[] first = Encoding.UTF8.GetBytes(Text.Replace(",\"num_target\":\"1\"", "").Replace("\"boost_from_average\":\"1\",", ""));
        Assert.That(first, Has.Length.LessThan(Json.Length));
        AssertSame(ForestReader.Parse(first), ForestReader.Parse(Json));
        byte[] softmax = Edited("multi:softprob", "multi:softmax");
        AssertSame(ForestReader.Parse(softmax), ForestReader.Parse(Json));
    }

    [Test]
    public void ABinaryBaseScoreIsAProbability()
    {
        byte[] model = new RandomModel(3) { Groups = 1, BaseScore = "1.5E-1", Features = Features }.Bytes();
        float[] rows = TrainedModels.Rows(new Random(3), 50, Features);
        DecisionForest forest = ForestReader.Parse(model);
        Assert.That(forest.BaseMargins[0], Is.EqualTo(Math.Log(0.15 / 0.85)).Within(1e-6));
        Assert.That(Bands.Margins(forest, rows, Features, 16, 1), Is.EqualTo(XgBoostPeer.Margins(model, rows, Features)));
    }

    [Test]
    public void NodesThatPruningLeftBehindAreSkipped()
    {
        // Node 1 was a split whose children 3 and 4 were pruned: XGBoost marks them by split index 2^31 - 1.
        const string Tree = """
            {"left_children":[1,-1,-1,-1,-1],"right_children":[2,-1,-1,-1,-1],"parents":[2147483647,0,0,1,1],
            "split_indices":[3,0,0,2147483647,2147483647],"split_conditions":[0.5,0.25,-0.25,9E0,9E0],"default_left":[0,0,0,0,0],
            "split_type":[0,0,0,0,0],"tree_param":{"num_deleted":"2","num_nodes":"5","size_leaf_vector":"1"}}
            """;
        DecisionForest forest = ForestReader.Parse(Model(Tree, 4));
        Assert.That(forest.Feature[..3], Is.EqualTo((int[])[3, -1, -1]));
        Assert.That(forest.Value[..3], Is.EqualTo((float[])[0.5f, 0.25f, -0.25f]));
        Assert.That(forest.Feature, Has.Length.EqualTo(9));
    }

    [Test]
    public void OtherKindsAreRefusedByName()
    {
        AssertRefused(Edited("\"name\":\"gbtree\"", "\"name\":\"dart\""), "dart");
        AssertRefused(Edited("\"name\":\"gbtree\"", "\"name\":\"gblinear\""), "gblinear");
        AssertRefused(Edited("multi:softprob", "reg:squarederror"), "reg:squarederror");
        AssertRefused(Edited("\"split_type\":[0,", "\"split_type\":[1,"), "categorical");
        AssertRefused(Edited("\"size_leaf_vector\":\"0\"} }", "\"size_leaf_vector\":\"3\"} }"), "vector leaves");
        AssertRefused(Edited("\"num_target\":\"1\"", "\"num_target\":\"2\""), "targets");
        AssertRefused(Edited("\"num_class\":\"3\",\"num_f", "\"num_class\":\"300\",\"num_f"), "num_class", "255");
        AssertRefused(Edited("\"tree_info\"", "\"weight_drop\":[1E0,5E-1],\"tree_info\""), "dart");
    }

    [Test]
    public void CategoricalSplitsAreRefusedThoughXgBoostWritesThemAsNaN()
    {
        byte[] model = Encoding.UTF8.GetBytes(Text
            .Replace("\"split_type\":[0,", "\"split_type\":[1,")
            .Replace("\"loss_changes\":[0E0", "\"loss_changes\":[NaN"));
        AssertRefused(model, "categorical");
    }

    [TestCase("\"base_score\":\"5E-1\"", "\"base_score\":\"half\"", "half")]
    [TestCase("\"base_score\":\"5E-1\"", "\"base_score\":\"[1E0,2E0]\"", "base_score holds 2")]
    [TestCase("\"num_feature\":\"5\",\"num_t", "\"num_feature\":\"-5\",\"num_t", "num_feature")]
    [TestCase("\"tree_info\":[0,", "\"tree_info\":[7,", "class 7")]
    [TestCase("\"tree_info\":[0,", "\"tree_info\":[", "names the class of")]
    [TestCase("\"left_children\":[1,", "\"left_children\":[0,", "child")]
    [TestCase("\"left_children\":[1,", "\"left_children\":[99999,", "child")]
    [TestCase("\"left_children\":[1,", "\"left_children\":[2,", "do not form a tree")]
    [TestCase("\"default_left\":[", "\"default_left\":[0,", "differ in length")]
    [TestCase("\"trees\"", "\"tree\"", "\"trees\"")]
    [TestCase("\"id\":0", "\"id\":1", "in the order of their numbers")]
    public void CorruptModelsAreRefused(string from, string to, string expected) => AssertRefused(Edited(from, to), expected);

    [Test]
    public void LeavesThatAreNotFiniteAndUnknownFeaturesAreRefused()
    {
        const string Split = "\"left_children\":[1,-1,-1],\"right_children\":[2,-1,-1],\"default_left\":[0,0,0],";
        AssertRefused(Model("{" + Split + "\"split_indices\":[0,0,0],\"split_conditions\":[1E0,0E0,Infinity]}", 4), "node 2 is not finite");
        AssertRefused(Model("{" + Split + "\"split_indices\":[0,0,0],\"split_conditions\":[NaN,0E0,0E0]}", 4), "node 0 is not a number");
        AssertRefused(Model("{" + Split + "\"split_indices\":[4,0,0],\"split_conditions\":[1E0,0E0,0E0]}", 4), "feature 4 of 4");
        byte[] sound = Model("{" + Split + "\"split_indices\":[3,0,0],\"split_conditions\":[1E0,0E0,0E0]}", 4);
        Assert.That(ForestReader.Parse(sound).Splits, Is.EqualTo(3));
    }

    /// <summary>Later versions put a threshold below every value where training data has missing values.</summary>
    [Test]
    public void InfiniteThresholdsAreRead([Values("-Infinity", "Infinity", "1E39")] string threshold)
    {
        string tree = "{\"left_children\":[1,-1,-1],\"right_children\":[2,-1,-1],\"default_left\":[1,0,0],"
            + "\"loss_changes\":[Infinity,0E0,0E0],"
            + $"\"split_indices\":[1,0,0],\"split_conditions\":[{threshold},2.5E-1,-2.5E-1]}}";
        DecisionForest forest = ForestReader.Parse(Model(tree, 2));
        float[] rows = [0, 1, 0, -1e38f, 0, float.NaN, 0, float.PositiveInfinity, 0, float.NegativeInfinity, 0, float.MaxValue];
        float[] margins = new float[3];
        bool below = threshold[0] == '-';
        float[] expected = below ? [0.25f, 0.25f, 0.75f, 0.25f, 0.25f, 0.25f] : [0.75f, 0.75f, 0.75f, 0.25f, 0.75f, 0.75f];
        for (int row = 0; row < 6; row++)
        {
            forest.Margins(rows.AsSpan(2 * row, 2), margins);
            Assert.That(margins, Is.All.EqualTo(expected[row]), $"row {row}");
        }
        Assert.That(
            Bands.Margins(forest, rows, 2, 6, 1), Is.EqualTo((float[])[.. expected.SelectMany(margin => Enumerable.Repeat(margin, 3))]));
    }

    [TestCase("1E-8", "[1,7,4]")]
    [TestCase("2E-7", "[3,1,0]")]
    [TestCase("9.9999994E-1", "[3,1,3]")]
    public void AnExtremeBinaryBaseScoreIsNotClampedBefore32(string score, string version)
    {
        byte[] saved = new RandomModel(3) { Groups = 1, BaseScore = score, Features = Features }.Bytes();
        byte[] model = Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(saved)
            .Replace("[1,7,4]", version, StringComparison.Ordinal));
        float[] rows = TrainedModels.Rows(new Random(3), 50, Features);
        Assert.That(
            Bands.Margins(ForestReader.Parse(model), rows, Features, 50, 1), Is.EqualTo(XgBoostPeer.Margins(model, rows, Features)));
        byte[] later = Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(model).Replace(version, "[3,2,0]", StringComparison.Ordinal));
        Assert.That(Math.Abs(ForestReader.Parse(later).BaseMargins[0]), Is.EqualTo(13.8155).Within(0.1));
    }

    [Test]
    public void ABaseScoreOf0Or1IsRefusedBefore32([Values("0E0", "1E0")] string score)
    {
        string model = Encoding.UTF8.GetString(new RandomModel(3) { Groups = 1, BaseScore = score }.Bytes());
        AssertRefused(Encoding.UTF8.GetBytes(model), "a probability");
        byte[] later = Encoding.UTF8.GetBytes(model.Replace("[1,7,4]", "[3,4,1]", StringComparison.Ordinal));
        Assert.That(() => ForestReader.Parse(later), Throws.Nothing);
    }

    [Test]
    public void AnArrayOfNothingTakesAFewBytesForEachOfTheFiles()
    {
        byte[] model = [.. "{L\0\0\0\0\0\0\0\u0001a["u8, .. Enumerable.Repeat((byte)'Z', 3_000_000)];
        long before = GC.GetAllocatedBytesForCurrentThread();
        AssertRefused(model, "many times its size in memory");
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.LessThan(34L * model.Length));
        AssertRefused(model[..100_000], "ends too early");
    }

    [Test]
    public void WhatIsNoModelIsRefused()
    {
        byte[] bareWord = Edited("\"loss_changes\":[", "\"loss_changes\":[nan,");
        AssertRefused(bareWord, "valid JSON: see line ");
        Assert.That(() => ForestReader.Parse(bareWord), Throws.Exception.With.Message.Length.LessThan(100));
        AssertRefused("binf\0\0\0\0"u8.ToArray(), "old binary format");
        AssertRefused([], "UBJSON or JSON");
        AssertRefused("PK\u0003\u0004"u8.ToArray(), "UBJSON or JSON");
        AssertRefused("{\"learner\": "u8.ToArray(), "valid JSON");
        AssertRefused("{L\0\0\0\0\0\0\0\u0001a[$d#L\u007f\0\0\0\0\0\0\0"u8.ToArray(), "more than the file holds");
        AssertRefused(Encoding.UTF8.GetBytes("{\"a\":" + new string('[', 5000)), "valid JSON");
        AssertRefused([.. "{L\0\0\0\0\0\0\0\u0001a"u8, .. Enumerable.Repeat((byte)'[', 100_000)], "nested");
    }

    [Test]
    public void MutatedModelsNeverCrashNorAllocateMuch()
    {
        var random = new Random(4);
        byte[] ubjson = XgBoostPeer.Resave(Json, "ubj");
        int refused = 0;
        for (int i = 0; i < 3000; i++)
        {
            byte[] mutated = [.. i % 3 == 0 ? Json : ubjson];
            for (int edits = random.Next(1, 6); edits > 0; edits--)
            {
                mutated[random.Next(mutated.Length)] = random.Next(3) == 0 ? (byte)random.Next(256) : mutated[random.Next(mutated.Length)];
            }
            int length = random.Next(4) == 0 ? random.Next(mutated.Length) : mutated.Length;
            long before = GC.GetAllocatedBytesForCurrentThread();
            try
            {
                _ = ForestReader.Parse(mutated.AsSpan(0, length));
            }
            catch (FastSegException)
            {
                refused++;
            }
            Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.LessThan(1_000_000 + (40L * mutated.Length)));
        }
        Assert.That(refused, Is.GreaterThan(1000));
    }

    private static byte[] Edited(string from, string to)
    {
        int at = Text.IndexOf(from, StringComparison.Ordinal);
        Assert.That(at, Is.GreaterThanOrEqualTo(0), from);
        return Encoding.UTF8.GetBytes(Text[..at] + to + Text[(at + from.Length)..]);
    }

    /// <summary>Three groups with the same tree.</summary>
    private static byte[] Model(string tree, int features) => Encoding.UTF8.GetBytes($$"""
        {"learner":{"gradient_booster":{"model":{"tree_info":[0,1,2],"trees":[{{tree}},{{tree}},{{tree}}]},"name":"gbtree"},
        "learner_model_param":{"base_score":"5E-1","num_class":"3","num_feature":"{{features}}"},
        "objective":{"name":"multi:softprob"} },"version":[3,1,0]}
        """);

    private static void AssertRefused(byte[] model, params string[] contains)
    {
        string message = Assert.Throws<FastSegException>(() => ForestReader.Parse(model))!.Message;
        foreach (string part in contains)
        {
            Assert.That(message, Does.Contain(part));
        }
        Assert.That(message, Does.Not.Contain("\n"));
    }

    private static void AssertSame(DecisionForest actual, DecisionForest expected)
    {
        Assert.That(actual.Trees, Is.EqualTo(expected.Trees));
        Assert.That(actual.Feature, Is.EqualTo(expected.Feature));
        Assert.That(actual.Value, Is.EqualTo(expected.Value));
        Assert.That(actual.Right, Is.EqualTo(expected.Right));
        Assert.That(actual.DefaultLeft, Is.EqualTo(expected.DefaultLeft));
        Assert.That(actual.BaseMargins, Is.EqualTo(expected.BaseMargins));
    }
}
