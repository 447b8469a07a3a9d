using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using FastSeg.Tests.Hostile;
using NetVips;
using NUnit.Framework;

namespace FastSeg.Tests.Cli.Ends;

/// <summary>
/// Pictures that a library decodes: a process takes no more than 2 % over its plan, nor over the least memory that the program says would
/// do, and with less it computes nothing.
/// </summary>
internal sealed partial class PeakTests : CliFixture
{
    private const double Most = 1.02;

    private string _colour = "";

    [OneTimeSetUp]
    public void SaveAModelOfColours()
    {
        _colour = At("colour.fastseg");
        Trained.Colour.Save(_colour);
    }

    [TestCase("lossy.webp", 4000, 3000, 3)]
    [TestCase("alpha.webp", 2500, 2000, 4)]
    [TestCase("wide.webp", 16000, 200, 3)]
    [TestCase("progressive.jpg", 3000, 2000, 3)]
    [TestCase("wide.jpg", 60000, 150, 3)]
    [TestCase("wide.png", 100000, 100, 3)]
    [TestCase("wider.png", 600000, 20, 1)]
    [TestCase("interlaced.png", 2000, 2000, 3)]
    [TestCase("alpha.png", 50000, 100, 4)]
    public void APicturesPeakIsWhereItsPlanSays(string name, int width, int height, int bands)
    {
        string path = At(name), report = At("peak.json");
        Save(path, width, height, bands);
        string[] command =
        [
            "segment", bands == 1 ? Model : _colour, path, "-o", At("labels.tif"), "--region", "10,0,600,20", "--threads", "2",
            "--report", report,
        ];
        AssertPeak(command, report, double.PositiveInfinity);
        Outcome refused = ChildProcess.Run([.. command, "--memory", "16MiB"]).Outcome;
        Assert.That(refused.Code, Is.EqualTo(1));
        Match said = Least().Match(refused.Error);
        Assert.That(said.Success, refused.Error);
        long least = long.Parse(said.Groups[1].Value, CultureInfo.InvariantCulture);
        AssertPeak([.. command, "--memory", $"{least}MiB"], report, least << 20);
    }

    /// <summary>Thousands of trees, and the file that is made of them, take more than the rows they are grown on.</summary>
    [Test]
    public void ATrainingsPeakIsWhereItsPlanSays()
    {
        string report = At("train.json");
        string[] command =
        [
            "train", "--image", TrainImage, "--labels", TrainLabels, "--rounds", "2000", "--no-score", "--smooth", "none", "--sigmas", "1",
            "--families", "gaussian,sobel", "--threads", "2", "--report", report, "-o", At("trees.fastseg"),
        ];
        AssertPeak(command, report, double.PositiveInfinity);
    }

    private static void AssertPeak(string[] command, string report, double budget)
    {
        (Outcome outcome, long seen) = ChildProcess.Run(command);
        Assert.That(outcome.Code, Is.Zero, outcome.Error);
        using JsonDocument json = JsonDocument.Parse(File.ReadAllBytes(report));
        double planned = json.RootElement.GetProperty("predictedPeakBytes").GetDouble();
        double peak = Math.Max(seen, json.RootElement.GetProperty("peakBytes").GetDouble());
        TestContext.Out.WriteLine($"planned {planned / 1048576:F1} MiB, {peak / 1048576:F1} MiB at the peak: {peak / planned:P1}");
        Assert.That(peak, Is.LessThanOrEqualTo(Most * Math.Min(planned, budget)));
    }

    /// <summary>Squares of a few colours: quick to write, and large when they are decoded.</summary>
    private static void Save(string path, int width, int height, int bands)
    {
        byte[] samples = new byte[width * height * bands];
        for (int i = 0; i < samples.Length; i++)
        {
            int pixel = i / bands;
            samples[i] = (byte)(((pixel % width / 8 * 37) + (pixel / width / 8 * 91) + (i % bands * 50)) % 251);
        }
        using Image image = Image.NewFromMemory(samples, width, height, bands, Enums.BandFormat.Uchar);
        using Image picture = image.Copy(interpretation: bands == 1 ? Enums.Interpretation.Bw : Enums.Interpretation.Srgb);
        bool whole = Path.GetFileName(path) is "interlaced.png" or "progressive.jpg";
        File.WriteAllBytes(path, Path.GetExtension(path) switch
        {
            ".webp" => picture.WebpsaveBuffer(lossless: bands == 4, effort: 0),
            ".jpg" => picture.JpegsaveBuffer(interlace: whole),
            _ => picture.PngsaveBuffer(compression: 1, interlace: whole),
        });
    }

    [GeneratedRegex(@"the least that would do is ([0-9]+)MiB\.")]
    private static partial Regex Least();
}
