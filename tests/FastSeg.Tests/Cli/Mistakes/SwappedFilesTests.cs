using NUnit.Framework;

namespace FastSeg.Tests.Cli.Mistakes;

/// <summary>Files given in the wrong place: a sentence asks whether they are swapped before any work is done.</summary>
internal sealed class SwappedFilesTests : CliFixture
{
    private const int W = 96, H = 80;

    private static readonly SyntheticScene Scene = new(W, H);

    private string Image => At("scene.npy");

    private string Drawn => At("drawn.npy");

    private string Trained => At("trained.fastseg");

    [OneTimeSetUp]
    public void TrainOnScene()
    {
        Put("scene.npy", Scene.Pixels);
        Put("drawn.npy", Scene.Labels);
        Succeed(Train(Image, Drawn, "trained.fastseg", "--names", "matrix,disc,ring"));
    }

    [Test]
    public void ImageAndLabelsSwappedAreRefused()
    {
        string sentence = Fail(Train(Drawn, Image, "swapped.fastseg"));
        Assert.That(sentence, Does.Contain("scene.npy hold ").And.Contain("drawn.npy only 4: swapped?").And.Contain("--names A,B,.."));
        Assert.That(File.Exists(At("swapped.fastseg")), Is.False);
    }

    /// <summary>More classes than people draw are trained where each has a name.</summary>
    [Test]
    public void ManyClassesNeedNames()
    {
        byte[] many = [.. Scene.Labels.Select((value, i) => value == 0 ? (byte)0 : (byte)(1 + (i % 33)))];
        Put("many.npy", many);
        Assert.That(Fail(Train(Image, At("many.npy"), "many.fastseg")), Does.Contain("hold 33 classes").And.Contain("--names A,B,.."));
        Assert.That(File.Exists(At("many.fastseg")), Is.False);
        string names = string.Join(',', Enumerable.Range(1, 33).Select(i => $"grain{i}"));
        Outcome asked = CommandLine.Run(Train(Image, At("many.npy"), "many.fastseg", "--names", names));
        Assert.That(asked.Code, Is.Zero, asked.Error);
        Put("fewer.npy", [.. many.Select(value => (byte)Math.Min((int)value, 32))]);
        Assert.That(CommandLine.Run(Train(Image, At("fewer.npy"), "many.fastseg")).Code, Is.Zero);
    }

    [TestCase("segment", "-o", "o.tif")]
    [TestCase("plan")]
    public void AnImageInFrontOfItsModelIsSaid(string command, params string[] more)
    {
        string[] files = [.. more.Select(word => word.EndsWith(".tif", StringComparison.Ordinal) ? At(word) : word)];
        string said = Misuse([command, Image, Trained, .. files]);
        Assert.That(said, Does.Contain("scene.npy is no model").And.Contain("swapped?"));
        Assert.That(said, Does.Contain($"`fastseg {command} {Trained} {Image}`"));
    }

    /// <summary>A label map of ours says what it is; one of other programs has few values.</summary>
    [Test]
    public void ALabelMapGivenAsAnImageIsSaid([Values("map.tif", "map.png", "map.npy", "whole.npy")] string name)
    {
        byte[] labels = [.. Scene.Pixels.Select(sample => (byte)(sample > 200 ? 3 : sample > 110 ? 2 : 1))];
        if (name == "whole.npy")
        {
            File.WriteAllBytes(At(name), Npy.Bytes("<f4", $"({H}, {W})", Floats(labels)));
        }
        else if (name == "map.npy")
        {
            Put(name, labels);
        }
        else
        {
            Succeed("segment", Trained, Image, "-o", At(name));
        }
        Outcome outcome = CommandLine.Run("segment", Trained, At(name), "-o", At("of.tif"));
        string[] said = [.. outcome.ErrorLines.Where(line => line.Contains("label map", StringComparison.Ordinal))];
        Assert.That(said, Has.Length.EqualTo(1), outcome.Error);
        Assert.That(said[0], Does.Contain(name).And.Contain(
            name.EndsWith(".npy", StringComparison.Ordinal) ? "has only 3 different values" : "is a label map (matrix, disc, ring)"));
        Assert.That(CommandLine.Run("segment", Trained, At(name), "-o", At("of.tif"), "--strict").Code, Is.EqualTo(1));
    }

    /// <summary>A model that was trained on images of few values knows them.</summary>
    [Test]
    public void ImagesOfFewValuesAreKnownToTheirModel()
    {
        Put("levels.npy", [.. Scene.Pixels.Select(sample => (byte)(sample / 50 * 50))]);
        Succeed(Train(At("levels.npy"), Drawn, "levels.fastseg", "--names", "a,b,c"));
        Succeed("segment", At("levels.fastseg"), At("levels.npy"), "-o", At("levels.tif"));
    }

    [Test]
    public void TruthAndSegmentationSwappedAreSaid()
    {
        string map = At("scored.tif");
        Succeed("segment", Trained, Image, "-o", map);
        byte[] truth = Labels(map).Samples;
        Write(At("truth.tif"), SampleType.UInt8, W, H, truth);
        string[] columns = ["matrix", "disc", "ring"];
        string right = Succeed("score", map, At("truth.tif"));
        Assert.That(right, Does.Contain("(matrix 1.0000  disc 1.0000  ring 1.0000)"));
        Assert.That(right.Split('\n').Count(line => columns.All(line.Contains) && !line.Contains('(')), Is.EqualTo(1), "heads");
        Outcome swapped = CommandLine.Run("score", At("truth.tif"), map);
        Assert.That(swapped.Code, Is.Zero);
        Assert.That(swapped.ErrorLines.Single(), Does.Contain("scored.tif names its classes").And.Contain("swapped?"));
        Assert.That(swapped.Output, Does.Contain("matrix 1.0000"), "the truth's names are better than none");
        Put("truth.npy", truth);
        Assert.That(CommandLine.Run("score", At("truth.npy"), map).Error, Is.Empty, "an array has no place for names");
    }

    private string[] Train(string image, string labels, string model, params string[] more) =>
        ["train", "--image", image, "--labels", labels, "--rounds", "4", "--smooth", "none", "--no-score", "-o", At(model), .. more];

    private static byte[] Floats(byte[] samples) => [.. samples.SelectMany(sample => BitConverter.GetBytes((float)sample))];

    private void Put(string name, byte[] samples) => File.WriteAllBytes(At(name), Npy.Bytes("|u1", $"({H}, {W})", samples));
}
