using FastSeg.Tests.Deep.Backbones;
using NUnit.Framework;

namespace FastSeg.Tests.Training;

/// <summary>The smoothing that training chooses from held-out pixels.</summary>
[TestFixture]
internal sealed class ChosenSmoothingTests
{
    private static readonly FeatureSpec Small = FeatureSpec.Paper with { Sigmas = [1, 2], Families = Families.Gaussian };
    private static readonly TrainingOptions Quick = new() { Rounds = 20, LearningRate = 0.3 };
    private static readonly SyntheticScene[] Scenes = [.. Enumerable.Range(1, 4).Select(seed => new SyntheticScene(80, 60, seed))];

    [Test]
    public void EveryWayIsScoredOnWhatTheFoldsModelsSegment()
    {
        TrainingResult result = Train(Scenes, HeldOut.ChooseSmoothing);
        Smoothing[] ways = [Smoothing.None, Smoothing.Guided(), Smoothing.Safe];
        ConfusionMatrix[] expected = [.. ways.Select(_ => new ConfusionMatrix())];
        foreach (SyntheticScene held in Scenes)
        {
            Model model = Segmenter.Train([.. Scenes.Where(scene => scene != held).Select(scene => scene.Training)], Small, Quick).Model;
            for (int way = 0; way < ways.Length; way++)
            {
                var options = new SegmentOptions { KeepValues = true, Smoothing = ways[way] };
                HeldOutTests.Count(expected[way], held.Labels, Trained.Labels(model, held.Image, options: options));
            }
        }
        Assert.That(expected.Select(matrix => matrix.MeanIou()).Distinct().Count(), Is.EqualTo(3), "the ways should differ here");
        HeldOutScore score = result.HeldOut!;
        Assert.That(
            score.Smoothings, Is.EqualTo(ways.Zip(expected, (way, matrix) => new SmoothingScore(way, matrix.MeanIou()))));
        Assert.That(HeldOutTests.Cells(score.Confusion), Is.EqualTo(HeldOutTests.Cells(expected[Array.IndexOf(ways, score.Smoothing)])));
        Assert.That(result.Model.Smoothing, Is.EqualTo(score.Smoothing));
        Assert.That(result.Model.HeldOut!.Smoothings, Is.EqualTo(score.Smoothings));
    }

    [Test]
    public void TheScoreOfAGivenSmoothingIsTheOneThatChoosingFinds()
    {
        IReadOnlyList<SmoothingScore> found = Train(Scenes[..1], HeldOut.ChooseSmoothing).HeldOut!.Smoothings;
        foreach (SmoothingScore way in found)
        {
            TrainingResult given = Train(Scenes[..1], HeldOut.Score, way.Smoothing);
            Assert.That(given.HeldOut!.Smoothings, Is.EqualTo((SmoothingScore[])[way]));
            Assert.That(given.HeldOut.MeanIou, Is.EqualTo(way.MeanIou));
            Assert.That(given.Model.Smoothing, Is.EqualTo(way.Smoothing));
        }
    }

    [Test]
    public void TheModelSurvivesItsFileWithWhatWasFound()
    {
        using var folder = new TemporaryFolder();
        Model model = Train(Scenes[..1], HeldOut.ChooseSmoothing).Model;
        model.Save(folder.File("m.fastseg"));
        Model loaded = Model.Load(folder.File("m.fastseg"));
        Assert.That(loaded.Smoothing, Is.EqualTo(model.Smoothing));
        Assert.That(loaded.HeldOut!.Smoothings, Is.EqualTo(model.HeldOut!.Smoothings));
        Assert.That(loaded.HeldOut.Folds, Is.EqualTo(5));
        Assert.That(loaded.Images, Is.EqualTo((ModelImage[])[new("scene", 80, 60)]));
    }

    [Test]
    public void WhereNothingCanBeHeldOutItIsSafe()
    {
        byte[] labels = new byte[80 * 60];
        (labels[0], labels[20], labels[40]) = (1, 2, 2);
        using MemoryImage image = MemoryImage.FromMemory<byte>(labels, 80, 60);
        TrainingResult result = Segmenter.Train(
            [new TrainingImage(Scenes[0].Image, image)], Small, Quick, heldOut: HeldOut.ChooseSmoothing);
        Assert.That(result.Model.Smoothing, Is.EqualTo(Smoothing.Safe));
        Assert.That(
            result.NotHeldOut, Does.Contain("cannot be held out").And.EndsWith("The smoothing is safe, as nothing says otherwise."));
    }

    [Test]
    public void AGivenSmoothingIsNotChosen() => Assert.That(
        () => Train(Scenes, HeldOut.ChooseSmoothing, Smoothing.None),
        Throws.ArgumentException.With.Message.Contains("another is to be chosen"));

    [Test]
    public void DeepMapsAreComputedOnce()
    {
        using var tiny = new TinyBackbone();
        using Backbone backbone = Backbone.Open(tiny.Folder, 1);
        TrainingResult Deep(HeldOut heldOut, ComputeOptions options) => Segmenter.Train(
            [Scenes[0].Training], Small, Quick, options: options, heldOut: heldOut,
            deep: new DeepOptions(backbone) { Channels = 5, Upsampling = Upsampling.Bilinear });
        long Seen(TrainingResult result) => result.Run.Stages.Where(stage => stage.Stage == Stage.Vit).Sum(stage => stage.Pixels);
        TrainingResult alone = Deep(HeldOut.Nothing, new()), chosen = Deep(HeldOut.ChooseSmoothing, new());
        Assert.That(Seen(chosen), Is.EqualTo(Seen(alone)).And.GreaterThan(0));
        Assert.That(chosen.Model.ForestBytes.ToArray(), Is.EqualTo(alone.Model.ForestBytes.ToArray()));
        Assert.That(chosen.HeldOut!.Smoothings.Select(way => way.MeanIou), Has.All.GreaterThan(0.2));
    }

    private static TrainingResult Train(SyntheticScene[] scenes, HeldOut heldOut, Smoothing? smooth = null) =>
        Segmenter.Train([.. scenes.Select(scene => scene.Training)], Small, Quick, smooth: smooth, heldOut: heldOut);
}
