using NUnit.Framework;

namespace FastSeg.Tests.Training;

/// <summary>
/// Trainings that keep rows between them: whatever was drawn before, each gives the model of a plain training on the labels of the moment.
/// </summary>
[TestFixture]
internal sealed class InteractiveTrainingTests
{
    private const long Plenty = 64 << 20;

    private static readonly FeatureSpec Small = FeatureSpec.Paper with { Sigmas = [1, 2] };
    private static readonly TrainingOptions Quick = Trained.Quick;

    private static IEnumerable<TestCaseData> Pages()
    {
        foreach (Standardisation mode in (Standardisation[])[Standardisation.Image, Standardisation.None, Standardisation.Local])
        {
            yield return new TestCaseData(mode, (string key) => DrawnPage.Of(key, 90, 70, 1, v => (byte)(v * 255))).SetArgDisplayNames(
                $"{mode}, uint8");
            yield return new TestCaseData(mode, (string key) => DrawnPage.Of(key, 90, 70, 1, v => (ushort)(v * 9000))).SetArgDisplayNames(
                $"{mode}, uint16");
            yield return new TestCaseData(mode, (string key) => DrawnPage.Of(key, 90, 70, 1, v => v * 3)).SetArgDisplayNames(
                $"{mode}, float32");
            yield return new TestCaseData(mode, (string key) => DrawnPage.Of(key, 90, 70, 3, v => (byte)(v * 255))).SetArgDisplayNames(
                $"{mode}, RGB");
            yield return new TestCaseData(mode, (string key) => DrawnPage.Of(key, 90, 70, 4, v => (ushort)(v * 9000))).SetArgDisplayNames(
                $"{mode}, 4 channels");
        }
    }

    [TestCaseSource(nameof(Pages))]
    public void AModelIsThatOfAPlainTrainingAfterEveryStroke(Standardisation mode, Func<string, DrawnPage> make)
    {
        FeatureSpec features = Small with { Standardise = mode };
        using DrawnPage first = make("first"), second = make("second");
        using var training = new InteractiveTraining(Plenty, features, Quick);
        void Same(string when, params DrawnPage[] pages)
        {
            byte[] expected = Segmenter.Train([.. pages.Select(page => page.Training)], features, Quick).Model.ToBytes();
            byte[] model = training.Train([.. pages.Select(page => page.Labelled)]).Model.ToBytes();
            Assert.That(model, Is.EqualTo(expected), when);
        }

        first.Draw(3, 3, 20, 2, 1).Draw(60, 40, 20, 3, 5);
        Same("two strokes", first);
        first.Draw(10, 50, 9, 9, 1);
        Same("a stroke more", first);
        first.Draw(12, 52, 5, 5, 9);
        Same("another class over it", first);
        first.Draw(12, 52, 5, 5, 0);
        Same("erased", first);
        second.Draw(30, 10, 4, 30, 9).Draw(70, 20, 8, 8, 5);
        Same("a second image", first, second);
        Same("in the other order", second, first);
        Same("without the first", second);
        first.Draw(12, 52, 5, 5, 9);
        Same("drawn again", first, second);
    }

    [Test]
    public void GreyAndColourImagesTogetherAreTrainedInColour()
    {
        using DrawnPage grey = DrawnPage.Of("grey", 60, 50, 1, v => (byte)(v * 255)).Draw(2, 2, 9, 9, 1).Draw(40, 20, 9, 9, 2);
        using DrawnPage colour = DrawnPage.Of("colour", 60, 50, 3, v => (byte)(v * 255)).Draw(2, 2, 9, 9, 1).Draw(40, 20, 9, 9, 2);
        using var training = new InteractiveTraining(Plenty, Small, Quick);
        foreach (DrawnPage[] pages in (DrawnPage[][])[[grey], [grey, colour], [grey]])
        {
            Model model = training.Train([.. pages.Select(page => page.Labelled)]).Model;
            Assert.That(model.Channels, Is.EqualTo(pages.Length == 2 ? 3 : 1));
            Assert.That(
                model.ToBytes(),
                Is.EqualTo(Segmenter.Train([.. pages.Select(page => page.Training)], Small, Quick).Model.ToBytes()));
        }
    }

