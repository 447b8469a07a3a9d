using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using FastSeg.Tests.Hostile;
using NUnit.Framework;

namespace FastSeg.Tests.Cli.Trust;

/// <summary>Files on which something once went wrong. What is made like them is tested beside this.</summary>
internal sealed partial class FoundFileTests : CliFixture
{
    private const double MostOverPlan = 1.02;

    /// <summary>Models that took hundreds of MiB, or ended in an exception that nobody had foreseen.</summary>
    [TestCase("sigmas_3000.fastseg")]
    [TestCase("bomb_ubj_objects.fastseg")]
    [TestCase("format_is_string.fastseg")]
    public void AModelIsRefusedInASentenceAndLittleMemory(string name)
    {
        (Outcome outcome, long peak) = ChildProcess.Run("info", TestData.Finding("hostile", name));
        Assert.That((outcome.Code, outcome.Output), Is.EqualTo((1, "")));
        Assert.That(outcome.ErrorLines, Has.Length.EqualTo(1));
        Assert.That(outcome.Error, Does.StartWith("fastseg: ").And.Not.Contain("unexpected").And.Contain(name));
        Assert.That(peak, Is.LessThan(100L << 20));
    }

    /// <summary>Names that would steer the terminal or forge a line.</summary>
    [TestCase("info", "ctrlname.fastseg")]
    [TestCase("segment", "ctrlname.fastseg")]
    [TestCase("info", "bb_escape")]
    [TestCase("info", "unit_escape.tif")]
    public void WhatIsPrintedIsEscaped(string command, string name)
    {
        string path = name == "unit_escape.tif" ? TestData.File("tests", "data", "cases", name) : TestData.Finding("hostile", name);
        string[] more = command == "segment" ? [TestImage, "-o", At("escaped.tif")] : [];
        Outcome outcome = ChildProcess.Run([command, path, .. more]).Outcome;
        string printed = outcome.Output + outcome.Error;
        Assert.That(printed, Is.Not.Empty);
        Assert.That(printed.Any(letter => char.IsControl(letter) && letter != '\n'), Is.False, printed);
        if (command == "info")
        {
            Assert.That(printed, Does.Contain("\\u001b").Or.Contain("\\n"));
        }
    }

    /// <summary>Pictures that took 1.3 and 1.8 times what they were allowed.</summary>
    [TestCase("m_rgb.webp", "100,100,600,600", 138)]
    [TestCase("prog0.tif", "0,0,64,64", 150)]
    public void APictureKeepsToItsMemoryOrIsRefusedWithTheLeast(string name, string region, int allowed)
    {
        string model = name == "m_rgb.webp" ? TestData.Finding("hostile", "rgb.fastseg") : Model;
        string[] command =
        [
            "segment", model, TestData.Finding("hostile", name), "-o", At("kept.tif"), "--region", region, "--threads", "2",
            "--report", At("kept.json"),
        ];
        AssertKept(command, allowed, out string? refusal);
        if (refusal is not null)
        {
            Match least = Least().Match(refusal);
            Assert.That(least.Success, refusal);
            int enough = int.Parse(least.Groups[1].Value, CultureInfo.InvariantCulture);
            Assert.That(enough, Is.GreaterThan(allowed));
            AssertKept(command, enough, out refusal);
            Assert.That(refusal, Is.Null);
        }
    }

    /// <summary>A network that names its weights the other way round; a changed byte of them makes it another network.</summary>
    [Test]
    public void ChangedWeightsBesideANetworkAreSeen()
    {
        string from = TestData.Finding("hostile", "backbone_swapped_protobuf"), model = TestData.Finding("hostile", "x_swap_in.fastseg");
        string folder = NewFolder();
        foreach (string file in Directory.GetFiles(from))
        {
            File.WriteAllBytes(Path.Combine(folder, Path.GetFileName(file)), File.ReadAllBytes(file));
        }
        string weights = Path.Combine(folder, "w.bin");
        byte[] bytes = File.ReadAllBytes(weights);
        bytes[bytes.Length / 2] ^= 0x10;
        File.WriteAllBytes(weights, bytes);
        string said = Fail("segment", model, TestImage, "--deep", folder, "-o", At("changed.tif"));
        Assert.That(said, Does.Contain(folder));
        Assert.That(File.Exists(At("changed.tif")), Is.False);
    }

    private void AssertKept(string[] command, int allowed, out string? refusal)
    {
        (Outcome outcome, long peak) = ChildProcess.Run([.. command, "--memory", $"{allowed}MiB"]);
        refusal = outcome.Code == 0 ? null : outcome.Error;
        if (refusal is null)
        {
            using JsonDocument json = JsonDocument.Parse(File.ReadAllBytes(At("kept.json")));
            peak = Math.Max(peak, json.RootElement.GetProperty("peakBytes").GetInt64());
            Assert.That(peak, Is.LessThanOrEqualTo(MostOverPlan * ((long)allowed << 20)));
        }
        else
        {
            Assert.That(outcome.ErrorLines, Has.Length.EqualTo(1));
            Assert.That(peak, Is.LessThanOrEqualTo((long)allowed << 20), "what is refused is not decoded");
        }
    }

    [GeneratedRegex(@"the least that would do is ([0-9]+)MiB\.")]
    private static partial Regex Least();
}
