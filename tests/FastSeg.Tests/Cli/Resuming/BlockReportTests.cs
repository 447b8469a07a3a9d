using System.Text.Json;
using FastSeg.Tests.Images;
using NUnit.Framework;

namespace FastSeg.Tests.Cli.Resuming;

/// <summary>What is reported of blocks, and of what puts them together.</summary>
internal sealed class BlockReportTests : CliFixture
{
    private const int Width = 300, Height = 200;

    [Test]
    public void ABlockReportsWhatItDidAndFinishTheAreas()
    {
        string folder = NewFolder(), image = Path.Combine(folder, "i.tif"), output = Path.Combine(folder, "o.ome.zarr");
        Write(image, SampleType.UInt8, Width, Height, Scratch.Samples(Width, Height, 1, SampleType.UInt8));
        string[] command = ["segment", Model, image, "--chunk", "64", "-o"];
        string whole = Areas(Done([.. command, Path.Combine(folder, "whole.ome.zarr")]));
        Done([.. command, output, "--prepare"]);
        long pixels = 0;
        foreach (int block in (int[])[1, 2])
        {
            JsonElement report = Report([.. command, output, "--block", $"{block}/2"]), of = report.GetProperty("images")[0];
            Assert.That(of.GetProperty("block").GetString(), Is.EqualTo($"{block}/2"));
            Assert.That(of.TryGetProperty("classes", out _), Is.False, "a block's areas are not the image's");
            // Ten of 5 x 4 chunks: two rows of them.
            Assert.That(of.GetProperty("pixels").GetInt64(), Is.EqualTo(block == 1 ? Width * 128 : Width * (Height - 128)));
            pixels += report.GetProperty("pixels").GetInt64();
        }
        Assert.That(pixels, Is.EqualTo(Width * Height));
        Assert.That(
            Report([.. command, output, "--block", "2/2", "--resume"]).GetProperty("pixels").GetInt64(), Is.Zero, "nothing was left to do");
        string error = Fail("finish", output, "--memory", "1MiB");
        Assert.That(error, Does.Contain("is not enough to put the blocks together; the least that would do is "));
        Assert.That(error, Does.Contain($"all blocks stay in {Path.Combine(folder, ".o.ome.zarr.fastseg-run")}, and `fastseg finish "));
        foreach (string start in (string[])["the first", "one that finds all finished"])
        {
            JsonElement report = Report(["finish", output]), of = report.GetProperty("images")[0];
            Assert.That(of.GetProperty("pixels").GetInt64(), Is.EqualTo(Width * Height), start);
            JsonElement[] classes = [.. of.GetProperty("classes").EnumerateArray()];
            Assert.That(classes.Sum(one => one.GetProperty("pixels").GetInt64()), Is.EqualTo(Width * Height), start);
            Assert.That(_said, Is.EqualTo(whole).And.Not.Empty, start);
        }
    }

    private string _said = "";

    private JsonElement Report(string[] command)
    {
        string path = At("report.json");
        _said = Areas(Done([.. command, "--report", path]));
        return JsonDocument.Parse(File.ReadAllText(path)).RootElement;
    }

    private static string Areas(string output) =>
        string.Join('\n', output.Split('\n').Where(line => line.EndsWith(" px", StringComparison.Ordinal)));
}
