using FastSeg.Tests.Deep.Backbones;
using NUnit.Framework;

namespace FastSeg.Tests.Training;

/// <summary>Interactive trainings with deep features of a fixed projection, and the projection that is fitted once.</summary>
[TestFixture]
internal sealed class InteractiveDeepTests
{
    private static readonly FeatureSpec Small = FeatureSpec.Paper with { Families = Families.Gaussian, Sigmas = [1] };

    private TinyBackbone _tiny = null!;
    private Backbone _backbone = null!;
    private ProjectionFile _projection = null!;

    [OneTimeSetUp]
    public void OpenBackbone()
    {
        _tiny = new TinyBackbone();
        _backbone = Backbone.Open(_tiny.Folder, 1);
        _projection = ProjectionFile.Load(_tiny.SaveProjection(6, file: "given.safetensors"));
    }

    [OneTimeTearDown]
    public void CloseBackbone()
    {
        _backbone.Dispose();
        _tiny.Dispose();
    }

    [Test]
    public void AModelIsThatOfAPlainTrainingAfterEveryStroke(
        [Values] Standardisation mode, [Values(Upsampling.Bilinear, Upsampling.JointBilateral)] Upsampling upsampling)
    {
        FeatureSpec features = Small with { Standardise = mode };
        var deep = new DeepOptions(_backbone) { Channels = 5, Projection = _projection, Upsampling = upsampling };
        using DrawnPage first = Page("first", 1), second = Page("second", 2);
        using var training = new InteractiveTraining(1 << 24, features, Trained.Quick, deep);
        void Same(string when, params DrawnPage[] pages)
        {
            Model expected = Segmenter.Train([.. pages.Select(page => page.Training)], features, Trained.Quick, deep: deep).Model;
            Model model = training.Train([.. pages.Select(page => page.Labelled)]).Model;
            Assert.That(model.ToBytes(), Is.EqualTo(expected.ToBytes()), when);
            LabelMap labels = new Segmenter(expected, _backbone).Segment(first.Image);
            Assert.That(new Segmenter(model, _backbone).Segment(first.Page).Labels, Is.EqualTo(labels.Labels), when);
        }

        first.Draw(3, 3, 20, 2, 1).Draw(60, 40, 20, 3, 5);
        Same("two strokes", first);
        first.Draw(10, 50, 9, 9, 9);
        Same("a class more", first);
        second.Draw(30, 10, 4, 30, 9).Draw(70, 20, 8, 8, 5);
        Same("a second image, whose samples change the range where there is one", first, second);
        first.Draw(10, 50, 5, 5, 0);
        Same("erased", first, second);
    }

    [Test]
    public void AModelOnAPageWithMapsNeedsNoBackbone()
    {
        var deep = new DeepOptions(_backbone) { Channels = 5, Projection = _projection };
        using DrawnPage page = Page("page", 1).Draw(3, 3, 20, 2, 1).Draw(60, 40, 20, 3, 5);
        using var training = new InteractiveTraining(1 << 24, Small, Trained.Quick, deep);
        Assert.That(training.ComputeDeep(page.Page).Pixels, Is.EqualTo(page.Image.Info.Bounds.Pixels));
        Assert.That(page.Page.DeepBytes, Is.EqualTo(5 * 9 * 12 * sizeof(float)));
        TrainingResult result = training.Train([page.Labelled]);
        Assert.That(result.Run.Stages.Select(stage => stage.Stage), Does.Not.Contain(Stage.Vit));
        byte[] labels = new Segmenter(result.Model).Segment(page.Page).Labels;
        Assert.That(labels, Is.EqualTo(new Segmenter(result.Model, _backbone).Segment(page.Image).Labels));
        using var other = new PreparedImage(page.Image, "page");
        Assert.That(
            () => new Segmenter(result.Model).Segment(other),
            Throws.TypeOf<FastSegException>().With.Message.Contains("needs the backbone"));
    }

    [Test]
    public void AProjectionThatIsFittedOnceIsTheOneThatTrainingFits([Values] Standardisation mode)
    {
        FeatureSpec features = Small with { Standardise = mode };
        using var folder = new TemporaryFolder();
        using DrawnPage first = Page("first", 1).Draw(3, 3, 20, 2, 1).Draw(60, 40, 20, 3, 5), second = Page("second", 2);
        second.Draw(30, 10, 4, 30, 1);
        var fit = new DeepOptions(_backbone) { Channels = 5, FitProjection = true };
        TrainingOptions training = Trained.Quick with { Seed = 3 };
        ProjectionFile fitted = InteractiveTraining.FitProjection([first.Page, second.Page], fit, features, training);
        fitted.Save(folder.File("p.safetensors"));
        ProjectionFile loaded = ProjectionFile.Load(folder.File("p.safetensors"));
        Assert.That(loaded.Identity, Is.EqualTo(fitted.Identity));
        byte[] expected = Segmenter.Train([first.Training, second.Training], features, training, deep: fit).Model.ToBytes();
        var given = new DeepOptions(_backbone) { Channels = 5, Projection = loaded };
        Assert.That(
            Segmenter.Train([first.Training, second.Training], features, training, deep: given).Model.ToBytes(), Is.EqualTo(expected));
        using var interactive = new InteractiveTraining(1 << 24, features, training, given);
        Assert.That(interactive.Train([first.Labelled, second.Labelled]).Model.ToBytes(), Is.EqualTo(expected));
    }

    [Test]
    public void AProjectionThatWouldChangeIsRefused()
    {
        Assert.That(
            () => new InteractiveTraining(1, Small, deep: new DeepOptions(_backbone) { Channels = 5, FitProjection = true }),
            Throws.TypeOf<FastSegException>().With.Message.Contains("projection that does not change"));
        Assert.That(
            () => new InteractiveTraining(
                1, Small, deep: new DeepOptions(_backbone) { Channels = 6, Projection = _projection, Scales = [1, 2] }),
            Throws.TypeOf<FastSegException>().With.Message.Contains("scale 1 alone"));
        Assert.That(
            () => new InteractiveTraining(1, training: new TrainingOptions { Augment = Augmentation.Flips }),
            Throws.TypeOf<FastSegException>().With.Message.Contains("augment"));
        Assert.That(
            () => InteractiveTraining.FitProjection([], new DeepOptions(_backbone)),
            Throws.TypeOf<FastSegException>().With.Message.Contains("at least one"));
    }

    private static DrawnPage Page(string key, int seed) =>
        DrawnPage.Of(key, 90, 70, 1, value => (ushort)(value * (8000 + (1000 * seed))), seed);
}
