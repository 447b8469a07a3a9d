using FastSeg.Tests.Images.Tiff;
using NUnit.Framework;

namespace FastSeg.Tests.Cli.Trust;

/// <summary>A stack whose page nobody chose: what was taken is said, once, and how to choose.</summary>
internal sealed class StackTests : CliFixture
{
    /// <summary>Stands behind a command that could take all pages, and says so; it is no argument of the command.</summary>
    private const string All = "#all";

    private string Stack => At("stack.tif");

    private string LabelStack => At("drawn.tif");

    [OneTimeSetUp]
    public void WriteStacks()
    {
        File.WriteAllBytes(Stack, Pages(TrainImage, 3));
        File.WriteAllBytes(LabelStack, Pages(TrainLabels, 2));
    }

    [Test]
    public void SegmentFeaturesPreviewAndPlanSayItOnce()
    {
        OneWarning(Stack, 3, "segment", Model, Stack, "-o", At("l.tif"), "--report", At("r.json"), All);
        Assert.That(File.ReadAllText(At("r.json")), Does.Contain("of which the first was taken"));
        OneWarning(Stack, 3, "features", Stack, "--sigmas", "1", "-o", At("f.npy"));
        OneWarning(Stack, 3, "features", Stack, "--model", Model, "-o", At("f.npy"));
        OneWarning(Stack, 3, "preview", Stack, "--features", "-o", At("p.png"));
        OneWarning(Stack, 3, "preview", Stack, "-o", At("p.png"));
        OneWarning(Stack, 3, "plan", Model, Stack, All);
        OneWarning(LabelStack, 2, "preview", TrainImage, "--segmentation", LabelStack, "-o", At("p.png"));
    }

    [Test]
    public void MasksLabelsAndTruthsAreStacksToo()
    {
        OneWarning(LabelStack, 2, "segment", Model, TrainImage, "--mask", LabelStack, "-o", At("l.tif"));
        OneWarning(LabelStack, 2, "score", TrainLabels, LabelStack);
        OneWarning(LabelStack, 2, "score", LabelStack, LabelStack);
        Outcome outcome = CommandLine.Run(
            "train", "--image", Stack, "--labels", LabelStack, "--rounds", "1", "--no-score", "-o", At("m.fastseg"));
        Assert.That(outcome.ErrorLines, Is.EqualTo((string[])[Sentence(Stack, 3), Sentence(LabelStack, 2)]));
    }

    [Test]
    public void NothingIsSaidOfAPageThatWasChosen()
    {
        Succeed("segment", Model, Stack + "#1", "-o", At("one.tif"));
        Succeed("segment", Model, Stack + "#3", "-o", At("three.tif"), "--mask", LabelStack + "#2");
        Succeed("preview", Stack + "#2", "-o", At("p.png"));
        Assert.That(Labels(At("one.tif")).Samples, Does.Contain((byte)1));
    }

    private static string Sentence(string path, int pages, bool all = false) =>
        $"fastseg: warning: {path} has {pages} pages, of which the first was taken; write {path}#N for page N, 1 to {pages}"
        + (all ? $", or {path}#all for all of them." : ".");

    private static void OneWarning(string path, int pages, params string[] arguments)
    {
        bool all = arguments[^1] == All;
        Outcome outcome = CommandLine.Run(all ? arguments[..^1] : arguments);
        Assert.That(outcome.Code, Is.Zero, outcome.Error);
        Assert.That(outcome.Error, Is.EqualTo(Sentence(path, pages, all) + "\n"), string.Join(' ', arguments));
    }

    /// <summary>The image as a TIFF of several equal pages.</summary>
    private static byte[] Pages(string image, int count)
    {
        (ImageInfo info, byte[] samples) = Labels(image);
        TiffBuilder Page() => new TiffBuilder().Image(samples, (int)info.Width, (int)info.Height, 1, SampleType.UInt8);
        return TiffBuilder.Build([.. Enumerable.Range(0, count).Select(_ => Page())], bigEndian: false, bigTiff: false);
    }
}
