using System.Text.Json;
using FastSeg.Tests.Cli;
using FastSeg.Tests.Shipping;
using NUnit.Framework;

namespace FastSeg.Tests.Images.Pyramids;

/// <summary>tifffile in Debian's Python, where there is one.</summary>
internal static class Tifffile
{
    private const string Python = "/usr/bin/python3";

    /// <summary>Runs a script of tests/tiff; the test is skipped where tifffile is missing.</summary>
    public static string Run(string script, params string[] arguments)
    {
        var shell = new Shell(TestData.Root);
        if (!File.Exists(Python) || shell.Run(Python, "-c", "import tifffile").Code != 0)
        {
            Assert.Ignore("needs python3-tifffile");
        }
        Outcome outcome = shell.Run(Python, [TestData.File("tests", "tiff", script), .. arguments]);
        Assert.That(outcome.Code, Is.Zero, outcome.Error);
        return outcome.Output;
    }

    /// <summary>What tifffile finds in a file, and the samples of each page's sizes.</summary>
    public static (JsonElement Found, Func<int, int, byte[]> Samples) Read(string path, string folder)
    {
        Directory.CreateDirectory(folder);
        JsonElement found = JsonDocument.Parse(Run("read.py", path, folder)).RootElement;
        return (found, (page, level) => File.ReadAllBytes(Path.Combine(folder, $"{page}-{level}.raw")));
    }
}
