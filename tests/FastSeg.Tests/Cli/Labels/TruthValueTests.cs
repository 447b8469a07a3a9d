using System.Text.Json;
using NUnit.Framework;

namespace FastSeg.Tests.Cli.Labels;

/// <summary>A truth in the values that were drawn matches a segmentation in labels 1 to C, whose file says what they are.</summary>
internal sealed class TruthValueTests : CliFixture
{
    private const int W = 96, H = 80;

    private static readonly SyntheticScene Scene = new(W, H);

    private static readonly int[] Drawn = [0, 85, 170, 0, 0, 0, 0, 255];

    private string Greys => At("greys.fastseg");

    [OneTimeSetUp]
    public void TrainOnGreys()
    {
        File.WriteAllBytes(At("scene.npy"), Npy.Bytes("|u1", $"({H}, {W})", Scene.Pixels));
        Put("strokes.npy", [.. Scene.Labels.Select(value => (byte)Drawn[value])]);
        string[] how = ["--rounds", "8", "--smooth", "none", "--no-score", "--names", "matrix,disc,ring"];
        Succeed(["train", "--image", At("scene.npy"), "--labels", At("strokes.npy"), "-o", Greys, .. how]);
    }

    [Test]
    public void TruthsInValuesAndInLabelsScoreAlike([Values(".tif", ".png", ".npy")] string extension)
    {
        string labels = At("labels" + extension), kept = At("kept" + extension);
        Succeed("segment", Greys, At("scene.npy"), "-o", labels);
        Succeed("segment", Greys, At("scene.npy"), "-o", kept, "--keep-values");
        byte[] found = Labels(labels).Samples;
        Assert.That(found.Distinct().Order(), Is.EqualTo((byte[])[1, 2, 3]));
        string[] classes = ["1 matrix (drawn as 85), 2 disc (drawn as 170), 3 ring (drawn as 255)", "85 matrix, 170 disc, 255 ring"];
        Assert.That(Succeed("info", labels).Contains(classes[0], StringComparison.Ordinal), Is.EqualTo(extension != ".npy"));
        Assert.That(Succeed("info", kept).Contains(classes[1], StringComparison.Ordinal), Is.EqualTo(extension != ".npy"));
        // A truth that differs from the segmentation in one row of eighty.
        byte[] truth = [.. found.Select((value, i) => i < W ? (byte)1 : value)];
        Put("truth-labels.npy", truth);
        Put("truth-values.npy", [.. truth.Select(value => (byte)(value == 1 ? 85 : value == 2 ? 170 : 255))]);
        double[] expected = [.. Enumerable.Range(1, 3).Select(c => Iou(found, truth, (byte)c))];
        string[] model = extension == ".npy" ? ["--model", Greys] : [];

        IsScore(["score", labels, At("truth-labels.npy"), .. model], expected, byValues: false);
        IsScore(["score", labels, At("truth-values.npy"), .. model], expected, byValues: true);
        IsScore(["score", kept, At("truth-values.npy"), .. model], expected, byValues: false);
        string text = Succeed(["score", labels, At("truth-values.npy"), .. model]);
        Assert.That(text, Does.Contain("(matrix ").And.Contain("  ring ").And.Contain("by the values drawn"));
        if (extension == ".npy")
        {
            Assert.That(Fail("score", labels, At("truth-values.npy")), Does.Contain("no value in common"));
        }
    }

    /// <summary>Values that are neither labels nor values of the model have nothing in common with it.</summary>
    [Test]
    public void OtherValuesAreRefused()
    {
        string labels = At("refused.tif");
        Succeed("segment", Greys, At("scene.npy"), "-o", labels);
        Put("other.npy", [.. Labels(labels).Samples.Select(value => (byte)(value * 60))]);
        Assert.That(Fail("score", labels, At("other.npy")), Does.Contain("holds 1, 2, 3 where").And.Contain("no value in common"));
    }

