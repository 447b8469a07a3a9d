using System.Globalization;
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

    /// <summary>
    /// numpy's percentiles of the samples, taken in <see cref="Percentile"/> by sorting; the wide image has 16 times as much as its scene.
    /// </summary>
    private static string Words
    {
        get
        {
            (double low, double high) = (Percentile(Scene, 0.001), Percentile(Scene, 0.999));
            var known = new SyntheticScene(200, 150);
            (double least, double most) = (Percentile(known, 0.001), Percentile(known, 0.999));
            return string.Create(
                CultureInfo.InvariantCulture,
                $"wide has samples of uint16 from {16 * low:G4} to {16 * high:G4} (0.1 to 99.9 %), but the model was trained on uint8 " +
                $"from {least:G4} to {most:G4} and does not standardise images: it sees from {16 * low / 65535:G4} to " +
                $"{16 * high / 65535:G4}, and saw from {least / 255:G4} to {most / 255:G4}; bring the image to the type and range of the " +
                $"training images, or train with images standardised.");
        }
    }

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
        Assert.That(
            session.Warnings.Single(),
            Does.StartWith("A frame has samples of uint16, but the model was trained on uint8 from ")
                .And.Contain("sees samples / 65535, and saw samples / 255;"));
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
            Does.Contain("trained on uint16 and uint8 and does not"));
    }

    /// <summary>The types are kept where they matter; other models stay readable for older programs.</summary>
    [Test]
    public void TypesAreKeptWhereTheyMatter()
    {
        Assert.That(Description(Trained.GreyByType), Does.Contain("\"format\": 5").And.Contain("\"type\": \"uint8\""));
        Assert.That(Trained.Grey.Images!.Select(image => image.Type), Is.All.Null);
        Model loaded = Model.Load(Trained.GreyByType.ToBytes());
        Assert.That(loaded.Images, Is.EqualTo(Trained.GreyByType.Images));
        using MemoryImage wide = Wide;
        Assert.That(JsonSerializer.Serialize(loaded.Data), Is.EqualTo(JsonSerializer.Serialize(Trained.GreyByType.Data)));
        Assert.That(new Segmenter(loaded).Segment(wide).Run.Warnings, Is.EqualTo(new[] { Words }));
        Model old = Model.Load(TestData.File("tests", "FastSeg.Tests", "Models", "format1.fastseg"));
        Assert.That(
            new Segmenter(old).Segment(wide).Run.Warnings, Has.None.Contains("trained on uint"), "it does not say what it was trained on");
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

    /// <summary>The percentile that numpy gives, by sorting.</summary>
    private static double Percentile(SyntheticScene scene, double share)
    {
        byte[] sorted = [.. scene.Pixels];
        Array.Sort(sorted);
        double place = share * (sorted.Length - 1);
        int below = (int)place;
        return sorted[below] + ((place - below) * (sorted[Math.Min(below + 1, sorted.Length - 1)] - sorted[below]));
    }

    private static string Description(Model model)
    {
        using var zip = new ZipArchive(new MemoryStream(model.ToBytes()));
        using var reader = new StreamReader(zip.GetEntry("model.json")!.Open());
        return reader.ReadToEnd();
    }
}
