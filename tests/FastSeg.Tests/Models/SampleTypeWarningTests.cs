using System.IO.Compression;
using System.Text.Json;
using FastSeg.Tests.Cli;
using NUnit.Framework;

namespace FastSeg.Tests.Models;

/// <summary>Images whose samples have another range than those that a model was trained on.</summary>
[TestFixture]
internal sealed class SampleTypeWarningTests
{
    private static readonly SyntheticScene Scene = new(96, 80, seed: 6);

    private static readonly string Words =
        "wide has samples of uint16, but the model was trained on uint8 and does not standardise images: "
        + "it sees samples / 65535, and saw samples / 255; look at the labels before you trust them.";

    private static MemoryImage Wide => MemoryImage.FromMemory<ushort>(
        Array.ConvertAll(Scene.Pixels, sample => (ushort)(16 * sample)), Scene.Width, Scene.Height, name: "wide");

    [Test]
    public void AModelThatDoesNotStandardiseWarnsOfOtherRanges()
    {
        var segmenter = new Segmenter(Trained.GreyByType);
        using MemoryImage wide = Wide, same = Scene.Image;
        Assert.That(segmenter.Segment(wide).Run.Warnings, Is.EqualTo(new[] { Words }));
        Assert.That(segmenter.Features(wide).Run.Warnings, Is.EqualTo(new[] { Words }));
        Assert.That(segmenter.Segment(same).Run.Warnings, Is.Empty);
        using var session = new SegmentationSession(Trained.GreyByType, new FrameShape(96, 80, SampleType.UInt16));
        using var fitting = new SegmentationSession(Trained.GreyByType, new FrameShape(96, 80, SampleType.UInt8));
        Assert.That(session.Warnings, Is.EqualTo(new[] { Words.Replace("wide has", "A frame has", StringComparison.Ordinal) }));
        Assert.That(fitting.Warnings, Is.Empty);
        Assert.That(new Segmenter(Trained.Grey).Segment(wide).Run.Warnings, Is.Empty, "standardised");
    }

    [Test]
    public void TypesOfOneRangeAreAlike()
    {
        using MemoryImage wide = Wide, signed = MemoryImage.FromMemory<short>(
            Array.ConvertAll(Scene.Pixels, sample => (short)(16 * sample)), Scene.Width, Scene.Height);
        using MemoryImage labels = Scene.LabelImage;
        Model model = Segmenter.Train([new TrainingImage(wide, labels)], Trained.ByType, Trained.Quick).Model;
        Assert.That(new Segmenter(model).Segment(signed).Run.Warnings, Is.Empty);
        Model both = Segmenter.Train([new TrainingImage(wide, labels), Scene.Training], Trained.ByType, Trained.Quick).Model;
        Assert.That(new Segmenter(both).Segment(wide).Run.Warnings, Is.Empty);
        using MemoryImage floats = MemoryImage.FromMemory<float>(
            Array.ConvertAll(Scene.Pixels, sample => sample / 255f), Scene.Width, Scene.Height, name: "floats");
        Assert.That(
            new Segmenter(both).Segment(floats).Run.Warnings.Single(),
            Does.Contain("trained on uint16 and uint8").And.Contain("it sees samples / 1, and saw samples / 65535 or 255;"));
    }

    /// <summary>The types are kept where they matter; other models stay readable for older programs.</summary>
    [Test]
    public void TypesAreKeptWhereTheyMatter()
    {
        Assert.That(Description(Trained.GreyByType), Does.Contain("\"format\": 5").And.Contain("\"type\": \"uint8\""));
        Assert.That(Description(Trained.Grey), Does.Contain("\"format\": 5").And.Not.Contain("\"type\""));
        Model loaded = Model.Load(Trained.GreyByType.ToBytes());
        Assert.That(loaded.Images, Is.EqualTo(Trained.GreyByType.Images));
        using MemoryImage wide = Wide;
        Assert.That(new Segmenter(loaded).Segment(wide).Run.Warnings, Is.EqualTo(new[] { Words }));
        Model old = Model.Load(TestData.File("tests", "FastSeg.Tests", "Models", "format1.fastseg"));
        Assert.That(new Segmenter(old).Segment(wide).Run.Warnings, Is.Empty, "it does not say what it was trained on");
    }

    [Test]
    public void TheCommandLineSaysSo()
    {
        using var folder = new TemporaryFolder();
        string model = folder.File("m.fastseg"), image = folder.File("wide.npy"), report = folder.File("report.json");
        Trained.GreyByType.Save(model);
        using (MemoryImage wide = Wide)
        using (ImageWriter writer = ImageFile.Create(image, new ImageLayout(Scene.Width, Scene.Height, SampleType.UInt16)))
        {
            byte[] samples = new byte[2 * Scene.Pixels.Length];
            wide.Read(wide.Info.Bounds, samples);
            writer.Write(wide.Info.Bounds, samples);
            writer.Commit();
        }
        Outcome outcome = CommandLine.Run("segment", model, image, "-o", folder.File("l.png"), "--report", report);
        string sentence = Words.Replace("wide has", $"{image} has", StringComparison.Ordinal);
        Assert.That(outcome.Code, Is.Zero);
        Assert.That(outcome.Error, Is.EqualTo($"fastseg: warning: {sentence}\n"));
        using JsonDocument json = JsonDocument.Parse(File.ReadAllText(report));
        Assert.That(json.RootElement.GetProperty("warnings")[0].GetString(), Is.EqualTo(sentence));
        Assert.That(CommandLine.Run("info", model).Output, Does.Contain("uint8)"));
        foreach (string[] command in (string[][])[["segment", model, image], ["features", image, "--model", model]])
        {
            Outcome strict = CommandLine.Run([.. command, "-o", folder.File("strict.npy"), "--strict"]);
            Assert.That(strict.Code, Is.EqualTo(1));
            Assert.That(strict.Error, Is.EqualTo($"fastseg: {sentence}\n"));
            Assert.That(folder.File("strict.npy"), Does.Not.Exist);
        }
    }

    private static string Description(Model model)
    {
        using var zip = new ZipArchive(new MemoryStream(model.ToBytes()));
        using var reader = new StreamReader(zip.GetEntry("model.json")!.Open());
        return reader.ReadToEnd();
    }
}