    [Test]
    public void NamesAndSmoothingAreThoseOfAPlainTraining()
    {
        using DrawnPage page = DrawnPage.Of("page", 60, 50, 1, v => (byte)(v * 255)).Draw(2, 2, 9, 9, 1).Draw(40, 20, 9, 9, 2);
        using var training = new InteractiveTraining(Plenty, Small, Quick, smooth: Smoothing.Guided(3));
        TrainingResult result = training.Train([page.Labelled], ["dark", "light"]);
        TrainingResult expected = Segmenter.Train(
            [page.Training], Small, Quick, names: ["dark", "light"], smooth: Smoothing.Guided(3));
        Assert.That(result.Model.ToBytes(), Is.EqualTo(expected.Model.ToBytes()));
        Assert.That(result.Run.Pixels, Is.EqualTo(expected.Run.Pixels));
        Assert.That(result.Run.Samples, Is.EqualTo(expected.Run.Samples));
    }

    /// <summary>What a plain training says of its labels, and what it refuses.</summary>
    [Test]
    public void DoubtfulLabelsAreSaid()
    {
        using DrawnPage page = DrawnPage.Of("page", 60, 50, 1, v => (byte)(v * 255)).Draw(2, 2, 20, 20, 1).Draw(40, 20, 3, 1, 2);
        using var training = new InteractiveTraining(Plenty, Small, Quick);
        IReadOnlyList<string> few = training.Train([page.Labelled]).Run.Warnings;
        Assert.That(few.Single(), Does.StartWith("class 2 (value 2) has 3 labelled pixels against 400 of class 1"));
        for (byte value = 3; value <= 12; value++)
        {
            page.Draw(4 * value, 30, 4, 4, value);
        }
        IReadOnlyList<string> many = training.Train([page.Labelled]).Run.Warnings;
        Assert.That(many.Single(), Does.StartWith("The labels hold 12 classes"));
        Assert.That(many, Is.EqualTo(Segmenter.Train([page.Training], Small, Quick).Run.Warnings));
    }

    [TestCase(SampleType.UInt8, 1)]
    [TestCase(SampleType.UInt16, 1)]
    [TestCase(SampleType.UInt8, 3)]
    public void TheImageAsItsOwnLabelsIsRefused(SampleType type, int channels)
    {
        const int W = 60, H = 50;
        byte[] values = [.. Enumerable.Range(0, W * H).Select(i => (byte)(i * 7 / 5 % 11))];
        byte[] samples = [.. values.SelectMany(value => Enumerable.Repeat(value, channels))];
        using ImageReader image = type == SampleType.UInt8
            ? MemoryImage.FromMemory<byte>(samples, W, H, channels)
            : MemoryImage.FromMemory<ushort>(Array.ConvertAll(samples, value => (ushort)(300 * value)), W, H, channels);
        using var page = new PreparedImage(image, "page");
        ushort[] labels = [.. values.Select(value => (ushort)(type == SampleType.UInt8 ? value : 300 * value))];
        using var training = new InteractiveTraining(Plenty, Small, Quick);
        Assert.That(
            () => Train(labels), Throws.TypeOf<FastSegException>().With.Message.Contains("the image was given as its own labels"));
        labels[^1]++;
        Assert.That(() => Train(labels), Throws.Nothing, "one pixel of another class");

        void Train(ushort[] drawn)
        {
            long[] positions = [.. Enumerable.Range(0, drawn.Length).Where(i => drawn[i] != 0).Select(i => (long)i)];
            training.Train([new LabelledPage(page, positions, (ushort[])[.. positions.Select(i => drawn[i])])]);
        }
    }

    [Test]
    public void AStrokeReadsOnlyWhatSurroundsIt()
    {
        byte[] pixels = new byte[2000 * 2000];
        new Random(1).NextBytes(pixels);
        using var image = new Watched(MemoryImage.FromMemory<byte>(pixels, 2000, 2000));
        using DrawnPage page = new DrawnPage(image, "page").Draw(10, 10, 5, 5, 1).Draw(1900, 10, 5, 5, 2);
        using var training = new InteractiveTraining(Plenty, Small, Quick);
        training.Train([page.Labelled]);
        image.Forget();
        page.Draw(1000, 1500, 20, 4, 2);
        training.Train([page.Labelled]);
        Assert.That(image.Touched, Is.EqualTo(new Region(1000, 1500, 20, 4).Inflate(Small.Halo)));
        image.Forget();
        page.Draw(1000, 1500, 20, 4, 1);
        training.Train([page.Labelled]);
        Assert.That(image.Touched.IsEmpty, "another class needs no pixel");
    }
}
