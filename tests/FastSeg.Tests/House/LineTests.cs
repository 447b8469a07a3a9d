using NUnit.Framework;

namespace FastSeg.Tests.House;

/// <summary>How long lines and files may be.</summary>
[TestFixture]
internal sealed class LineTests
{
    private const int MostColumns = 140, MostLines = 400;

    private static readonly string[] Patterns =
    [
        "*.cs", "*.md", "*.py", "*.sh", "*.csproj", "*.props", "*.mjs", "*.css", "*.html", "fastseg", "run-tests",
    ];

    /// <summary>The folder of files that programs write, whose lines may be long.</summary>
    private const string Results = "perf/results/";

    [Test]
    public void NoLineIsLong()
    {
        string[] paths = [.. Patterns
            .SelectMany(pattern => SourceTree.Paths("", pattern))
            .Where(path => !path.StartsWith(Results, StringComparison.Ordinal))];
        Assert.That(paths, Does.Contain("README.md").And.Contain("fastseg").And.Contain("tests/run-tests"));
        var offenders = from path in paths.AsParallel().AsOrdered()
                        let lines = LongLines(path)
                        where lines.Length > 0
                        select $"{path}: {lines.Length}, the first is {lines[0]}";
        Offenders.None(offenders, $"files with lines of more than {MostColumns} characters: break these at a natural place");
    }

    [Test]
    public void EveryFileIsShort()
    {
        Assert.That(SourceTree.Files, Has.Count.GreaterThan(50));
        var offenders = from file in SourceTree.Files
                        let lines = File.ReadLines(TestData.File(file.Path)).Count()
                        where lines > MostLines
                        select $"{file.Path}: {lines}";
        Offenders.None(offenders, $"files of more than {MostLines} lines: a part of each has a name of its own");
    }

    /// <summary>Numbers of the long lines, from 1. A character beyond 16 bits counts once.</summary>
    private static int[] LongLines(string path) =>
    [
        .. from line in File.ReadLines(TestData.File(path)).Index()
           where line.Item.EnumerateRunes().Count() > MostColumns
           select line.Index + 1,
    ];
}