    [Test]
    public void ATruthThatStartsAtZeroIsSaid()
    {
        string labels = At("shifted.tif");
        Succeed("segment", Greys, At("scene.npy"), "-o", labels);
        byte[] found = Labels(labels).Samples;
        // One pixel agrees by chance, so that the score is above 0.
        int lone = Array.IndexOf(found, (byte)1);
        Put("shifted.npy", [.. found.Select((value, i) => i == lone ? (byte)1 : (byte)(value - 1))]);
        Outcome outcome = CommandLine.Run("score", labels, At("shifted.npy"));
        Assert.That(outcome.Code, Is.Zero, outcome.Error);
        Assert.That(outcome.ErrorLines.Single(), Does.Contain("shifted.npy: 1, 2 mostly lie where").And.Contain("--truth-offset 1"));
        Assert.That(CommandLine.Run("score", labels, At("shifted.npy"), "--truth-offset", "1").Error, Is.Empty);
    }

    /// <summary>255 for what nobody labelled, beside values that are classes.</summary>
    [TestCase(".tif")]
    [TestCase(".npy")]
    public void AValueThatIsNoClassIsSaid(string extension)
    {
        string labels = At("void" + extension);
        Succeed("segment", Greys, At("scene.npy"), "-o", labels);
        byte[] found = Labels(labels).Samples;
        Put("unlabelled.npy", [.. found.Select((value, i) => i < 5 ? (byte)255 : value)]);
        Outcome outcome = CommandLine.Run("score", labels, At("unlabelled.npy"));
        Assert.That(outcome.Code, Is.Zero, outcome.Error);
        string said = outcome.ErrorLines.Single();
        Assert.That(said, Does.Contain("unlabelled.npy: 5 pixels have the value 255, which is no class").And.Contain("--void 255"));
        Assert.That(Succeed("score", labels, At("unlabelled.npy"), "--void", "255"), Does.Contain("1.0000"));
    }

    /// <summary>Colours of a truth become classes by a guess, which is said.</summary>
    [Test]
    public void AGuessAboutATruthsColoursIsSaid()
    {
        string labels = At("guessed.tif"), colours = At("guessed.npy");
        Succeed("segment", Greys, At("scene.npy"), "-o", labels);
        byte[] drawn =
        [
            .. Labels(labels).Samples
                .SelectMany(value => (byte[])(value == 1 ? [0, 0, 255] : value == 2 ? [255, 0, 0] : [0, 0, 0])),
        ];
        File.WriteAllBytes(colours, Npy.Bytes("|u1", $"({H}, {W}, 3)", drawn));
        Outcome outcome = CommandLine.Run("score", labels, colours);
        Assert.That(outcome.ErrorLines[0], Does.Contain("each colour was taken for a class (blue (#0000ff) = 1, red (#ff0000) = 2)"));
        Succeed("score", labels, colours, "--colours", "blue=1,red=2");
        Outcome picture = CommandLine.Run("preview", At("scene.npy"), "--strokes", colours, "-o", At("guessed.png"));
        Assert.That(picture.ErrorLines.Single(), Does.Contain("each colour was taken for a class"));
    }

    private static void IsScore(string[] command, double[] expected, bool byValues)
    {
        using JsonDocument json = JsonDocument.Parse(Succeed([.. command, "--json"]));
        JsonElement image = json.RootElement.GetProperty("images")[0];
        Assert.That(
            image.GetProperty("classes").EnumerateArray().Select(one => one.GetProperty("iou").GetDouble()),
            Is.EqualTo(expected).Within(1e-12), string.Join(' ', command));
        Assert.That(image.TryGetProperty("byValues", out _), Is.EqualTo(byValues));
    }

    private static double Iou(byte[] found, byte[] truth, byte value) =>
        (double)found.Zip(truth).Count(pair => pair.First == value && pair.Second == value)
        / found.Zip(truth).Count(pair => pair.First == value || pair.Second == value);

    private void Put(string name, byte[] samples) => File.WriteAllBytes(At(name), Npy.Bytes("|u1", $"({H}, {W})", samples));
}
