using NUnit.Framework;

namespace FastSeg.Tests.Cli;

/// <summary>A folder for a fixture's files, windows of the sample images, and a small model trained by the program itself.</summary>
internal abstract class CliFixture
{
    private const string FewRounds = "4";

    protected string Folder { get; private set; } = "";

    /// <summary>A model of three classes, trained on one sample image.</summary>
    protected string Model => Path.Combine(Folder, "model.fastseg");

    protected static string Samples => SampleWindows.Folder;

    protected static string TrainImage => Path.Combine(Samples, "train", "lshr_15kx_3kv_0.png");

    protected static string TrainLabels => Path.Combine(Samples, "train", "lshr_15kx_3kv_0_labels.png");

    protected static string TestImage => Path.Combine(Samples, "test", "spot2_0d_0.png");

    protected static string TestTruth => Path.Combine(Samples, "test", "spot2_0d_0_gt.png");

    [OneTimeSetUp]
    public void MakeFolderAndModel()
    {
        Folder = Directory.CreateTempSubdirectory("fastseg-cli-").FullName;
        Outcome outcome = CommandLine.Run(
            "train", "--image", TrainImage, "--labels", TrainLabels, "--rounds", FewRounds, "--smooth", "none", "--no-score", "-o", Model);
        Assert.That(outcome.Error, Is.Empty);
        Assert.That(outcome.Code, Is.Zero);
    }

    [OneTimeTearDown]
    public void RemoveFolder() => Directory.Delete(Folder, recursive: true);

    /// <summary>A path in the fixture's folder.</summary>
    protected string At(string name) => Path.Combine(Folder, name);

    /// <summary>A new, empty folder in the fixture's.</summary>
    protected string NewFolder()
    {
        string folder = At(Guid.NewGuid().ToString("N"));
        Directory.CreateDirectory(folder);
        return folder;
    }

    /// <summary>Runs a command that must succeed silently on stderr.</summary>
    protected static string Succeed(params string[] arguments)
    {
        Outcome outcome = CommandLine.Run(arguments);
        Assert.That(outcome.Error, Is.Empty, string.Join(' ', arguments));
        Assert.That(outcome.Code, Is.Zero);
        return outcome.Output;
    }

    /// <summary>Runs a command that must succeed, whatever it warns about images that are no micrographs.</summary>
    protected static string Done(params string[] arguments)
    {
        Outcome outcome = CommandLine.Run(arguments);
        Assert.That(outcome.Code, Is.Zero, outcome.Error);
        return outcome.Output;
    }

    /// <summary>Runs a command that must exit 1 with one line, and returns the line.</summary>
    protected static string Fail(params string[] arguments)
    {
        Outcome outcome = CommandLine.Run(arguments);
        Assert.That(outcome.Code, Is.EqualTo(1), $"{string.Join(' ', arguments)}: {outcome.Error}");
        Assert.That(outcome.ErrorLines, Has.Length.EqualTo(1), outcome.Error);
        Assert.That(outcome.Error, Does.StartWith("fastseg: ").And.Not.Contain("unexpected").And.Not.Contain("   at "));
        return outcome.Error;
    }

    /// <summary>Runs a command that must exit 2 with its sentence and a hint, and returns both.</summary>
    protected static string Misuse(params string[] arguments)
    {
        Outcome outcome = CommandLine.Run(arguments);
        Assert.That(outcome.Code, Is.EqualTo(2), $"{string.Join(' ', arguments)}: {outcome.Error}");
        Assert.That(outcome.ErrorLines, Has.Length.EqualTo(2), outcome.Error);
        Assert.That(outcome.ErrorLines[1], Does.StartWith("Try `fastseg ").And.EndWith("--help`."));
        return outcome.Error;
    }

    /// <summary>The label map of a file.</summary>
    protected static (ImageInfo Info, byte[] Samples) Labels(string path)
    {
        using ImageReader reader = ImageFile.OpenLabels(path);
        return (reader.Info, Read(reader));
    }

    protected static byte[] Read(ImageReader reader)
    {
        byte[] samples = new byte[reader.Info.Bounds.Pixels * reader.Info.PixelBytes];
        reader.Read(reader.Info.Bounds, samples);
        return samples;
    }

    /// <summary>Writes an image of one channel.</summary>
    protected static void Write(string path, SampleType type, int width, int height, ReadOnlySpan<byte> samples)
    {
        using ImageWriter writer = ImageFile.Create(path, new ImageLayout(width, height, type));
        writer.Write(new Region(0, 0, width, height), samples);
        writer.Commit();
    }
}
