using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using FastSeg.Tests.Reference;
using NUnit.Framework;

namespace FastSeg.Tests.Cli.Trust;

/// <summary>What a report says of where a result comes from, and what train prints of its model.</summary>
[TestFixture]
internal sealed class ReportTests
{
    [Test]
    public void AReportNamesModelImagesAndOptions()
    {
        using var folder = new TemporaryFolder();
        string model = folder.File("m.fastseg"), image = folder.File("i.npy"), report = folder.File("r.json");
        Trained.Grey.Save(model);
        var scene = new SyntheticScene(80, 60, seed: 3);
        using (ImageWriter writer = ImageFile.Create(image, new ImageLayout(80, 60, SampleType.UInt8)))
        {
            writer.Write(new Region(0, 0, 80, 60), scene.Pixels);
            writer.Commit();
        }
        Outcome outcome = CommandLine.Run("segment", model, image, "-o", folder.File("l.png"), "--report", report);
        Assert.That(outcome.Code, Is.Zero, outcome.Error);
        using JsonDocument json = JsonDocument.Parse(File.ReadAllText(report));
        JsonElement root = json.RootElement, first = root.GetProperty("images")[0];
        Assert.That(root.GetProperty("model").GetProperty("sha256").GetString(), Is.EqualTo(Sha256(model)));
        Assert.That(first.GetProperty("sha256").GetString(), Is.EqualTo(Sha256(image)));
        Assert.That(root.GetProperty("options").EnumerateArray().Select(part => part.GetString()), Does.Contain("-o").And.Contain(image));
        JsonElement data = first.GetProperty("data");
        Assert.That(data.GetProperty("type").GetString(), Is.EqualTo("uint8"));
        Assert.That(data.GetProperty("mean").GetDouble(), Is.EqualTo(scene.Pixels.Average(sample => (double)sample)).Within(1e-9));
        Assert.That(data.GetProperty("doubts").GetString(), Is.EqualTo("none"));
    }

    /// <summary>The gains that libxgboost writes when it saves the trees itself, as JSON.</summary>
    [Test]
    public void UsefulPlanesAreThoseOfXgboostsGains()
    {
        Model model = Trained.Grey;
        double[] gains = new double[model.Planes];
        using JsonDocument json = JsonDocument.Parse(
            Encoding.UTF8.GetString(XgBoostPeer.Resave(model.ForestBytes.ToArray(), "json")));
        JsonElement booster = json.RootElement.GetProperty("learner").GetProperty("gradient_booster").GetProperty("model");
        foreach (JsonElement tree in booster.GetProperty("trees").EnumerateArray())
        {
            int[] left = [.. tree.GetProperty("left_children").EnumerateArray().Select(child => child.GetInt32())];
            for (int node = 0; node < left.Length; node++)
            {
                int plane = tree.GetProperty("split_indices")[node].GetInt32();
                gains[plane] += left[node] < 0 ? 0 : tree.GetProperty("loss_changes")[node].GetDouble();
            }
        }
        IReadOnlyList<PlaneGain> found = model.UsefulPlanes();
        int best = Array.IndexOf(gains, gains.Max());
        Assert.That(found[0].Name, Is.EqualTo(model.Features.Names[best]));
        Assert.That(found[0].Share, Is.EqualTo(gains[best] / gains.Sum()).Within(1e-6));
        Assert.That(found, Has.Count.EqualTo(model.Planes));
        Assert.That(found.Sum(plane => plane.Share), Is.EqualTo(1).Within(1e-9));
    }

    private static string Sha256(string path) => Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(path)));
}
