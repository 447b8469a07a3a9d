using System.Text;
using FastSeg.Forest;
using FastSeg.Forest.Saved;
using FastSeg.Models;
using FastSeg.Tests.Forest;
using FastSeg.Tests.Reference;
using NUnit.Framework;

namespace FastSeg.Tests.Models;

/// <summary>Trees trained elsewhere become models that label like a model trained here.</summary>
[TestFixture]
internal sealed class ModelImportTests
{
    /// <summary>Seven planes a channel: what <see cref="RandomModel"/> has features.</summary>
    private static readonly FeatureSpec Seven = FeatureSpec.Paper with
    {
        Families = Families.Gaussian | Families.Dog | Families.Laplacian,
        Sigmas = [1, 2],
    };

    private static readonly ModelClass[] Three = [new(1, "a", 0), new(5, "b", 0), new(9, "c", 0)];

    [Test]
    public void TreesOfATrainedModelGiveItsLabels([Values("ubj", "json")] string format)
    {
        Model trained = Trained.Grey;
        byte[] saved = format == "ubj" ? trained.ForestBytes.ToArray() : XgBoostPeer.Resave(trained.ForestBytes.ToArray(), "json");
        Model imported = Model.Import(saved, trained.Features, trained.Channels, trained.Classes);
        Assert.That(imported.Origin!.Objective, Is.EqualTo("multi:softprob"));
        Assert.That(imported.Origin.Rounds, Is.EqualTo(trained.Training!.Rounds));
        Assert.That(imported.Training, Is.Null);
        AssertSameTrees(imported.Forest, trained.Forest);

        using var folder = new TemporaryFolder();
        imported.Save(folder.File("i.fastseg"));
        Model loaded = Model.Load(folder.File("i.fastseg"));
        Assert.That(loaded.Origin, Is.EqualTo(imported.Origin));
        loaded.Save(folder.File("again.fastseg"));
        Assert.That(File.ReadAllBytes(folder.File("again.fastseg")), Is.EqualTo(File.ReadAllBytes(folder.File("i.fastseg"))));
        Assert.That(FastSeg.ForestComparison.Run(loaded), Does.Contain("margins bit-equal"));
    }

    [Test]
    public void JsonBecomesUbjsonThatXgboostLoads([Values(1, 3)] int groups)
    {
        byte[] json = new RandomModel(5) { Groups = groups, TreesARound = 2, Objective = groups == 3 ? "multi:softmax" : "" }.Bytes();
        ModelClass[] classes = Three[..Math.Max(2, groups)];
        Model model = Model.Import(json, Seven, 1, classes);
        Assert.That(model.Origin!.Rounds, Is.EqualTo(6));
        float[] rows = TrainedModels.Rows(new Random(1), 100, 7);
        Assert.That(XgBoostPeer.Margins(model.ForestBytes.ToArray(), rows, 7), Is.EqualTo(XgBoostPeer.Margins(json, rows, 7)));
        AssertSameTrees(ForestReader.Parse(model.ForestBytes.Span), ForestReader.Parse(json));
    }

    [Test]
    public void TheSelfTestsRowsAreAtTheThresholds()
    {
        DecisionForest forest = ForestReader.Parse(new RandomModel(6).Bytes());
        float[] rows = ModelImport.Rows(forest);
        Assert.That(rows, Has.Length.EqualTo(16 * 7));
        float[] thresholds = [.. forest.Value.Where((_, node) => forest.Feature[node] >= 0)];
        Assert.That(rows[..7], Is.SubsetOf(thresholds));
        Assert.That(rows[7..14].Select(MathF.BitIncrement), Is.SubsetOf(thresholds));
    }

    [Test]
    public void WhatDoesNotFitIsRefused()
    {
        byte[] json = new RandomModel(7).Bytes();
        AssertRefused(() => Model.Import(json, FeatureSpec.Paper, 1, Three), "look at 7 features, but the specification gives 58");
        AssertRefused(() => Model.Import(json, Seven, 1, Three[..2]), "tell 3 classes apart, but 2 are named");
        AssertRefused(() => Model.Import(json, Seven, 1, [Three[1], Three[0], Three[2]]), "values must ascend");
        AssertRefused(
            () => Model.Import(Edited(json, "\"feature_names\":[]", "\"feature_names\":[\"gaussian_0\",\"area\"]"), Seven, 1, Three),
            "feature 1 is called \"area\", but the specification's is \"gaussian_1\"");
        string names = string.Join(',', Seven.Names.Select(name => $"\"{name}\""));
        Assert.That(
            () => Model.Import(Edited(json, "\"feature_names\":[]", $"\"feature_names\":[{names}]"), Seven, 1, Three), Throws.Nothing);
    }

    [Test]
    public void StoppingEarlyMustBeDecided()
    {
        byte[] json = Edited(new RandomModel(7).Bytes(), "\"attributes\":{}", "\"attributes\":{\"best_iteration\":\"3\"}");
        AssertRefused(() => Model.Import(json, Seven, 1, Three), "6 rounds are saved, the best was round 4");
        Assert.That(Model.Import(json, Seven, 1, Three, allRounds: true).Origin!.Rounds, Is.EqualTo(6));
        byte[] last = Edited(json, "\"best_iteration\":\"3\"", "\"best_iteration\":\"5\"");
        Assert.That(() => Model.Import(last, Seven, 1, Three), Throws.Nothing);
    }

    private static byte[] Edited(byte[] json, string from, string to)
    {
        string text = Encoding.UTF8.GetString(json);
        Assert.That(text, Does.Contain(from));
        return Encoding.UTF8.GetBytes(text.Replace(from, to, StringComparison.Ordinal));
    }

    private static void AssertRefused(Action import, string sentence) =>
        Assert.That(import, Throws.TypeOf<FastSegException>().With.Message.Contains(sentence));

    private static void AssertSameTrees(DecisionForest actual, DecisionForest expected)
    {
        Assert.That(actual.Trees, Is.EqualTo(expected.Trees));
        Assert.That(actual.Feature, Is.EqualTo(expected.Feature));
        Assert.That(actual.Value, Is.EqualTo(expected.Value));
        Assert.That(actual.DefaultLeft, Is.EqualTo(expected.DefaultLeft));
    }
}
