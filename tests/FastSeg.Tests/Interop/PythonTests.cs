using System.Text.Json;
using System.Text.RegularExpressions;
using FastSeg.Tests.Cli;
using FastSeg.Tests.Shipping;
using NUnit.Framework;

namespace FastSeg.Tests.Interop;

/// <summary>The Python package. Its tests are in tests/python and run once, in one process; each is a test here.</summary>
[TestFixture]
internal sealed partial class PythonTests
{
    private static readonly string Folder = TestData.File("tests", "python");

    private Dictionary<string, Ended> _ended = [];

    /// <summary>How a test ended: passed, skipped or failed; and what it said.</summary>
    private sealed record Ended(string Name, string Outcome, string Text);

    [OneTimeSetUp]
    public void RunThem()
    {
        string python = NumpyPython.Require();
        var shell = new Shell(
            Folder, ("FASTSEG_LIBRARY", CLibrary.Folder), ("DOTNET_ROOT", Path.GetDirectoryName(Shell.Dotnet)),
            ("FASTSEG_DOTNET", Shell.Dotnet), ("FASTSEG_CLI", Path.Combine(AppContext.BaseDirectory, "FastSeg.Cli.dll")),
            ("PYTHONDONTWRITEBYTECODE", "1"));
        Outcome outcome = shell.Run(python, "run.py");
        Assert.That(outcome.Code, Is.Zero, $"{outcome.Output}{outcome.Error}");
        _ended = outcome.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => JsonSerializer.Deserialize<Ended>(line, JsonSerializerOptions.Web)!)
            .ToDictionary(ended => ended.Name);
    }

    [TestCaseSource(nameof(Names))]
    public void Passes(string name)
    {
        Assert.That(_ended, Does.ContainKey(name), "it did not run");
        Ended ended = _ended[name];
        if (ended.Outcome == "skipped")
        {
            Assert.Ignore(ended.Text);
        }
        Assert.That(ended.Outcome, Is.EqualTo("passed"), ended.Text);
    }

    [Test]
    public void NoOtherRan() => Assert.That(_ended.Keys, Is.SubsetOf(Names()));

    /// <summary>The tests that stand in the files: "test_arrays.ImageTests.test_channels_may_be_any_axis".</summary>
    private static List<string> Names()
    {
        var names = new List<string>();
        foreach (string path in Directory.GetFiles(Folder, "test_*.py").Order(StringComparer.Ordinal))
        {
            string type = "";
            foreach (Match match in TestPattern().Matches(File.ReadAllText(path)))
            {
                type = match.Groups["type"].Success ? match.Groups["type"].Value : type;
                if (match.Groups["test"].Success)
                {
                    names.Add($"{Path.GetFileNameWithoutExtension(path)}.{type}.{match.Groups["test"].Value}");
                }
            }
        }
        return names;
    }

    [GeneratedRegex(@"^class (?<type>\w+)|^    def (?<test>test_\w+)", RegexOptions.Multiline)]
    private static partial Regex TestPattern();
}
